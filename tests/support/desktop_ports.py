"""The ports as a cached workspace needs them: the outbox is real, the network is a script."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from omnix_desktop.cache.local import Following, Local
from omnix_desktop.ports import (
    OFFLINE,
    Fault,
    LinkState,
    LinkStatus,
    Outcome,
    Ports,
    Progress,
    S,
    Unsubscribe,
)
from omnix_desktop.sync.outbox import DURABLE, lane_of, subject_of
from omnix_protocol import codec
from omnix_protocol.base import Command, Pulse, Query
from omnix_protocol.channel_setup import ChannelRoute, Probed, ProbeSettings
from omnix_protocol.errors import Refused
from omnix_protocol.ids import ChannelAccountId, CommandId, FileId, SecretId, SessionId, UserId, new_id
from omnix_protocol.messages import Attachment
from omnix_protocol.sign_in import Session, SignedIn
from omnix_protocol.traffic import RanAgain, RunAgain


class FakeRun:
    """Durable commands go into the real outbox; online-only ones get what `answers` says."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self.ran: list[Command] = []
        self.asked: list[Command] = []
        self.answers: dict[type[Command], Outcome] = {}
        self.offline = False

    def run(
        self,
        command: Command,
        *,
        id: CommandId | None = None,  # noqa: A002
        failed: Callable[[Fault], None] | None = None,
        then: Sequence[Command] = (),
    ) -> CommandId:
        if not isinstance(command, DURABLE):
            raise TypeError(f"{type(command).__name__} needs the server's word: use Run.now")
        self.ran += [command, *then]
        key = id or CommandId(new_id())
        following = [Following(CommandId(new_id()), one, subject_of(one)) for one in then]
        self._local.send(key, command, lane_of(command), subject_of(command), following).result()
        return key

    async def now(self, command: Command) -> Outcome:
        self.asked.append(command)
        if self.offline:
            return Outcome(refused=OFFLINE)
        return self.answers.get(type(command), Outcome())


class FakeAsk:
    def __init__(self) -> None:
        self.asked: list[Query] = []
        self.answers: dict[type[Query], object] = {}

    async def ask(self, query: Query, answer: type[S]) -> S | Refused:
        self.asked.append(query)
        found = self.answers.get(type(query), OFFLINE)
        assert isinstance(found, answer | Refused)
        return found


class FakeLink:
    def __init__(self, status: LinkStatus) -> None:
        self.status = status
        self.tried = 0
        self._heard: list[Callable[[LinkStatus], None]] = []

    def subscribe(self, callback: Callable[[LinkStatus], None]) -> Unsubscribe:
        self._heard.append(callback)
        return lambda: self._heard.remove(callback)

    def become(self, state: LinkState, last_sync: datetime | None = None) -> None:
        self.status = replace(self.status, state=state, last_sync=last_sync or self.status.last_sync)
        for heard in list(self._heard):
            heard(self.status)

    def try_now(self) -> None:
        self.tried += 1


