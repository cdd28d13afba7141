"""Act jobs: what else is asked of a provider about a message or a customer: edit, delete, hide, react, seen, block."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from backend.channels.base import Act, NotReached, Rejected, Sent, Throttled, Unknown
from backend.channels.base import Outcome as Reply
from backend.jobs.insist import insist
from backend.jobs.loop import Done, GiveUp, Later, Outcome
from backend.jobs.means import Means
from backend.jobs.providers import Lost, Wait, too_late
from backend.runner import Actor
from backend.store.jobs import ASKING, Job
from omnix_protocol.content import ActKind
from omnix_protocol.conversations import Conversation
from omnix_protocol.customers import Identity
from omnix_protocol.ids import (
    ChannelAccountId,
    CommandId,
    ConversationId,
    IdentityId,
    MessageId,
    derived_id,
)
from omnix_protocol.messages import Amendment, DeliveryState, Message, RecordAmendment

ACT: Final = "act"
TRIES: Final = 8
_REPEATABLE: Final = frozenset({ActKind.SEEN, ActKind.BLOCK, ActKind.UNBLOCK})
"""Asking twice does no harm, and nobody waits for the answer."""


class ActPayload(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an act job names; ids only."""

    kind: ActKind
    channel_account_id: ChannelAccountId
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    identity_id: IdentityId | None = None
    number: int = 0  # of the message's amendment


@dataclass(frozen=True, slots=True)
class _Errand:
    job: Job
    payload: ActPayload
    act: Act
    asked_at: datetime | None  # of the amendment, which a person waits for


class ActWork:
    """The work of `act` jobs."""

    kinds = frozenset({ACT})

    def __init__(self, means: Means) -> None:
        self._means = means

    async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Outcome]]:
        return [self._run(job) for job in jobs]

    async def _run(self, job: Job) -> Outcome:
        errand = await self._errand(job)
        if errand is None:
            return Done()  # decided already, or nothing is left to act on
        view = await self._means.accounts(job.tenant_id, errand.payload.channel_account_id)
        channel = self._means.channels.get(view.kind) if view is not None else None
        if view is None or channel is None:
            return await self._ended(errand, Rejected("This channel account is not active."))
        if job.last_error == ASKING and errand.act.kind not in _REPEATABLE:
            return await self._ended(errand, Unknown("The server stopped while the provider was being asked."))
        question: Callable[[], Awaitable[Reply]] = lambda: channel.act(view, errand.act, self._means.http)  # noqa: E731
        try:
            answer = await self._means.providers.ask(job, view, question)
        except Lost:
            return Done()
        except Wait as wait:
            if wait.crowded or errand.asked_at is None:
                return wait.later
            return await self._later(errand, wait.seconds, wait.why)
        return await self._ended(errand, answer)

    async def _errand(self, job: Job) -> _Errand | None:
        payload = msgspec.json.decode(job.payload, type=ActPayload)
        async with self._means.store.read(job.tenant_id) as tx:
            message = await tx.get(Message, payload.message_id) if payload.message_id else None
            place = payload.conversation_id or (message.conversation_id if message else None)
            conversation = await tx.get(Conversation, place) if place else None
            person = payload.identity_id or (conversation.identity_id if conversation else None)
            identity = await tx.get(Identity, person) if person else None
        if identity is None or (payload.message_id and message is None):
            return None
        amendment = message.amendment if message is not None and payload.number else None
        if payload.number and (
            amendment is None or amendment.number != payload.number or amendment.state is not DeliveryState.ACCEPTED
        ):
            return None
        kind = payload.kind
        if payload.identity_id is not None:  # as it stands now: an old job run again must not block who was unblocked
            kind = ActKind.BLOCK if identity.blocked else ActKind.UNBLOCK
        act = act_of(kind, identity.address, conversation, message, amendment)
        return _Errand(job, payload, act, amendment.at if amendment else None)

    async def _ended(self, errand: _Errand, answer: Reply) -> Outcome:
        match answer:
            case Sent():
                return await self._record(errand, DeliveryState.SENT, "")
            case Throttled():
                return await self._later(errand, answer.retry_after, "The provider asked to wait.")
            case NotReached():
                seconds = max(1.0, self._means.providers.wait(errand.payload.channel_account_id))
                return await self._later(errand, seconds, answer.detail)
            case Unknown() if errand.act.kind in _REPEATABLE:
                return await self._later(errand, 2.0 ** min(errand.job.attempts, 8), answer.detail)
            case Rejected():
                return await self._record(errand, DeliveryState.FAILED, answer.failure)
            case Unknown():
                return await self._record(errand, DeliveryState.UNCERTAIN, answer.detail)

    async def _later(self, errand: _Errand, seconds: float, why: str) -> Outcome:
        """Another time, unless it has waited too long: nothing stays pending for ever."""
        if errand.asked_at is None:  # nobody looks at it
            return Later(seconds, why) if errand.job.attempts < TRIES else GiveUp(why)
        if failure := too_late(self._means.now(), errand.asked_at, seconds, why):
            return await self._record(errand, DeliveryState.FAILED, failure)
        return Later(seconds, why)

    async def _record(self, errand: _Errand, state: DeliveryState, failure: str) -> Outcome:
        payload = errand.payload
        if payload.message_id is None or not payload.number:
            return Done() if state is DeliveryState.SENT else GiveUp(failure)
        command = RecordAmendment(
            channel_account_id=payload.channel_account_id,
            message_id=payload.message_id,
            number=payload.number,
            state=state,
            failure=failure[:500],
        )
        key = CommandId(derived_id(payload.channel_account_id, "amend", payload.message_id, str(payload.number), state))
        actor = Actor("channel", payload.channel_account_id)
        return await insist(self._means.runner, errand.job.tenant_id, actor, key, command)


def act_of(
    kind: ActKind, address: str, conversation: Conversation | None, message: Message | None, amendment: Amendment | None
) -> Act:
    """What the provider is asked, in words that every channel understands."""
    return Act(
        kind=kind,
        address=address,
        thread_key=conversation.thread_key if conversation else "",
        provider_id=message.provider_id if message else "",
        text=amendment.text if amendment else "",
        emoji=amendment.emoji if amendment else "",
        caption=bool(message and message.attachments),
        buttons=message.content.buttons if message and message.content else (),
    )
