"""Mails transcripts, and records on their memo what became of them."""

from typing import Final

import msgspec

from backend.jobs.insist import insist
from backend.jobs.loop import Outcome
from backend.post import Letter, NotSent, Unknown
from backend.post.smtp import Outcome as Answer
from backend.post.transcript import Talk, transcript_letter
from backend.runner import SYSTEM, Runner
from backend.store.jobs import Job
from backend.store.store import Store
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import CommandId, InteractionId, MemoId, derived_id
from omnix_protocol.messages import DeliveryState, Memo
from omnix_protocol.people import Tenant
from omnix_protocol.transcripts import RecordTranscript

TRANSCRIPT: Final = "transcript"
MESSAGES_MAX: Final = 5_000
"""The first so many of an interaction; longer ones were not seen."""


class TranscriptPayload(msgspec.Struct, frozen=True):
    """The memo that notes it; address and interaction stand there."""

    memo_id: MemoId


class TranscriptMail:
    def __init__(self, store: Store, runner: Runner) -> None:
        self._store = store
        self._runner = runner

    async def letter(self, job: Job) -> Letter | None:
        payload = msgspec.json.decode(job.payload, type=TranscriptPayload)
        async with self._store.read(job.tenant_id) as tx:
            memo = await tx.get(Memo, payload.memo_id)
            tenant = await tx.get(Tenant, job.tenant_id)
            interaction = await tx.get(Interaction, memo.interaction_id) if memo else None
            if memo is None or memo.transcript is None or tenant is None or interaction is None:
                return None
            if memo.transcript.state is not DeliveryState.ACCEPTED:
                return None
            messages, _memos = await tx.messages.of_interaction(InteractionId(interaction.id), MESSAGES_MAX)
        talk = Talk(
            tenant=tenant.name,
            number=interaction.number,
            customer=interaction.customer_name,
            messages=messages,
            locale=tenant.locale,
            time_zone=tenant.time_zone,
        )
        return transcript_letter(talk, memo.transcript.to)

    async def ended(self, job: Job, answer: Answer) -> Outcome:
        payload = msgspec.json.decode(job.payload, type=TranscriptPayload)
        state, why = DeliveryState.SENT, ""
        if isinstance(answer, NotSent):
            state, why = DeliveryState.FAILED, answer.why
        elif isinstance(answer, Unknown):
            state, why = DeliveryState.UNCERTAIN, answer.why
        command = RecordTranscript(memo_id=payload.memo_id, state=state, failure=why[:500])
        command_id = CommandId(derived_id(job.tenant_id, "transcript", payload.memo_id, state))
        return await insist(self._runner, job.tenant_id, SYSTEM, command_id, command)