class FakeTransfers:
    def __init__(self) -> None:
        self.answer: Attachment | Refused = OFFLINE
        self.held: dict[tuple[str, bool], bytes] = {}
        """By the file's id, and whether it is its thumbnail."""
        self.asked: list[tuple[str, bool]] = []

    async def upload(self, path: Path, media_type: str, progress: Progress | None = None) -> Attachment | Refused:
        return self.answer

    async def download(self, file_id: FileId, target: Path, progress: Progress | None = None) -> Path | Refused:
        self.asked.append((file_id, False))
        body = self.held.get((file_id, False))
        if body is None:
            return OFFLINE
        if progress is not None:
            progress(len(body) // 2, len(body))
        target.write_bytes(body)
        return target

    async def read(self, file_id: FileId, most: int, *, thumbnail: bool = False) -> bytes | Refused:
        self.asked.append((file_id, thumbnail))
        return self.held.get((file_id, thumbnail), OFFLINE)


class FakeOutside:
    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.asked: list[str] = []

    async def picture(self, url: str) -> bytes | None:
        self.asked.append(url)
        return self.held.get(url)


class FakeAccount:
    def __init__(self, me: SignedIn) -> None:
        self.me = me
        self.signed_out = False
        self.known: tuple[Session, ...] | Refused = ()
        self.refused: Refused | None = None
        self.asked: list[tuple[str, ...]] = []

    async def sessions(self) -> tuple[Session, ...] | Refused:
        return self.known

    async def end_session(self, session_id: SessionId) -> Refused | None:
        self.asked.append(("end_session", session_id))
        if self.refused is None and not isinstance(self.known, Refused):
            self.known = tuple(one for one in self.known if one.id != session_id)
        return self.refused

    async def change_password(self, old: str, new: str) -> Refused | None:
        self.asked.append(("change_password", old, new))
        return self.refused

    async def reset_password(self, user_id: UserId, password: str) -> Refused | None:
        self.asked.append(("reset_password", user_id, password))
        return self.refused

    async def sign_out(self) -> None:
        self.signed_out = True


class FakeChannels:
    """The administrator's doors: what was asked, and what they answer."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.refused: Refused | None = None
        self.probed = Probed(works=True, said="@nusantara_bot")
        self.routed = ChannelRoute(webhook="https://desk.invalid/hooks/telegram/0195")
        self.ran = RanAgain(jobs=1)

    async def store_secret(self, fields: dict[str, str], base: SecretId | None) -> SecretId | Refused:
        self.asked.append(("store_secret", (fields, base)))
        return self.refused or SecretId("secret")

    async def route(self, account_id: ChannelAccountId) -> ChannelRoute | Refused:
        self.asked.append(("route", account_id))
        return self.refused or self.routed

    async def probe(self, account_id: ChannelAccountId) -> Probed | Refused:
        self.asked.append(("probe", account_id))
        return self.refused or self.probed

    async def probe_settings(self, settings: ProbeSettings) -> Probed | Refused:
        self.asked.append(("probe_settings", settings))
        return self.refused or self.probed

    async def run_again(self, asked: RunAgain) -> RanAgain | Refused:
        self.asked.append(("run_again", asked))
        return self.refused or self.ran


class FakeRest:
    """Pulses, follows and the outbox's list: noted, nothing more."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, object]] = []

    def send(self, pulse: Pulse) -> None:
        self.noted.append(("pulse", pulse))

    def subscribe(self, callback: Callable[[Pulse], None]) -> Unsubscribe:
        return lambda: None

    def hold(self, scope: str) -> None:
        self.noted.append(("hold", scope))

    def let_go(self, scope: str) -> None:
        self.noted.append(("let_go", scope))

    def revoked(self, callback: Callable[[str], None]) -> Unsubscribe:
        return lambda: None

    def send_anyway(self, command_ids: Iterable[CommandId]) -> None:
        self.noted.append(("send_anyway", tuple(command_ids)))

    def discard(self, command_id: CommandId) -> None:
        self.noted.append(("discard", command_id))

    def back_to_draft(self, command_id: CommandId) -> None:
        self.noted.append(("back_to_draft", command_id))


class FakePorts:
    """All of them, with handles for the test."""

    def __init__(self, local: Local, me: SignedIn, status: LinkStatus) -> None:
        self.run = FakeRun(local)
        self.ask = FakeAsk()
        self.link = FakeLink(status)
        self.transfers = FakeTransfers()
        self.account = FakeAccount(me)
        self.rest = FakeRest()
        self.outside = FakeOutside()
        self.channels = FakeChannels()
        self.ports = Ports(
            run=self.run,
            ask=self.ask,
            pulses=self.rest,
            transfers=self.transfers,
            account=self.account,
            link=self.link,
            follows=self.rest,
            unsent=self.rest,
            outside=self.outside,
            channels=self.channels,
        )


def outcome(result: msgspec.Struct) -> Outcome:
    """What the server answers, as it comes over the wire."""
    return Outcome(body=codec.raw(result))
