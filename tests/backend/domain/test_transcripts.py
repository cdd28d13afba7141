"""Transcripts by mail: who may have one sent, where it is noted, and that its state only moves forward."""

import pytest

from backend.domain.base import SYSTEM
from omnix_protocol import scopes
from omnix_protocol.conversations import End
from omnix_protocol.errors import Reason
from omnix_protocol.ids import ConversationId, InteractionId, MemoId, new_id
from omnix_protocol.messages import DeliveryState, Memo, Transcript
from omnix_protocol.transcripts import MailTranscript, RecordTranscript
from tests.support.office import Office

TO = "rina@contoh.example"


def ask(interaction_id: str, memo_id: str = "", to: str = TO) -> MailTranscript:
    return MailTranscript(memo_id=MemoId(memo_id or new_id()), interaction_id=InteractionId(interaction_id), to=to)


async def test_the_owner_has_it_sent_and_a_memo_notes_it(company: Office) -> None:
    it = await company.serving()
    command = ask(it.id)
    await company.done("ayu", command)
    memo = await company.get(Memo, command.memo_id)
    assert memo.transcript == Transcript(to=TO)
    assert (memo.author_name, memo.interaction_id) == ("Ayu", it.id)
    assert ("Memo", memo.id) in await company.holds(scopes.conversation(ConversationId(it.conversation_id)))
    assert (await company.store.jobs.counts())["mail", "due"] == 1


async def test_it_may_still_be_sent_after_the_end(company: Office) -> None:
    it = await company.serving()
    await company.done("ayu", End(interaction_id=InteractionId(it.id)))
    await company.done("ayu", ask(it.id))


async def test_colleagues_may_not_team_leaders_may(company: Office) -> None:
    it = await company.serving()
    assert (await company.barred("bima", ask(it.id))).reason is Reason.NOT_OWNER
    await company.done("tono", ask(it.id))


@pytest.mark.parametrize("to", ["a@b.example\n", "a@b.example,c@d.example", "Rina <a@b.example>", "a@b..example", "@b"])
async def test_only_one_plain_address_is_taken(company: Office, to: str) -> None:
    it = await company.serving()
    assert (await company.barred("ayu", ask(it.id, to=to))).reason in (Reason.INVALID_FIELD, Reason.MALFORMED)
    assert ("mail", "due") not in await company.store.jobs.counts()


async def test_one_memo_is_one_transcript(company: Office) -> None:
    it = await company.serving()
    command = ask(it.id)
    await company.done("ayu", command)
    assert (await company.barred("tono", ask(it.id, command.memo_id))).reason is Reason.ALREADY_EXISTS


async def test_what_became_of_it_is_noted_and_only_moves_forward(company: Office) -> None:
    it = await company.serving()
    command = ask(it.id)
    await company.done("ayu", command)
    for state in (DeliveryState.UNCERTAIN, DeliveryState.SENT, DeliveryState.FAILED):
        await company.done(SYSTEM, RecordTranscript(memo_id=command.memo_id, state=state, failure="451 later"))
    memo = await company.get(Memo, command.memo_id)
    assert memo.transcript is not None
    assert memo.transcript.state is DeliveryState.SENT
    assert memo.version == 3
    barred = await company.barred("adi", RecordTranscript(memo_id=command.memo_id, state=DeliveryState.FAILED))
    assert barred.reason is Reason.NOT_ENTITLED
