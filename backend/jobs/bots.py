"""Bot jobs: a bot is told what happened, at least once and under one id; what it answers is done, or a person comes.

A bot that cannot be reached for its account's patience hands over by itself: a customer never waits for a machine.
"""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from backend.channels.base import AccountView, NotReached, Rejected, Sent, Throttled, Unknown
from backend.channels.base import Outcome as Answer
from backend.channels.bot import Bot, Turn
from backend.channels.bot.words import Action, hand_over
from backend.jobs.loop import Done, GiveUp, Later, Outcome, Turns, in_turn
from backend.jobs.means import Means
from backend.jobs.providers import Lost, Wait
from backend.runner import Actor
from backend.store.jobs import Job
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.conversations import Conversation, Interaction, Status
from omnix_protocol.customers import Identity
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ChannelAccountId, CommandId, ConversationId, InteractionId, MessageId, derived_id
from omnix_protocol.messages import Message

BOT: Final = "bot"
FIRST_WAIT: Final = 0.5  # seconds
LONGEST_WAIT: Final = 8.0
_OVER: Final = frozenset({Reason.ALREADY_TAKEN, Reason.ALREADY_ENDED, Reason.BOT_IS_OUT})
"""A person was faster, or it has ended: what the bot wanted is not done, and that is right."""


class BotPayload(msgspec.Struct, frozen=True):
    """What a bot job names; ids only."""

    event: str
    bot_id: ChannelAccountId
    interaction_id: InteractionId
    at: datetime
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class _Errand:
    job: Job
    payload: BotPayload
    turn: Turn


class BotWork:
    """The work of `bot` jobs."""

    kinds = frozenset({BOT})

    def __init__(self, means: Means) -> None:
        self._means = means
        self._turns = Turns()

    async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Outcome]]:
        payloads = [msgspec.json.decode(job.payload, type=BotPayload) for job in jobs]
        return [self._begun(job, payload) for job, payload in zip(jobs, payloads, strict=True)]

    def _begun(self, job: Job, payload: BotPayload) -> Coroutine[Any, Any, Outcome]:
        # one customer's messages are answered in the order in which they were written
        tickets = [self._turns.ticket((job.tenant_id, payload.interaction_id))]
        return in_turn(tickets, lambda: self._run(job, payload))

    async def _run(self, job: Job, payload: BotPayload) -> Outcome:
        turn = await self._turn(job, payload)
        if turn is None:
            return Done()  # a person has it, or it has ended
        errand = _Errand(job, payload, turn)
        view = await self._means.accounts(job.tenant_id, payload.bot_id)
        bot = self._means.channels.get(view.kind) if view is not None else None
        if view is None or not isinstance(bot, Bot):
            return await self._to_person(errand, "The bot is switched off.")
        wanted: list[Action] = []

        async def question() -> Answer:
            answer, told = await bot.answer(view, turn, self._means.http)
            wanted.extend(told)
            return answer

        try:
            outcome = await self._means.providers.ask(job, view, question)
        except Lost:
            return Done()
        except Wait as wait:
            if wait.crowded:
                return wait.later
            return await self._later(errand, bot.patience(view), wait.seconds, wait.why)
        return await self._answered(errand, outcome, wanted, view, bot.patience(view))

    async def _turn(self, job: Job, payload: BotPayload) -> Turn | None:
        async with self._means.store.read(job.tenant_id) as tx:
            interaction = await tx.get(Interaction, payload.interaction_id)
            if interaction is None or interaction.status is not Status.BOT or interaction.bot_id != payload.bot_id:
                return None
            message = await tx.get(Message, payload.message_id) if payload.message_id else None
            conversation = await tx.get(Conversation, interaction.conversation_id)
            account = await tx.get(ChannelAccount, interaction.channel_account_id)
            identity = await tx.get(Identity, conversation.identity_id) if conversation else None
        content = message.content if message else None
        return Turn(
            id=derived_id(payload.bot_id, payload.event, payload.message_id or job.id),
            event=payload.event,
            at=payload.at.isoformat(),
            conversation_id=ConversationId(interaction.conversation_id),
            interaction_id=payload.interaction_id,
            interaction_number=interaction.number,
            customer_id=interaction.customer_id,
            customer_name=interaction.customer_name,
            address=identity.address if identity else "",
            channel_kind=interaction.channel_kind,
            channel_name=account.name if account else "",
            message_id=message.id if message else "",
            text=message.text if message else "",
            chosen=content.chosen if content else "",
            shown_as=message.shown_as if message else "",
        )

    async def _answered(
        self, errand: _Errand, outcome: Answer, wanted: list[Action], view: AccountView, patience: float
    ) -> Outcome:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(errand.job.attempts, 8))
        match outcome:
            case Sent():
                return await self._do(errand, wanted, view)
            case Rejected():
                return await self._to_person(errand, outcome.failure)
            case Throttled():
                return await self._later(errand, patience, outcome.retry_after, "The bot asked to wait.")
            case NotReached() | Unknown():
                return await self._later(errand, patience, wait, outcome.detail)

    async def _later(self, errand: _Errand, patience: float, seconds: float, why: str) -> Outcome:
        if self._means.now() + timedelta(seconds=seconds) > errand.payload.at + timedelta(seconds=patience):
            return await self._to_person(errand, why)
        return Later(seconds, why)

    async def _do(self, errand: _Errand, wanted: list[Action], view: AccountView) -> Outcome:
        for place, action in enumerate(wanted):
            refusal = await self._run_one(errand, action, view, str(place))
            if refusal is None:
                continue
            if refusal.reason is Reason.UNAVAILABLE:
                return Later(2.0, "The database is not available.")
            if refusal.reason in _OVER:
                return Done()
            return await self._to_person(errand, f"What the bot wanted ({action.kind}) was refused: {refusal.code}.")
        return Done()

    async def _to_person(self, errand: _Errand, why: str) -> Outcome:
        """The interaction waits for an agent, who reads why."""
        view = AccountView(errand.job.tenant_id, errand.payload.bot_id, BOT)
        refusal = await self._run_one(errand, hand_over(why), view, "to person")
        if refusal is None or refusal.reason in _OVER:
            return Done()
        if refusal.reason is Reason.UNAVAILABLE:
            return Later(2.0, "The database is not available.")
        return GiveUp(f"A person could not be called: {refusal.code}.")

    async def _run_one(self, errand: _Errand, action: Action, view: AccountView, place: str) -> Refused | None:
        command = action.command(view, errand.payload.interaction_id)
        key = CommandId(derived_id(view.id, "bot", errand.turn.id, place))
        actor = Actor("channel", view.id)
        return (await self._means.runner.do(errand.job.tenant_id, actor, key, command)).refused
