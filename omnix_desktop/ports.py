"""What screens and actions may ask of the rest, as Protocols; app.py hands in the parts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from omnix_protocol import codec
from omnix_protocol.base import Command, Pulse, Query
from omnix_protocol.channel_setup import ChannelRoute, Probed, ProbeSettings
from omnix_protocol.errors import Refused
from omnix_protocol.ids import ChannelAccountId, CommandId, FileId, SecretId, SessionId, UserId
from omnix_protocol.messages import Attachment
from omnix_protocol.sign_in import Session, SignedIn, TenantFound
from omnix_protocol.traffic import RanAgain, RunAgain

S = TypeVar("S", bound=msgspec.Struct)

Unsubscribe = Callable[[], None]
Progress = Callable[[int, int], None]
"""Bytes done, bytes in all."""

OFFLINE: Final = Refused(code="offline")
"""What an online-only command or a question gets without a connection (`refused.offline`)."""
TIMED_OUT: Final = Refused(code="timed_out")
"""The server did not answer in time; whether it ran the command is not known yet (`refused.timed_out`)."""


class Fault(msgspec.Struct, frozen=True):
    """Something on this machine that a person has to know: a translatable key and its arguments.

    Keys: disk_full, local_set_aside (path), cache_rebuilt, out_of_bounds (detail), storage (detail).
    """

    key: str
    detail: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a command: the body of its result, or the refusal."""

    body: bytes | msgspec.Raw = b"null"
    refused: Refused | None = None

    def read(self, kind: type[S]) -> S:
        """The result as its Struct, where the command was not refused."""
        return codec.decode(self.body, kind)


class Run(Protocol):
    """Commands. Which are durable is decided here, once, for all callers."""

    def run(
        self,
        command: Command,
        *,
        id: CommandId | None = None,  # noqa: A002  # the envelope's word
        failed: Callable[[Fault], None] | None = None,
        then: Sequence[Command] = (),
    ) -> CommandId:
        """Put a durable command into the outbox, without waiting for the disk; offline too.

        With `then`, these after it in the same conversation: all of them or none.

        SendMessage and AddMemo take their conversation's draft with them, in the same transaction. `failed` is
        called in the loop's thread where it could not be stored; then nothing was lost, the draft is still there.
        """
        ...

    async def now(self, command: Command) -> Outcome:
        """Run an online-only command (PickUp, Transfer, End …); OFFLINE without a connection."""
        ...


class Ask(Protocol):
    async def ask(self, query: Query, answer: type[S]) -> S | Refused:
        """`answer` is `query.answer`; OFFLINE without a connection."""
        ...


class Pulses(Protocol):
    def send(self, pulse: Pulse) -> None:
        """At once or not at all."""
        ...

    def subscribe(self, callback: Callable[[Pulse], None]) -> Unsubscribe: ...


class Transfers(Protocol):
    async def upload(self, path: Path, media_type: str, progress: Progress | None = None) -> Attachment | Refused: ...

    async def download(self, file_id: FileId, target: Path, progress: Progress | None = None) -> Path | Refused:
        """Continues a download that was cut off, where the server allows it."""
        ...

    async def read(self, file_id: FileId, most: int, *, thumbnail: bool = False) -> bytes | Refused:
        """Into memory alone, nothing on disk; `attachment_too_large` (limit) where it has more bytes than `most`."""
        ...


class Outside(Protocol):
    async def picture(self, url: str) -> bytes | None:
        """A picture that a mail names, asked for without a trace of who asks; None where it cannot be had."""
        ...


class Account(Protocol):
    """Who is signed in here."""

    @property
    def me(self) -> SignedIn: ...

    async def sessions(self) -> tuple[Session, ...] | Refused: ...

    async def end_session(self, session_id: SessionId) -> Refused | None: ...

    async def change_password(self, old: str, new: str) -> Refused | None: ...

    async def reset_password(self, user_id: UserId, password: str) -> Refused | None:
        """Give somebody else a one-time password; all their sessions end."""
        ...

    async def sign_out(self) -> None: ...


class ChannelDoors(Protocol):
    """What an administrator may ask of the server about channel accounts, beside commands."""

    async def store_secret(self, fields: dict[str, str], base: SecretId | None) -> SecretId | Refused:
        """What is not among the fields is taken over from `base`, unseen."""
        ...

    async def route(self, account_id: ChannelAccountId) -> ChannelRoute | Refused: ...

    async def probe(self, account_id: ChannelAccountId) -> Probed | Refused: ...

    async def probe_settings(self, settings: ProbeSettings) -> Probed | Refused: ...

    async def run_again(self, asked: RunAgain) -> RanAgain | Refused: ...


class LinkState(StrEnum):
    OFFLINE = "offline"  # no connection; `retry_at` says when the next attempt is
    CONNECTING = "connecting"
    BEHIND = "behind"  # connected, the cache does not yet equal the server's state
    ONLINE = "online"
    ENDED = "ended"  # trying again makes no sense: `refused` says why (signed out, version …)


class LinkStatus(msgspec.Struct, frozen=True):
    """The connection as the status bar shows it."""

    state: LinkState = LinkState.OFFLINE
    last_sync: datetime | None = None  # when this machine last knew that it equalled the server
    retry_at: datetime | None = None
    unsent: int = 0  # waiting in the outbox
    held: int = 0  # waiting for the agent's word after the server was restored
    refused: int = 0  # refused and not yet looked at
    reason: Refused | None = None  # why there is no connection, where the server said
    fault: Fault | None = None  # of this machine


class Link(Protocol):
    @property
    def status(self) -> LinkStatus: ...

    def subscribe(self, callback: Callable[[LinkStatus], None]) -> Unsubscribe:
        """Called in the loop's thread at each change."""
        ...

    def try_now(self) -> None:
        """Do not wait for the next attempt."""
        ...


class Follows(Protocol):
    """Scopes that open screens need beyond what the server derives: a conversation looked at, a board."""

    def hold(self, scope: str) -> None:
        """Counted: follow until it was let go as often as it was held."""
        ...

    def let_go(self, scope: str) -> None: ...

    def revoked(self, callback: Callable[[str], None]) -> Unsubscribe:
        """A held scope may not be followed (any more)."""
        ...


class Unsent(Protocol):
    """What stands in the outbox and needs the agent's word: held after a restored server, or refused."""

    def send_anyway(self, command_ids: Iterable[CommandId]) -> None:
        """Send held ones (under the same id), or decide anew to send refused ones (under a new id)."""
        ...

    def discard(self, command_id: CommandId) -> None: ...

    def back_to_draft(self, command_id: CommandId) -> None:
        """Give the text back to its composer, in front of what is there."""
        ...


class Door(Protocol):
    """Where one signs in."""

    async def find_tenant(self, server: str, code: str) -> TenantFound | Refused: ...

    async def sign_in(self, email: str, password: str) -> SignedIn | Refused: ...

    async def change_password(self, signed_in: SignedIn, old: str, new: str) -> Refused | None: ...

    async def ask_reset_code(self, email: str) -> Refused | None:
        """Says the same whether or not there is such a person."""
        ...

    async def reset_with_code(self, email: str, code: str, password: str) -> Refused | None: ...

    def can_remember(self) -> bool: ...


class Ports(msgspec.Struct, frozen=True):
    """All of them, as app.py hands them to the screens."""

    run: Run
    ask: Ask
    pulses: Pulses
    transfers: Transfers
    account: Account
    link: Link
    follows: Follows
    unsent: Unsent
    outside: Outside
    channels: ChannelDoors
