"""What an exchange tells of calls becomes one message for each call, truthful whatever the order (F36)."""

import itertools
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend import clock
from backend.channels.base import Unreadable, WebhookRequest
from backend.channels.voice import Voice
from backend.channels.voice.exchange import Block
from backend.channels.voice.numbers import number
from backend.channels.voice.tracking import Calls
from omnix_protocol.calls import RANKS, joined, settled
from omnix_protocol.content import Call, CallState
from omnix_protocol.messages import ReceiveMessage
from tests.backend.channels.voice_scene import SECRET, account, call_of, hook, news, together, told

VOICE = Voice()
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 5000).map(lambda seconds: NOON + timedelta(seconds=seconds)) | st.none()
CALLS = st.builds(
    Call, state=st.sampled_from(CallState), number=st.sampled_from(("", "+628123456789")),
    extension=st.sampled_from(("", "201", "202")), ringing_at=MOMENTS, answered_at=MOMENTS, ended_at=MOMENTS,
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0812 3456-7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("006281234567890", "+6281234567890"),
        ("+6281234567890", "+6281234567890"),
        ("sip:+6281234567890@pbx.example;user=phone", "+6281234567890"),
        ("tel:+62211500123", "+62211500123"),
        ("021-5552368", "+62215552368"),
        ("201", "201"),
        ("Anonymous", ""),
        ("<unknown>", ""),
        ("", ""),
    ],
)
def test_numbers_have_one_form(written: str, meant: str) -> None:
    assert number(written) == meant


def test_a_signed_webhook_is_believed_and_no_other() -> None:
    view, body = account(), told("ringing")
    now = clock.now().timestamp()
    assert VOICE.verify(view, hook(body))
    assert not VOICE.verify(view, hook(body, "another secret"))
    assert not VOICE.verify(view, WebhookRequest({}, body))
    assert not VOICE.verify(view, WebhookRequest(hook(body).headers, body + b" "))
    assert not VOICE.verify(view, WebhookRequest({**hook(body).headers, "x-omnix-timestamp": str(int(now) + 1)}, body))
    assert not VOICE.verify(view, hook(body, seconds=now - 301)), "recorded, and sent again later"
    assert not VOICE.verify(view, hook(body, seconds=now + 301))
    unset = account()
    assert not VOICE.verify(type(unset)(unset.tenant_id, unset.id, "voice"), hook(body, ""))


def test_a_call_is_one_message_of_the_caller() -> None:
    (command,) = news(VOICE.parse(account(), told("ringing", name="Rina")))
    assert (command.provider_id, command.sender.address, command.sender.name) == ("c-1", "+6281234567890", "Rina")
    call = call_of(command)
    assert (call.state, call.number, call.line) == (CallState.RINGING, "+6281234567890", "+621500123")
    assert call.ringing_at == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert command.shown_as == "call"
    assert not command.elsewhere


def test_a_caller_without_a_number_is_nobody_else() -> None:
    view = account()
    one, other = (news(VOICE.parse(view, told("ringing", call_id=it, **{"from": "anonymous"})))[0] for it in "ab")
    assert one.sender.address != other.sender.address


def test_a_call_that_we_make_is_ours() -> None:
    body = told("answered", direction="out", **{"from": "201", "to": "0812 3456 7890"})
    (command,) = news(VOICE.parse(account(), body))
    assert command.elsewhere
    assert command.sender.address == "+6281234567890"
    assert call_of(command).line == "201"


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (("ringing",), CallState.RINGING),
        (("ringing", "answered"), CallState.ANSWERED),
        (("ringing", "answered", "ended"), CallState.ENDED),
        (("ringing", "answered", "missed"), CallState.ENDED),
        (("ringing", "ended"), CallState.MISSED),
        (("ringing", "missed"), CallState.MISSED),
        (("ringing", "dropped"), CallState.DROPPED),
        (("ringing", "answered", "dropped"), CallState.DROPPED),
        (("ringing", "answered", "ended", "recording"), CallState.ENDED),
    ],
)
def test_the_state_is_the_same_in_any_order(events: tuple[str, ...], state: CallState) -> None:
    view = account()
    times = {event: f"2026-03-02T09:00:{place:02}+07:00" for place, event in enumerate(events)}
    link = {"recording": {"recording_url": "https://pbx.example/r/c-1.wav"}}
    commands = [news(VOICE.parse(view, told(it, at=times[it], **link.get(it, {}))))[0] for it in events]
    calls = {together(order) for order in itertools.permutations(commands)}
    (call,) = calls
    assert call.state is state
    assert call.recording_url == ("https://pbx.example/r/c-1.wav" if "recording" in events else "")


