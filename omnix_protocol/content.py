"""What a message carries besides its text: places, cards, buttons, mail headers, calls; each part is there or not."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from omnix_protocol.base import Value
from omnix_protocol.ids import FileId

Word = Annotated[str, Meta(max_length=200)]
LINE_MAX = 1000
Line = Annotated[str, Meta(max_length=LINE_MAX)]
Address = Annotated[str, Meta(max_length=320)]
ADDRESSES_MAX = 100
Addresses = Annotated[tuple[Address, ...], Meta(max_length=ADDRESSES_MAX)]


class Location(Value, frozen=True, kw_only=True):
    """A place on the map, in degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    name: Word = ""
    address: Line = ""


class ContactCard(Value, frozen=True, kw_only=True):
    """Somebody's card, as it was handed on."""

    name: Word = ""
    phones: Annotated[tuple[Word, ...], Meta(max_length=10)] = ()
    emails: Annotated[tuple[Word, ...], Meta(max_length=10)] = ()
    organisation: Word = ""


class Button(Value, frozen=True, kw_only=True):
    """A choice offered below a message; pressed, it comes back as `chosen`."""

    id: Annotated[str, Meta(max_length=256)]
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    url: Annotated[str, Meta(max_length=2000)] = ""


class Template(Value, frozen=True, kw_only=True):
    """A text that the provider has approved, and what fills its gaps."""

    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(min_length=2, max_length=20)]
    parameters: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()


class Mail(Value, frozen=True, kw_only=True):
    """The head of a mail. `html_id` is its sanitised HTML in the file store; the message's text says the same."""

    subject: Line = ""
    sender: Address = ""
    to: Addresses = ()
    cc: Addresses = ()
    bcc: Addresses = ()
    html_id: FileId | None = None
    remote_content: bool = False  # there is something that is only loaded when the reader allows it
    automatic: bool = False  # an auto-reply, a bounce or a list: nobody is to be answered


class CallState(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    MISSED = "missed"  # nobody picked it up
    DROPPED = "dropped"  # the caller gave up while waiting, or the line broke


class Call(Value, frozen=True, kw_only=True):
    """A telephone call; its message changes as the call goes on."""

    state: CallState
    number: Word = ""  # the other side's, E.164 where it is one
    line: Word = ""  # our number or extension that it came to
    extension: Word = ""  # of the agent's telephone that answered
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    recording_url: Annotated[str, Meta(max_length=2000)] = ""


class Source(Value, frozen=True, kw_only=True):
    """What a message answers or comes from that is no message: a story, an advertisement, a post."""

    kind: Word  # "story", "story_mention", "ad", "post", "share"
    title: Line = ""
    text: Line = ""
    url: Annotated[str, Meta(max_length=2000)] = ""


class Content(Value, frozen=True, kw_only=True):
    """The parts of a message; what may be sent is told by the channel's capabilities."""

    location: Location | None = None
    contacts: Annotated[tuple[ContactCard, ...], Meta(max_length=20)] = ()
    buttons: Annotated[tuple[Button, ...], Meta(max_length=13)] = ()
    chosen: Annotated[str, Meta(max_length=1000)] = ""  # id of the button that the customer pressed
    template: Template | None = None
    mail: Mail | None = None
    call: Call | None = None
    source: Source | None = None
    private: bool = False  # a private answer to a public comment


class Topic(Value, frozen=True, kw_only=True):
    """What a whole conversation is about, where the channel has threads: a mail's subject, a post."""

    title: Annotated[str, Meta(max_length=200)] = ""
    text: Line = ""
    url: Annotated[str, Meta(max_length=2000)] = ""


class Reaction(Value, frozen=True, kw_only=True):
    """One side's emoji on a message; each side has at most one."""

    emoji: Annotated[str, Meta(max_length=32)]
    ours: bool = False
    name: Word = ""
    at: datetime


class RemoteFile(Value, frozen=True, kw_only=True):
    """A file that the provider still holds; the server fetches it after the message was stored.

    `reference` means something to the channel alone and is no secret. `raw_id` is set where the bytes lie in what the
    provider sent (a mail's attachment).
    """

    reference: Annotated[str, Meta(min_length=1, max_length=2000)]
    name: Annotated[str, Meta(max_length=255)] = ""
    media_type: Annotated[str, Meta(max_length=150)] = ""  # as the provider says; it is looked at, not believed
    size: Annotated[int, Meta(ge=0)] = 0  # bytes; 0: not told
    inside: bool = False  # its bytes are part of the raw message
    raw_id: Annotated[str, Meta(max_length=40)] = ""
    body: bool = False  # the HTML of a mail, no attachment of its own


class ActKind(StrEnum):
    """What can be asked of a provider besides sending; a channel's capabilities list which it can."""

    EDIT = "edit"
    DELETE = "delete"
    HIDE = "hide"
    UNHIDE = "unhide"
    REACT = "react"
    SEEN = "seen"
    BLOCK = "block"
    UNBLOCK = "unblock"
