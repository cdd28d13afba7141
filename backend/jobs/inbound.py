"""What providers sent, as stored, becomes commands: in order for each customer, and no bad one holds up the rest."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, Final

import msgspec

from backend.channels.base import Channel, Event, Unreadable
from backend.jobs.accounts import Accounts
from backend.jobs.loop import Aside, Done, GiveUp, Later, Outcome, Turns, in_turn
from backend.jobs.paused import Paused
from backend.jobs.together import Together
from backend.runner import Actor, Runner
from backend.store.jobs import EARLY, Job
from backend.store.raw import INBOUND, RawMessage
from backend.store.store import Store
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.frames import Result
from omnix_protocol.ids import ChannelAccountId, TenantId
from omnix_protocol.messages import ReceiveMessage, RecordDelivery, RecordReaction

PATIENCE: Final = (0.05, 0.2, 0.5, 1.0, 2.0, 4.0)
"""Waits between tries while the database is away; those behind in the same conversation wait too."""
AFTER_OTHERS_SECONDS: Final = 0.02
EARLY_TRIES: Final = 10
EARLY_SECONDS: Final = 0.25, 30.0
"""The first wait for a message that a receipt came before, and the longest: two minutes in all."""
_FOLLOWING: Final = (RecordDelivery, RecordReaction)
"""What is told of a message, and may be told before it."""
_log = logging.getLogger("backend.jobs.inbound")


class _Payload(msgspec.Struct):
    raw_id: str
    account: str = ""


class Inbound:
    """The work of `inbound` jobs. A replay is the same work on the same raw bytes: what is known already stays."""

    kinds = frozenset({INBOUND})

    def __init__(
        self, store: Store, runner: Runner, channels: dict[str, Channel], accounts: Accounts, paused: Paused
    ) -> None:
        self._store = store
        self._runner = runner
        self._channels = channels
        self._accounts = accounts
        self._paused = paused
        self._turns = Turns()
        self._mine: set[str] = set()  # ids of jobs that run here
        self._ended: set[str] = set()  # that ran here; their rows go a moment later
        # SQLite has one writer: a long line before it would only make webhooks wait longer for their acknowledgement.
        self._running = asyncio.Semaphore(2 if store.database.is_sqlite else 16)
        self._together = Together(runner, 8 if store.database.is_sqlite else 64)

    async def close(self) -> None:
        """After the loop: nobody waits for a command any more."""
        await self._together.close()

    async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Outcome]]:
        held = await self._held(jobs)
        self._mine |= {job.id for job in jobs}
        first, raws = await asyncio.gather(self._first_elsewhere(jobs), self._raws(jobs))
        read = [Aside() if job.id in held else await self._read(job, raws.get(_payload(job).raw_id)) for job in jobs]
        # The order of claiming is the order of arrival: places in the lines are taken here, before anything runs.
        return [self._here(job, self._begun(job, found, first)) for job, found in zip(jobs, read, strict=True)]

    async def _held(self, jobs: Sequence[Job]) -> set[str]:
        """Those whose account is paused: set aside before anything younger is claimed, so that the order stays."""
        await self._paused.look_elsewhere()
        named = [(job, ChannelAccountId(_payload(job).account)) for job in jobs]
        held = [(job, account) for job, account in named if await self._paused.holds(job.tenant_id, account)]
        if held:
            await self._paused.set_aside(held)
        return {job.id for job, _ in held}

    async def _here(self, job: Job, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        try:
            outcome = await work
            if not isinstance(outcome, Later | Aside):
                self._ended.add(job.id)
            return outcome
        finally:
            self._mine.discard(job.id)

    async def _first_elsewhere(self, jobs: Sequence[Job]) -> dict[str, str]:
        """Account -> the oldest job of it that another process has not ended: what is younger waits for that one."""
        if self._store.database.is_sqlite:
            return {}
        first: dict[str, str] = {}
        last = max(job.id for job in jobs)
        unfinished = await self._store.jobs.unfinished(INBOUND, last)
        listed = {job_id for job_id, _ in unfinished}
        self._ended = {job_id for job_id in self._ended if job_id in listed or job_id >= last}
        for job_id, payload in unfinished:
            if job_id not in self._mine and job_id not in self._ended:
                account = msgspec.json.decode(payload, type=_Payload).account
                first[account] = min(job_id, first.get(account, job_id))
        return first

    def _begun(
        self, job: Job, found: list[Event] | GiveUp | Aside, first_elsewhere: dict[str, str]
    ) -> Coroutine[Any, Any, Outcome]:
        if isinstance(found, GiveUp | Aside):
            return _at_once(found)
        account = _payload(job).account
        if first_elsewhere.get(account, job.id) < job.id:
            why = "Another process has an older one of this account."
            return _at_once(Later(AFTER_OTHERS_SECONDS, why, tried=False))
        tickets = self._turns.tickets(_line(job.tenant_id, command) for _, command in found)
        return in_turn(tickets, lambda: self._run(job, found))

    async def _raws(self, jobs: Sequence[Job]) -> dict[str, RawMessage]:
        """What these jobs are about, in one reading for each tenant."""
        wanted: dict[TenantId, list[str]] = {}
        for job in jobs:
            wanted.setdefault(job.tenant_id, []).append(_payload(job).raw_id)
        found = [await self._store.raw.get_many(tenant_id, ids) for tenant_id, ids in wanted.items()]
        return {raw_id: raw for part in found for raw_id, raw in part.items()}

    async def _read(self, job: Job, raw: RawMessage | None) -> list[Event] | GiveUp:
        if raw is None:
            return GiveUp("The raw message is gone.")
        channel = self._channels.get(raw.kind)
        account = await self._accounts(job.tenant_id, raw.channel_account_id)
        if channel is None or account is None:
            return GiveUp(f"There is no account of {raw.kind} any more that this came for.")
        try:
            return [_of_raw(event, raw.id) for event in channel.parse(account, raw.body)]
        except Unreadable as error:
            return GiveUp(str(error))
        except Exception as error:
            _log.exception("raw message %s could not be parsed", raw.id)
            return GiveUp(f"{channel.name} could not read this ({type(error).__name__}).")

    async def _run(self, job: Job, events: list[Event]) -> Outcome:
        refusals, early = [], False
        for command_id, command in events:
            actor = Actor("channel", getattr(command, "channel_account_id", ""))
            refusal = await self._once(job.tenant_id, actor, command_id, command)
            if refusal is not None and refusal.reason is Reason.UNAVAILABLE:
                return Later(5, "The database is not available.")
            if refusal is not None and isinstance(command, _FOLLOWING) and refusal.reason is Reason.NOT_FOUND:
                early = True
            elif refusal is not None:
                refusals.append(f"{type(command).__name__} was refused: {refusal.code} {refusal.args or ''}".strip())
        if early and job.attempts < EARLY_TRIES:
            # a provider may tell that it delivered before it has answered that it took the message
            first, longest = EARLY_SECONDS
            return Later(min(longest, first * 2**job.attempts), EARLY)
        # what is still unknown then is about something that we did not send: nobody's trouble
        return GiveUp(" ".join(refusals)) if refusals else Done()

    async def _once(self, tenant_id: TenantId, actor: Actor, command_id: Any, command: Any) -> Refused | None:
        for wait in (*PATIENCE, None):
            result = await self._do(tenant_id, actor, command_id, command)
            if result.refused is None or result.refused.reason is not Reason.UNAVAILABLE or wait is None:
                return result.refused
            await asyncio.sleep(wait)
        return None

    async def _do(self, tenant_id: TenantId, actor: Actor, command_id: Any, command: Any) -> Result:
        if isinstance(command, ReceiveMessage):
            return await self._together.do(tenant_id, (actor, command_id, command))
        async with self._running:
            return await self._runner.do(tenant_id, actor, command_id, command)


def _of_raw(event: Event, raw_id: str) -> Event:
    """What lies inside the raw message is found there when it is fetched."""
    command_id, command = event
    if not isinstance(command, ReceiveMessage) or not any(remote.inside for remote in command.media):
        return event
    media = tuple(msgspec.structs.replace(it, raw_id=raw_id) if it.inside else it for it in command.media)
    return command_id, msgspec.structs.replace(command, media=media)


def _payload(job: Job) -> _Payload:
    return msgspec.json.decode(job.payload, type=_Payload)


def _line(tenant_id: TenantId, command: Any) -> object:
    """Whose turn it is about: one customer's messages follow one another, and so do one message's receipts."""
    if isinstance(command, ReceiveMessage):
        return tenant_id, command.channel_account_id, command.sender.address, command.thread_key
    return tenant_id, getattr(command, "channel_account_id", ""), getattr(command, "provider_id", "")


async def _at_once(outcome: Outcome) -> Outcome:
    return outcome