@example(
    [
        Call(state=CallState.ANSWERED, ringing_at=NOON),
        Call(state=CallState.RINGING, ringing_at=NOON, ended_at=NOON),
        Call(state=CallState.RINGING),
    ],
    random.Random(0),
)
@given(st.lists(CALLS, min_size=1, max_size=5), st.randoms())
def test_news_may_come_in_any_order_and_twice(calls: list[Call], chance: Any) -> None:
    """In any order and number of times they give the same call, and nothing moves one back."""
    once = settled(calls[0])
    for call in calls[1:]:
        after = joined(once, call)
        assert RANKS[after.state] >= RANKS[once.state]
        once = after
    shuffled = [*calls, chance.choice(calls)]
    chance.shuffle(shuffled)
    again = settled(shuffled[0])
    for call in shuffled[1:]:
        again = joined(again, call)
    assert again == once


def test_revisions_grow_with_the_state_and_with_time() -> None:
    view = account()
    told_of = [("ringing", 9), ("answered", 1), ("answered", 5), ("missed", 0), ("dropped", 0)]
    numbers = [
        news(VOICE.parse(view, told(event, at=f"2026-03-02T09:00:{second:02}+07:00")))[0].revision
        for event, second in told_of
    ]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(numbers)


def test_the_same_news_twice_is_one_command() -> None:
    view = account()
    one, again = VOICE.parse(view, told("ringing"))[0][0], VOICE.parse(view, told("ringing"))[0][0]
    assert one == again != VOICE.parse(view, told("answered"))[0][0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"ring ring", "JSON"),
        (b"[]", "object"),
        (b"[" * 100_000, "JSON"),
        (told("whistles"), "event is one of"),
        (told("ringing", at="yesterday"), "time"),
        (told("ringing", at="2026-03-02T09:00:00"), "time"),
        (told("ringing", call_id=""), "id"),
        (told("ringing", call_id="x" * 201), "id"),
        (told("ringing", direction="up"), "direction"),
    ],
)
def test_what_is_no_call_event_is_said_in_a_sentence(body: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        VOICE.parse(account(), body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30), lambda it: st.lists(it, max_size=3)
    | st.dictionaries(st.text(max_size=8), it, max_size=3), max_leaves=6,
)  # fmt: skip
KEYS = ("call_id", "event", "from", "to", "at", "direction", "name", "ringing_at", "ended_at", "recording_url", "call")
BODIES = st.dictionaries(st.sampled_from(KEYS), JSON | st.sampled_from(("ringing", "ended", "in", "1772416800")))


@given(BODIES, st.sampled_from(("webhook", "ami")))
def test_any_body_is_read_or_refused(body: dict[str, Any], mode: str) -> None:
    try:
        events = VOICE.parse(account(mode=mode), json.dumps(body).encode())
    except Unreadable:
        return
    assert all(isinstance(command, ReceiveMessage) for _, command in events)


def block(event: str, **more: str) -> Block:
    base = {
        "event": event,
        "uniqueid": "1.1",
        "linkedid": "1.1",
        "context": "from-trunk",
        "calleridnum": "081234567890",
    }
    return base | {"exten": "1500123"} | more


def heard(*blocks: Block, **settings: str) -> list[ReceiveMessage]:
    """What an account that listens makes of these events, a second apart."""
    view = account(mode="ami", **settings)
    calls, commands = Calls(view, ""), []
    for place, it in enumerate(blocks):
        raw = calls.stored(it, NOON + timedelta(seconds=place))
        commands += news(VOICE.parse(view, raw)) if raw else []
    return commands


