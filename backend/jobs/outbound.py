"""Send jobs: a message goes to its provider at most once per decision, and what became of it is recorded truthfully."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import msgspec

from backend.channels.base import (
    AccountView,
    Channel,
    NotReached,
    Outbound,
    Rejected,
    Sent,
    Throttled,
    Unknown,
)
from backend.channels.base import (
    Outcome as Answer,
)
from backend.jobs.circuits import Circuit
from backend.jobs.inbound import Accounts
from backend.jobs.loop import Done, GiveUp, Later, Outcome, Turns, in_turn
from backend.runner import Actor, Runner
from backend.store.jobs import ASKING, Job
from backend.store.store import Store
from omnix_protocol.base import Command
from omnix_protocol.channels import ChannelAccount, ReportChannelFault
from omnix_protocol.conversations import Conversation
from omnix_protocol.customers import Identity
from omnix_protocol.errors import Reason
from omnix_protocol.ids import ChannelAccountId, CommandId, MessageId, TenantId, derived_id, new_id
from omnix_protocol.messages import DeliveryState, Message, RecordDelivery

SEND: Final = "send"
AT_ONCE_PER_ACCOUNT: Final = 4
"""Requests to one account at a time; the rest of its messages wait without holding anybody else's place."""
TRY_FOR: Final = timedelta(minutes=15)
"""How long a message that certainly did not go out is tried again."""
_log = logging.getLogger("backend.jobs.outbound")


class SendPayload(msgspec.Struct, frozen=True):
    """What a send job names: the message, and which decision to send it this is."""

    message_id: MessageId
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class _Errand:
    """Everything that one sending needs, as read when the job was claimed."""

    job: Job
    attempt: int
    message: Message
    account: ChannelAccount
    conversation: Conversation
    address: str


