"""Mail that nobody wrote: told by its headers, shown as what it is, never answered by a machine; loops end by count.

RFC 3834 (Auto-Submitted), RFC 2076 (Precedence), RFC 2919 and 2369 (List-*), Microsoft's X-Auto-Response-Suppress.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

MARK = "X-Omnix-Sent-By"
"""In each mail of ours, with the mailbox that it left: where it comes back there, it has met a loop."""
LOOPED = b"X-Omnix-Looped: yes\r\n"
"""Put before a mail whose sender has written more than people do (`LoopBreakers`)."""
HOUR = timedelta(hours=1)
SENDERS_KEPT = 10_000
_BULK = frozenset({"bulk", "junk", "list"})
_REPLIES = frozenset({"auto_reply", "auto-reply"})
_LIST = ("list-id", "list-unsubscribe", "list-post", "list-help", "mailing-list", "feedback-id")
_REPLIED = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoresponse", "x-auto-reply", "x-mail-autoreply",
    "x-facebook-notify", "x-amazon-auto-reply",
)  # fmt: skip
_NOBODY = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply\..*|bounces?|notifications?|autoreply)@.*"
    r"|bounces?[+-].*@.*",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\s*(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|autosvar|abwesenheit"
    r"|balasan otomatis|jawaban otomatis|di luar kantor|réponse automatique|respuesta automática)\b",
    re.IGNORECASE,
)
Values = Callable[[str], list[str]]
"""The values of a header, by its name in lower case."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the headers tell about who, or what, wrote."""

    automatic: bool = False  # a machine answered: "out of office"
    unattended: bool = False  # it went to many, or nobody reads what is answered
    bounce: bool = False  # a mail of somebody's did not arrive
    looped: bool = False  # it is our own, come back

    @property
    def answerable(self) -> bool:
        """Whether a machine of ours may answer; a person always may."""
        return not (self.automatic or self.unattended or self.bounce or self.looped)

    @property
    def quiet(self) -> bool:
        """Whether no agent need be called for it."""
        return self.automatic or self.bounce or self.looped

    @property
    def shown_as(self) -> str:
        """What a mail is where no person wrote it; "" where one did."""
        named = (("bounce", self.bounce), ("loop", self.looped), ("auto_reply", self.automatic))
        return next((name for name, holds in named if holds), "")


def signs(values: Values, mailbox: str, sender: str, subject: str, report: str) -> Signs:
    """What the headers of a mail to this mailbox say; `report` is the type of report that it calls itself, if any."""
    said = [value.partition(";")[0].strip().lower() for value in values("auto-submitted")]
    kinds = [value.strip().lower() for value in values("precedence")]
    null_path = any(value.strip() == "<>" for value in values("return-path"))
    bounce = report == "delivery-status" or (
        null_path and _NOBODY.fullmatch(sender) is not None and bool(values("x-failed-recipients"))
    )
    automatic = (
        any(value not in ("", "no") for value in said)
        or any(values(name) for name in _REPLIED)
        or any(value in _REPLIES for value in kinds)
        or _SUBJECT.match(subject) is not None
    )
    unattended = (
        null_path
        or any(values(name) for name in _LIST)
        or any(value in _BULK for value in kinds)
        or any(value.strip().lower() not in ("", "none") for value in values("x-auto-response-suppress"))
        or _NOBODY.fullmatch(sender) is not None
    )
    looped = bool(mailbox) and any(mark.strip().lower() == mailbox.lower() for mark in values(MARK.lower()))
    return Signs(automatic=automatic, unattended=unattended, bounce=bounce, looped=looped)


class LoopBreakers:
    """Counts the mails of each sender to each mailbox in the last hour; one too many is a loop of machines."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], deque[datetime]] = {}

    def is_loop(self, mailbox: str, sender: str, at: datetime, most: int) -> bool:
        """Whether this mail is one too many. `at` is when it came to the mailbox, by the mail server.

        The sender's own Date is a claim, and when we fetch it says nothing: after an outage a day's mail comes at once.
        """
        moments = self._seen.setdefault((mailbox, sender.lower()), deque(maxlen=most + 1))
        moments.append(at)
        if len(self._seen) > SENDERS_KEPT:
            self._seen.pop(next(iter(self._seen)))
        return sum(abs(at - moment) <= HOUR for moment in moments) > most