BEGIN = block("Newchannel")
ANSWER = block("DialEnd", dialstatus="ANSWER", destcalleridnum="201", context="macro-dial")
HANGUP = block("Hangup", cause="16", context="macro-dial")


@pytest.mark.parametrize(
    ("blocks", "state"),
    [
        ([BEGIN], CallState.RINGING),
        ([BEGIN, block("DialEnd", dialstatus="NOANSWER")], CallState.RINGING),
        ([BEGIN, ANSWER], CallState.ANSWERED),
        ([BEGIN, block("BridgeEnter", bridgetechnology="holding_bridge")], CallState.RINGING),
        ([BEGIN, block("BridgeEnter", bridgetechnology="simple_bridge")], CallState.ANSWERED),
        ([BEGIN, ANSWER, HANGUP], CallState.ENDED),
        ([BEGIN, block("Hangup", uniqueid="1.2")], CallState.RINGING),
        ([BEGIN, HANGUP], CallState.MISSED),
        ([BEGIN, block("DialEnd", dialstatus="CANCEL"), HANGUP], CallState.MISSED),
        ([BEGIN, block("QueueCallerJoin"), block("QueueCallerAbandon"), HANGUP], CallState.DROPPED),
        ([BEGIN, block("QueueCallerJoin"), HANGUP], CallState.MISSED),
        ([BEGIN, ANSWER, block("Hangup", cause="38")], CallState.DROPPED),
    ],
)
def test_an_asterisks_events_tell_the_state(blocks: list[Block], state: CallState) -> None:
    commands = heard(*blocks)
    assert together(commands).state is state
    assert {command.sender.address for command in commands} == {"+6281234567890"}


def test_who_answered_and_where_it_can_be_heard() -> None:
    commands = heard(BEGIN, ANSWER, HANGUP, recording_url="https://pbx.example/{call_id}.wav")
    call = together(commands)
    assert (call.extension, call.recording_url) == ("201", "https://pbx.example/1.1.wav")
    assert call.answered_at == NOON + timedelta(seconds=1)
    assert call.ended_at == NOON + timedelta(seconds=2)


def test_calls_inside_the_house_are_nobodys_business() -> None:
    inside = block("Newchannel", context="from-internal", calleridnum="201", exten="202")
    assert heard(inside, HANGUP) == []
    outward = block("Newchannel", context="from-internal", calleridnum="201", exten="081234567890")
    assert heard(outward, HANGUP) == []
    out = heard(outward, ANSWER, outgoing="yes")
    assert all(command.elsewhere for command in out)
    assert out[0].sender.address == "+6281234567890"
    assert together(out).state is CallState.ANSWERED


def test_an_open_call_is_known_after_a_restart_and_its_end_is_found_out() -> None:
    view = account(mode="ami")
    before = Calls(view, "")
    begun = before.stored(BEGIN, NOON)
    after = Calls(view, before.cursor)
    (gone,) = after.gone(set())
    ended = after.stored(gone, NOON + timedelta(minutes=5))
    assert begun is not None
    assert ended is not None
    assert after.gone(set()) == []
    commands = [*news(VOICE.parse(view, begun)), *news(VOICE.parse(view, ended))]
    assert together(commands).state is CallState.MISSED
    assert Calls(view, "no json").gone(set()) == [] == Calls(view, "[1]").gone(set())


def test_the_exchanges_own_time_counts_where_it_is_told() -> None:
    (command,) = heard(block("Newchannel", timestamp="1772416800.5"))
    assert command.provider_at == datetime.fromtimestamp(1772416800.5, UTC)


def test_the_secret_is_not_in_the_words_of_the_account() -> None:
    assert SECRET not in repr(account())


def test_who_was_spoken_with_was_not_missed_though_nobody_told_when() -> None:
    missed, answered = settled(Call(state=CallState.RINGING, ended_at=NOON)), Call(state=CallState.ANSWERED)
    assert missed.state is CallState.MISSED
    assert joined(missed, answered) == joined(answered, missed)
    assert joined(missed, answered).state is CallState.ENDED
