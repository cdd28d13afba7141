"""Telephone calls: one message each, an interaction at the first ring, and the log that callbacks will need (F36)."""

from datetime import timedelta
from typing import Any

from omnix_protocol.calls import LastTalk, LiveCall
from omnix_protocol.content import Call, CallState, Content
from omnix_protocol.conversations import Interaction, PickUp, Status
from omnix_protocol.errors import Reason
from omnix_protocol.ids import ConversationId, MessageId
from omnix_protocol.messages import Message, Received, ReceiveMessage, Sender
from omnix_protocol.reports import CallLog, CallLogAnswer
from tests.support.office import Office

RANK = {state: place for place, state in enumerate(CallState)}


async def rings(company: Office, call_id: str, state: CallState = CallState.RINGING, **more: Any) -> Received:
    """News of a call on the account of Telegram: what it is a channel of does not matter here."""
    times = {name: more.pop(name) for name in ("ringing_at", "answered_at", "ended_at") if name in more}
    number = more.pop("sender", "+6281234567890")
    call = Call(state=state, number=number, extension=more.pop("extension", ""), **times)
    return await company.writes(
        "", number, provider_id=call_id, shown_as="call", content=Content(call=call), revision=RANK[state], **more
    )


async def log(company: Office, who: str = "ayu", **query: Any) -> CallLogAnswer:
    answer = await company.ask(who, CallLog(**query))
    assert isinstance(answer, CallLogAnswer), answer
    return answer


async def test_a_call_begins_an_interaction_and_goes_on_in_one_message(company: Office) -> None:
    at = company.clock()
    first = await rings(company, "c-1", ringing_at=at)
    waiting = await company.get(Interaction, first.interaction_id)
    assert (waiting.status, waiting.unread) == (Status.QUEUED, 1)
    ended = await rings(company, "c-1", CallState.MISSED, ended_at=at + timedelta(seconds=60))
    late = await rings(company, "c-1", CallState.ANSWERED, answered_at=at + timedelta(seconds=5))
    assert first == ended == late
    message = await company.get(Message, first.message_id)
    assert message.content is not None
    call = message.content.call
    assert call is not None
    assert (call.state, call.ringing_at, call.answered_at) == (CallState.ENDED, at, at + timedelta(seconds=5))
    assert message.edited_at is None, "a call that goes on is no customer's edit"
    assert message.revision == RANK[CallState.MISSED]
    assert (await company.get(Interaction, first.interaction_id)).unread == 1


async def test_a_call_stands_beside_its_interaction_while_it_rings_or_is_talked(company: Office) -> None:
    at = company.clock()
    first = await rings(company, "c-1", ringing_at=at)

    async def live() -> LiveCall | None:
        return (await company.get(Interaction, first.interaction_id)).live_call

    ringing = await live()
    assert ringing is not None
    assert (ringing.message_id, ringing.call.state, ringing.last) == (first.message_id, CallState.RINGING, None)
    await rings(company, "c-1", CallState.ANSWERED, answered_at=at + timedelta(seconds=5))
    talked = await live()
    assert talked is not None
    assert talked.call.state is CallState.ANSWERED
    await rings(company, "c-1", CallState.ENDED, ended_at=at + timedelta(seconds=60))
    assert await live() is None
    await rings(company, "c-1", CallState.RINGING, ringing_at=at, extension="101")
    assert await live() is None, "what is told late wakes no call that is over"


async def test_a_call_that_was_missed_before_it_was_told_rings_nobody(company: Office) -> None:
    told = await rings(company, "c-1", CallState.MISSED)
    assert (await company.get(Interaction, told.interaction_id)).live_call is None


async def test_news_of_an_older_call_does_not_hide_the_newer_one(company: Office) -> None:
    first = await rings(company, "c-1")
    second = await rings(company, "c-2")
    await rings(company, "c-1", CallState.MISSED)
    live = (await company.get(Interaction, first.interaction_id)).live_call
    assert live is not None
    assert live.message_id == second.message_id


async def test_a_ringing_call_tells_of_the_talk_before_it(company: Office) -> None:
    written = await company.writes("Halo", "+6281234567890")
    before = await company.get(Interaction, written.interaction_id)
    await rings(company, "c-1")
    live = (await company.get(Interaction, written.interaction_id)).live_call
    assert live is not None
    assert live.last == LastTalk(at=before.last_at, channel_kind="telegram")


