"""What travels on the socket: one JSON object per frame, tagged by `frame`; the version range is agreed in Hello.

A socket's life: Hello → Welcome; Resume → SnapshotPage | Batch | Revoked …, then Current;
Run → Result and Ask → Answer at any time after Welcome.
"""

from datetime import datetime

import msgspec

from omnix_protocol.errors import Refused
from omnix_protocol.ids import CommandId, SessionId, TenantId, UserId
from omnix_protocol.scopes import Commit, Put

VERSIONS = (1, 1)
"""Oldest and newest version of this protocol that this release speaks."""
MAX_FRAME = 512 * 1024
"""Bytes of a frame from a client; the server's own frames may be up to 4 MiB."""
MAX_SERVER_FRAME = 4 * 1024 * 1024
MAX_FOLLOWS = 300
MAX_UNACKED = 2
HEARTBEAT_SECONDS = 15
FRAMES_PER_SECOND = 50
"""Sustained rate of a client's frames; bursts of four times as many are let through."""


class _Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", omit_defaults=True):
    pass


# from the client


class Hello(_Frame, frozen=True, kw_only=True, tag="hello"):
    """First frame, within 10 s. The token is the access token of a user or a visitor."""

    versions: tuple[int, int]
    token: str
    device_id: str
    client: str  # name and release, for the log and the supervisor (S1.6)


class Resume(_Frame, frozen=True, kw_only=True, tag="resume"):
    """What the client has: its cursors under the server's epoch. The server derives what this user follows,
    sends what came after each cursor or a snapshot, and Revoked for what may no longer be followed."""

    epoch: str | None = None
    cursors: dict[str, int] = msgspec.field(default_factory=dict)


class Follow(_Frame, frozen=True, kw_only=True, tag="follow"):
    """One scope more than the server derives; answered by a SnapshotPage, a Batch, Following or Revoked."""

    scope: str
    cursor: int | None = None


class Unfollow(_Frame, frozen=True, kw_only=True, tag="unfollow"):
    scope: str


class Ack(_Frame, frozen=True, kw_only=True, tag="ack"):
    """Everything up to this batch or snapshot page number is applied."""

    number: int


class Run(_Frame, frozen=True, kw_only=True, tag="run"):
    """A command; the id is made by the asker and makes repeating harmless."""

    id: CommandId
    type: str
    body: msgspec.Raw


class Ask(_Frame, frozen=True, kw_only=True, tag="ask"):
    """A query; `id` only pairs the answer with it."""

    id: str
    type: str
    body: msgspec.Raw


class SendPulse(_Frame, frozen=True, kw_only=True, tag="pulse"):
    type: str
    body: msgspec.Raw


class Ping(_Frame, frozen=True, kw_only=True, tag="ping"):
    """Heartbeat, every 15 s at the latest; also measures the clock's offset."""

    sent: float  # the client's own clock, given back as it is


# from the server


class Welcome(_Frame, frozen=True, kw_only=True, tag="welcome"):
    version: int
    epoch: str
    now: datetime
    session_id: SessionId
    tenant_id: TenantId
    user_id: UserId | None = None  # None: a visitor
    heartbeat_seconds: int = HEARTBEAT_SECONDS


class Batch(_Frame, frozen=True, kw_only=True, tag="batch"):
    """Commits in an order in which each is next in all its scopes. Acknowledge by `number`."""

    number: int
    commits: tuple[Commit, ...]


class SnapshotPage(_Frame, frozen=True, kw_only=True, tag="snapshot"):
    """A scope as of `seq`, in pages; the state may be newer than `seq`, what follows brings it to one moment.

    With page 0 the client begins anew; with `last` it replaces the scope's members and sets its cursor to `seq`.
    """

    number: int
    scope: str
    seq: int
    page: int
    last: bool
    puts: tuple[Put, ...]


class Following(_Frame, frozen=True, kw_only=True, tag="following"):
    """The scope is followed from this cursor on; nothing was missed."""

    scope: str
    seq: int


class Current(_Frame, frozen=True, kw_only=True, tag="current"):
    """Once after each Resume: everything that was due until now stands before this frame."""


class Unfollowed(_Frame, frozen=True, kw_only=True, tag="unfollowed"):
    """The server no longer sends this scope (it left the derived set); what the client has, it may keep."""

    scope: str


class Revoked(_Frame, frozen=True, kw_only=True, tag="revoked"):
    """The entitlement is gone: purge the scope."""

    scope: str


class Result(_Frame, frozen=True, kw_only=True, tag="result"):
    """What became of a command: `body` of the handler's result type, or a refusal."""

    id: CommandId
    body: msgspec.Raw = msgspec.Raw(b"null")
    refused: Refused | None = None


class Answer(_Frame, frozen=True, kw_only=True, tag="answer"):
    id: str
    body: msgspec.Raw = msgspec.Raw(b"null")
    refused: Refused | None = None


class Pulsed(_Frame, frozen=True, kw_only=True, tag="pulsed"):
    type: str
    body: msgspec.Raw


class Pong(_Frame, frozen=True, kw_only=True, tag="pong"):
    sent: float
    now: datetime


class Goodbye(_Frame, frozen=True, kw_only=True, tag="goodbye"):
    """The server ends the socket, and why; `retry` tells whether coming again makes sense."""

    refused: Refused
    retry: bool


ClientFrame = Hello | Resume | Follow | Unfollow | Ack | Run | Ask | SendPulse | Ping
ServerFrame = (
    Welcome
    | Batch
    | SnapshotPage
    | Following
    | Current
    | Unfollowed
    | Revoked
    | Result
    | Answer
    | Pulsed
    | Pong
    | Goodbye
)