class OutboundWork:
    """The work of `send` jobs."""

    kinds = frozenset({SEND})

    def __init__(
        self,
        store: Store,
        runner: Runner,
        channels: dict[str, Channel],
        accounts: Accounts,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._runner = runner
        self._channels = channels
        self._accounts = accounts
        self._http = http
        self._now = now
        self._turns = Turns()
        self._circuits: dict[str, Circuit] = defaultdict(Circuit)
        self._asking: dict[str, int] = defaultdict(int)

    async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Outcome]]:
        errands = await asyncio.gather(*(self._errand(job) for job in jobs))
        return [self._begun(errand) for errand in errands]

    def _begun(self, errand: _Errand | Outcome) -> Coroutine[Any, Any, Outcome]:
        if not isinstance(errand, _Errand):
            return _at_once(errand)
        # Replies of one conversation leave in the order in which they were written.
        tickets = [self._turns.ticket((errand.job.tenant_id, errand.conversation.id))]
        return in_turn(tickets, lambda: self._send(errand))

    async def _errand(self, job: Job) -> _Errand | Outcome:
        payload = msgspec.json.decode(job.payload, type=SendPayload)
        async with self._store.read(job.tenant_id) as tx:
            message = await tx.get(Message, payload.message_id)
            conversation = await tx.get(Conversation, message.conversation_id) if message else None
            account = await tx.get(ChannelAccount, conversation.channel_account_id) if conversation else None
            identity = await tx.get(Identity, conversation.identity_id) if conversation else None
        if message is None or conversation is None or account is None or identity is None:
            return GiveUp("The message, its conversation or its account is gone.")
        if message.attempts != payload.attempt or message.state is not DeliveryState.ACCEPTED:
            return Done()  # an older decision, or decided already
        return _Errand(job, payload.attempt, message, account, conversation, identity.address)

    async def _send(self, errand: _Errand) -> Outcome:
        tenant_id, account = errand.job.tenant_id, errand.account
        channel = self._channels.get(account.kind)
        view = await self._accounts(tenant_id, ChannelAccountId(account.id))
        if channel is None or view is None or not account.active:
            return await self._record(errand, DeliveryState.FAILED, "This channel account is not active.")
        if errand.job.last_error == ASKING:
            return await self._record(errand, DeliveryState.UNCERTAIN, "The server stopped while it was being sent.")
        circuit = self._circuits[account.id]
        wait = circuit.wait(self._now())
        if wait > 0:
            return await self._later(errand, wait, "The account is left alone for a while.")
        if self._asking[account.id] >= AT_ONCE_PER_ACCOUNT:
            return Later(0.05, "Others of this account are being sent.")
        self._asking[account.id] += 1
        try:
            # Said before the provider is asked, under the job's fence: whoever lost the job meanwhile asks nobody.
            if not await self._store.jobs.note(errand.job, ASKING):
                return Done()
            answer = await channel.send(view, _outbound(errand), self._http)
        finally:
            self._asking[account.id] -= 1
        return await self._answered(errand, circuit, view, answer)

    async def _answered(self, errand: _Errand, circuit: Circuit, view: AccountView, answer: Answer) -> Outcome:
        now = self._now()
        match answer:
            case Sent():
                await self._news(view, circuit.works(), "")
                return await self._record(errand, answer.state, provider_id=answer.provider_id)
            case Throttled():
                circuit.throttled(now, answer.retry_after)
                return await self._later(errand, answer.retry_after, "The provider asked to wait.")
            case Rejected():
                if answer.account_fault:
                    await self._news(view, circuit.failed(now, lasting=True), answer.failure)
                else:
                    await self._news(view, circuit.works(), "")
                return await self._record(errand, DeliveryState.FAILED, answer.failure)
            case NotReached():
                await self._news(view, circuit.failed(now), answer.detail)
                return await self._later(errand, max(1.0, circuit.wait(now)), answer.detail)
            case Unknown():
                await self._news(view, circuit.failed(now), answer.detail)
                return await self._record(errand, DeliveryState.UNCERTAIN, answer.detail)

    async def _later(self, errand: _Errand, seconds: float, why: str) -> Outcome:
        """Another time, unless it has waited too long: then the agent decides."""
        if self._now() + timedelta(seconds=seconds) - errand.message.state_at > TRY_FOR:
            return await self._record(errand, DeliveryState.FAILED, f"{why} It was given up after 15 minutes.")
        return Later(seconds, why)

    async def _record(self, errand: _Errand, state: DeliveryState, failure: str = "", provider_id: str = "") -> Outcome:
        account_id = ChannelAccountId(errand.account.id)
        command = RecordDelivery(
            channel_account_id=account_id,
            message_id=MessageId(errand.message.id),
            provider_id=provider_id,
            state=state,
            failure=failure[:500],
            attempt=errand.attempt,
        )
        command_id = CommandId(derived_id(account_id, "send", errand.message.id, str(errand.attempt), state))
        return await self._insist(errand.job.tenant_id, account_id, command_id, command)

    async def _insist(
        self, tenant_id: TenantId, account_id: ChannelAccountId, command_id: CommandId, command: Command
    ) -> Outcome:
        """What a provider has answered must not be lost: tried until the database takes it."""
        wait = 0.05
        while True:
            result = await self._runner.do(tenant_id, Actor("channel", account_id), command_id, command)
            if result.refused is None:
                return Done()
            if result.refused.reason is not Reason.UNAVAILABLE:
                return GiveUp(f"What became of it could not be recorded: {result.refused.code}.")
            await asyncio.sleep(wait)
            wait = min(5.0, wait * 2)

    async def _news(self, view: AccountView, is_news: bool, fault: str) -> None:
        """Tell the tenant that an account stopped working, or works again."""
        if is_news:
            await report_fault(self._runner, view.tenant_id, view.id, fault)


async def report_fault(runner: Runner, tenant_id: TenantId, account_id: ChannelAccountId, fault: str) -> None:
    """The visible state of an account; the next fault says it again where this is lost."""
    command = ReportChannelFault(channel_account_id=account_id, fault=fault[:500])
    result = await runner.do(tenant_id, Actor("channel", account_id), CommandId(new_id()), command)
    if result.refused is not None:
        _log.warning("the state of account %s could not be recorded: %s", account_id, result.refused.code)


def _outbound(errand: _Errand) -> Outbound:
    return Outbound(
        message_id=MessageId(errand.message.id),
        attempt=errand.attempt,
        address=errand.address,
        thread_key=errand.conversation.thread_key,
        text=errand.message.text,
        attachments=errand.message.attachments,
    )


async def _at_once(outcome: Outcome) -> Outcome:
    return outcome
