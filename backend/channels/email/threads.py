"""Which conversation a mail belongs to: by what it answers, else by subject, and only within one sender and mailbox.

A conversation is found by (channel account, sender's identity, thread key), so a key never joins two senders or two
mailboxes. Our own mails carry the key of their thread in their Message-ID, which every program repeats in References
and In-Reply-To: an answer finds its thread whatever its subject became, and nobody need look anything up.
"""

import hashlib
import re
from collections.abc import Sequence

_PREFIX = re.compile(
    r"\s*(?:re|fwd?|fw|bls|balas|balasan|trs|terusan|teruskan|tr|rv|res|enc|aw|wg|antw|vs|vb|sv|vl|ynt|ilt|odp|回复|答复|转发)"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:\uff1a]\s*|\s*\[[^\[\]]{1,40}\]\s*(?=\S)",
    re.IGNORECASE,
)
_OURS = re.compile(r"<omnix\.([0-9a-f-]{36})\.(\d{1,6})\.([0-9a-f]{16})@[^<>\s@]+>")
BARE = frozenset(
    {"", "no subject", "(no subject)", "tanpa subjek", "(tanpa subjek)", "halo", "hello", "hi", "help", "test"}
)
"""Subjects that say nothing: two mails that share one have nothing to do with each other."""


def thread_key(message_id: str, in_reply_to: Sequence[str], references: Sequence[str], subject: str) -> str:
    """16 hexadecimal digits.

    In order: the key in a mail of ours that is answered (In-Reply-To, then References from the latest on); the subject
    without its prefixes; and where that says nothing, the first of References (the mail that began it), or this mail.
    A mail that answers another of the customer's own, which we never answered, has nothing of ours to name and is
    found by its subject, which programs keep.
    """
    for answered in (*in_reply_to, *reversed(references)):
        if (ours := _OURS.fullmatch(answered)) is not None:
            return ours[3]
    first = next(iter((*references, *in_reply_to)), message_id)
    return subject_key(subject) or digest("id", first)


def subject_key(subject: str) -> str:
    """The key of all mails about the same; "" for a subject that says nothing."""
    plain = normal_subject(subject).casefold()
    return "" if plain in BARE else digest("subject", plain)


def normal_subject(subject: str) -> str:
    """Without Re:, Fwd:, Bls:, Balas:, TR:, AW: … and without a list's name in brackets."""
    plain = " ".join(subject.split())[:998]
    while (prefix := _PREFIX.match(plain)) is not None:
        plain = plain[prefix.end() :]
    return plain.strip()


def digest(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\x1f{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def own_message_id(message_id: str, attempt: int, key: str, domain: str) -> str:
    """The Message-ID of a mail of ours: the same decision to send gives the same id, another one another."""
    return f"<omnix.{message_id}.{attempt}.{key or digest('id', message_id)}@{domain}>"


def own_message(message_id: str) -> tuple[str, int] | None:
    """Which message of ours, and which decision to send it, a Message-ID names."""
    ours = _OURS.fullmatch(message_id.strip())
    return None if ours is None else (ours[1], int(ours[2]))