async def test_a_call_stays_one_where_its_caller_turns_out_later(company: Office) -> None:
    first = await rings(company, "c-1", sender="anonymous:c-1")
    again = await rings(company, "c-1", CallState.MISSED, sender="+6281234567890")
    assert again.message_id == first.message_id


async def test_the_log_shows_the_newest_first_by_state_and_page(company: Office) -> None:
    for number, state in enumerate((CallState.MISSED, CallState.ENDED, CallState.DROPPED, CallState.MISSED)):
        await rings(company, f"c-{number}", state, sender=f"+62812345678{number}")
    await company.writes("no call")
    everything = await log(company)
    assert [row.call.state for row in everything.rows] == ["missed", "dropped", "ended", "missed"]
    assert not everything.more
    first = await log(company, states=(CallState.MISSED, CallState.DROPPED), limit=2)
    assert ([row.call.number[-1] for row in first.rows], first.more) == (["3", "2"], True)
    last = first.rows[-1]
    rest = await log(
        company, states=(CallState.MISSED, CallState.DROPPED), limit=2, before_at=last.at, before_id=last.message_id
    )
    assert ([row.call.number[-1] for row in rest.rows], rest.more) == (["0"], False)
    assert (rest.rows[0].channel_name, rest.rows[0].customer_name) == ("bot", "+628123456780")
    assert rest.rows[0].outgoing is False


async def test_the_log_follows_the_state_of_a_call(company: Office) -> None:
    await rings(company, "c-1")
    assert (await log(company, states=(CallState.MISSED,))).rows == ()
    await rings(company, "c-1", CallState.MISSED)
    assert len((await log(company, states=(CallState.MISSED,))).rows) == 1
    assert (await log(company, states=(CallState.RINGING,))).rows == ()


async def test_an_agent_sees_the_calls_of_the_accounts_that_their_groups_serve(company: Office) -> None:
    await rings(company, "c-1", account="number")
    assert len((await log(company, "ayu")).rows) == 1
    assert (await log(company, "citra")).rows == (), "their group does not serve that account"
    assert len((await log(company, "sari")).rows) == 1
    refusal = await company.ask("citra", CallLog(channel_account_id=company.account("number")))
    assert refusal.code == Reason.NOT_ENTITLED
    assert len((await log(company, "ayu", channel_account_id=company.account("number"))).rows) == 1
    assert (await log(company, "ayu", channel_account_id=company.account("bot"))).rows == ()


async def test_mine_are_the_calls_of_interactions_that_are_mine(company: Office) -> None:
    first = await rings(company, "c-1")
    await rings(company, "c-2", sender="+6281234567891")
    assert (await log(company, mine=True)).rows == ()
    await company.online("ayu")
    await company.done("ayu", PickUp(interaction_id=first.interaction_id))
    (row,) = (await log(company, mine=True)).rows
    assert (row.message_id, row.owner_id, row.owner_name) == (first.message_id, company.user("ayu"), "Ayu")
    assert len((await log(company)).rows) == 2


async def test_a_time_without_its_offset_is_refused(company: Office) -> None:
    naive = company.clock().replace(tzinfo=None)
    refusal = await company.ask("ayu", CallLog(before_at=naive, before_id=MessageId("x")))
    assert refusal.code == Reason.INVALID_FIELD


async def test_what_we_dial_makes_no_conversation_and_is_noted_in_one(company: Office) -> None:
    await company.done(company.channel("bot"), outgoing(company, "c-1"))
    assert (await log(company)).rows == ()
    received = await company.writes("Halo", "+6281234567890")
    await company.done(company.channel("bot"), outgoing(company, "c-2"))
    (row,) = (await log(company)).rows
    assert row.outgoing
    assert row.conversation_id == ConversationId(received.conversation_id)


def outgoing(company: Office, call_id: str) -> ReceiveMessage:
    return ReceiveMessage(
        channel_account_id=company.account("bot"),
        provider_id=call_id,
        sender=Sender(address="+6281234567890"),
        content=Content(call=Call(state=CallState.RINGING, number="+6281234567890")),
        elsewhere=True,
    )
