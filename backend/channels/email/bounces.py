"""Delivery status notifications (RFC 3464): which mail of ours failed, with which code, in whose words, and for good?

What is no RFC 3464 and yet a bounce is read by the words that servers use for it (qmail, Exim, Exchange).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser

from backend.channels.base import line
from backend.channels.email.charsets import decoded
from backend.channels.email.headers import address_of, message_ids, words
from backend.channels.email.mime import Part, leaves, tree
from backend.channels.email.threads import own_message

_READ_MAX = 200_000
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?:[ -]|$)")
_OWN_ID = re.compile(r"<omnix\.[0-9a-f-]{36}\.\d{1,6}\.[0-9a-f]{16}@[^<>\s@]{1,255}>")
_FIELD_GROUPS = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What became of one mail at one recipient."""

    message_id: str  # the Message-ID of the mail that it is about; "" where it does not say
    recipient: str = ""
    action: str = "failed"  # failed, delayed, delivered, relayed, expanded (RFC 3464, 2.3.3)
    code: str = ""  # RFC 3463: 5.1.1
    words: str = ""  # what the server said

    @property
    def failed(self) -> bool:
        """For good: nobody will try again."""
        return self.action == "failed"

    @property
    def ours(self) -> tuple[str, int] | None:
        """Which message and attempt of ours it is about."""
        return own_message(self.message_id)

    @property
    def said(self) -> str:
        """One line for whoever wrote the mail."""
        return line(" ".join(filter(None, (self.recipient, self.code, self.words))), 500)


def bounces_in(root: Part) -> tuple[Bounce, ...]:
    """One for each recipient that the notification names; () where it is none."""
    parts = list(leaves(root))
    about = _original_id(parts)
    reports = [
        part for part in parts if part.media_type in ("message/delivery-status", "message/global-delivery-status")
    ]
    found = [bounce for part in reports for bounce in _recipients(_text(part), about)][:100]
    if found:
        return tuple(found)
    return (_by_words(root, parts, about),) if about else ()


def _recipients(report: str, about: str) -> Iterator[Bounce]:
    for group in _FIELD_GROUPS.split(report.replace("\r\n", "\n"))[:200]:
        fields = Parser().parsestr(f"{group.strip()}\n\n", headersonly=True)
        recipient = _after_type(fields.get("Final-Recipient") or fields.get("Original-Recipient"))
        action = str(fields.get("Action") or "").strip().lower()
        if not recipient and not action:
            continue  # the fields of the message as a whole
        diagnostic = _after_type(fields.get("Diagnostic-Code"))
        code = _CODE.search(str(fields.get("Status") or "")) or _CODE.search(diagnostic)
        yield Bounce(
            message_id=about,
            recipient=address_of(recipient),
            action=action or ("delayed" if code and code[1].startswith("4") else "failed"),
            code=code[1] if code else "",
            words=words(diagnostic, 400),
        )


def _by_words(root: Part, parts: list[Part], about: str) -> Bounce:
    text = "\n".join(_text(part) for part in parts if part.media_type == "text/plain")
    code = _CODE.search(text)
    said = next((row for row in text.splitlines() if _CODE.search(row) or _REPLY.search(row)), "")
    to = address_of(root.value("x-failed-recipients"))
    temporary = (code is not None and code[1].startswith("4")) or "will be retried" in text or "delayed" in text[:400]
    return Bounce(about, to, "delayed" if temporary else "failed", code[1] if code else "", line(said, 400))


def _original_id(parts: list[Part]) -> str:
    """The Message-ID of the mail that came back, wholly, by its headers alone, or quoted in the text."""
    for part in parts:
        if part.media_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"):
            ids = message_ids(tree(part.content()[:_READ_MAX].lstrip(b"\r\n")).root.value("message-id"))
            if ids:
                return ids[0]
    quoted = _OWN_ID.search("\n".join(_text(part) for part in parts))
    return quoted[0] if quoted else ""


def _text(part: Part) -> str:
    return decoded(part.content()[:_READ_MAX], part.parameter("charset"))


def _after_type(value: object) -> str:
    """`rfc822; a@b` without its first word."""
    kind, semicolon, rest = " ".join(str(value or "").split()).partition(";")
    return rest.strip() if semicolon else kind
