"""What a thread shows: plain rows, made by whoever knows the messages; the thread itself knows none."""

from typing import Literal

import msgspec

ItemKind = Literal["in", "out", "memo", "system", "action"]
SendState = Literal["", "queued", "accepted", "sent", "delivered", "read", "failed", "uncertain"]

STATE_ICONS: dict[str, tuple[str, str]] = {
    "queued": ("clock", "out_muted"),
    "accepted": ("arrow-up", "out_muted"),
    "sent": ("check", "out_muted"),
    "delivered": ("check-check", "out_muted"),
    "read": ("check-check", "out_link"),
    "failed": ("circle-alert", "out_bad"),
    "uncertain": ("circle-help", "out_muted"),
}


class ThreadAttachment(msgspec.Struct, frozen=True):
    """A file in a message; `note` is what stands under its name: PNG · 214 KB."""

    key: str
    name: str
    note: str
    icon: str = "file"


class ThreadAction(msgspec.Struct, frozen=True):
    """A word under a bubble that does something: Retry."""

    key: str
    words: str


class ThreadItem(msgspec.Struct, frozen=True):
    """One row. `key` never changes; `day` is the separator's text, drawn where it differs from the row above.

    `head` stands small over the text (Memo · Sinta, a comment's author); `note` below the bubble says why it failed or
    waits, in `note_colour`. Kind `action` is one centred link: its `text`, reported as action `open`.
    """

    key: str
    kind: ItemKind
    text: str = ""
    time: str = ""
    day: str = ""
    head: str = ""
    speaker: str = ""
    state: SendState = ""
    note: str = ""
    note_colour: str = "bad"
    attachments: tuple[ThreadAttachment, ...] = ()
    actions: tuple[ThreadAction, ...] = ()
