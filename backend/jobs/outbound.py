"""Send jobs: a message goes to its provider at most once per decision, and what became of it is recorded truthfully."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from backend.channels.base import (
    EMPTY,
    NotReached,
    Outbound,
    OutFile,
    Rejected,
    Sent,
    Throttled,
    Unknown,
)
from backend.channels.base import (
    Outcome as Answer,
)
from backend.files import FileGone
from backend.jobs.insist import insist
from backend.jobs.loop import Done, GiveUp, Later, Outcome, Turns, in_turn
from backend.jobs.means import Means
from backend.jobs.providers import Lost, Wait, too_late
from backend.runner import Actor
from backend.store.jobs import ASKING, Job
from backend.store.keeping import key_of
from backend.store.unit_of_work import Reading
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.conversations import Conversation
from omnix_protocol.customers import Identity
from omnix_protocol.ids import ChannelAccountId, CommandId, ConversationId, MessageId, TenantId, derived_id
from omnix_protocol.messages import Attachment, DeliveryState, Message, RecordDelivery

SEND: Final = "send"
FILE_GONE: Final = "A file of this message is no longer on the server; attach it again."


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
    quoted: Message | None  # the message that it answers
    begun_by: str  # that of ours which began the talk, where nobody has answered it yet


class OutboundWork:
    """The work of `send` jobs."""

    kinds = frozenset({SEND})

    def __init__(self, means: Means) -> None:
        self._means = means
        self._providers = means.providers
        self._now = means.now
        self._turns = Turns()

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
        async with self._means.store.read(job.tenant_id) as tx:
            message = await tx.get(Message, payload.message_id)
            conversation = await tx.get(Conversation, message.conversation_id) if message else None
            account = await tx.get(ChannelAccount, conversation.channel_account_id) if conversation else None
            identity = await tx.get(Identity, conversation.identity_id) if conversation else None
            quoted = await tx.get(Message, message.reply_to) if message and message.reply_to else None
            begun_by = await _begun_by(tx, conversation, payload.message_id) if conversation else ""
        if message is None or conversation is None or account is None or identity is None:
            return GiveUp("The message, its conversation or its account is gone.")
        if message.attempts != payload.attempt or message.state is not DeliveryState.ACCEPTED:
            return Done()  # an older decision, or decided already
        return _Errand(job, payload.attempt, message, account, conversation, identity.address, quoted, begun_by)

    async def _send(self, errand: _Errand) -> Outcome:
        tenant_id, account = errand.job.tenant_id, errand.account
        channel = self._means.channels.get(account.kind)
        view = await self._means.accounts(tenant_id, ChannelAccountId(account.id))
        if channel is None or view is None or not account.active:
            return await self._record(errand, DeliveryState.FAILED, "This channel account is not active.")
        if errand.job.last_error == ASKING:
            return await self._record(errand, DeliveryState.UNCERTAIN, "The server stopped while it was being sent.")
        message = self._outbound(errand)
        try:
            answer = await self._providers.ask(errand.job, view, lambda: channel.send(view, message, self._means.http))
        except FileGone:
            return await self._record(errand, DeliveryState.FAILED, FILE_GONE)
        except Lost:
            return Done()
        except Wait as wait:
            if wait.crowded:
                return wait.later
            return await self._later(errand, wait.seconds, wait.why)
        return await self._answered(errand, answer)

    async def _answered(self, errand: _Errand, answer: Answer) -> Outcome:
        match answer:
            case Sent():
                return await self._record(errand, answer.state, "", answer)
            case Throttled():
                return await self._later(errand, answer.retry_after, "The provider asked to wait.")
            case Rejected():
                return await self._record(errand, DeliveryState.FAILED, answer.failure)
            case NotReached():
                seconds = max(1.0, self._providers.wait(errand.account.id))
                return await self._later(errand, seconds, answer.detail)
            case Unknown():
                return await self._record(errand, DeliveryState.UNCERTAIN, answer.detail)

    async def _later(self, errand: _Errand, seconds: float, why: str) -> Outcome:
        """Another time, unless it has waited too long: then the agent decides."""
        if failure := too_late(self._now(), errand.message.state_at, seconds, why):
            return await self._record(errand, DeliveryState.FAILED, failure)
        return Later(seconds, why)

    async def _record(
        self, errand: _Errand, state: DeliveryState, failure: str = "", sent: Sent | None = None
    ) -> Outcome:
        account_id = ChannelAccountId(errand.account.id)
        command = RecordDelivery(
            channel_account_id=account_id,
            message_id=MessageId(errand.message.id),
            provider_id=sent.provider_id if sent else "",
            state=state,
            failure=failure[:500],
            attempt=errand.attempt,
            quote_handle=sent.quote_handle if sent else "",
        )
        command_id = CommandId(derived_id(account_id, "send", errand.message.id, str(errand.attempt), state))
        actor = Actor("channel", account_id)
        return await insist(self._means.runner, errand.job.tenant_id, actor, command_id, command)

    def _outbound(self, errand: _Errand) -> Outbound:
        message, conversation = errand.message, errand.conversation
        return Outbound(
            message_id=MessageId(message.id),
            attempt=errand.attempt,
            address=errand.address,
            thread_key=conversation.thread_key,
            text=message.text,
            files=tuple(self._out_file(errand.job.tenant_id, it) for it in message.attachments),
            content=message.content or EMPTY,
            reply_to=errand.quoted.provider_id if errand.quoted else "",
            quote_handle=errand.quoted.quote_handle if errand.quoted else "",
            author=message.author_name,
            topic=conversation.topic,
            last_inbound_at=conversation.last_inbound_at,
            reply_handle=conversation.reply_handle,
            reply_handle_at=conversation.reply_handle_at,
            at=message.at,
            begun_by=errand.begun_by,
        )

    def _out_file(self, tenant_id: TenantId, file: Attachment) -> OutFile:
        return OutFile(
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            read=lambda: self._means.shelf.files.read(key_of(tenant_id, file.file_id), 0, file.size),
            link=lambda: self._means.shelf.link(tenant_id, file.file_id),
        )


async def _begun_by(tx: Reading, conversation: Conversation, message_id: MessageId) -> str:
    if conversation.last_inbound_at is not None:
        return ""
    first, _, _ = await tx.messages.entries(ConversationId(conversation.id), 2, 1)
    return next((message.provider_id for message in first if message.id != message_id), "")


async def _at_once(outcome: Outcome) -> Outcome:
    return outcome
