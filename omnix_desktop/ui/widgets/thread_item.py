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
    """A file in a message; `note` is what stands under its name: PNG · 214 KB.

    A picture that is shown has its size in `picture`, known before its bytes are; `done` is the share of a download
    in percent, -1 where there is none.
    """

    key: str
    name: str
    note: str
    icon: str = "file"
    there: bool = True  # it can be opened
    picture: tuple[float, float] | None = None
    done: int = -1


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
    quote: str = ""  # one line of the message that this one answers; `quoted` is that one's key
    quoted: str = ""
    reactions: tuple[str, ...] = ()
    mark: str = ""  # a word before the time: edited
    faint: bool = False
    attachments: tuple[ThreadAttachment, ...] = ()
    actions: tuple[ThreadAction, ...] = ()
