"""Messenger and Instagram against Meta's documented Send API: what became of a message is told truthfully."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from backend.channels.base import Act, Named, Naming, NotReached, ProviderFault, Rejected, Sent, Throttled, Unknown
from omnix_protocol.content import ActKind, Button, Content
from tests.backend.channels.meta_lines import NOW, PAGE, MetaLine, meta_line, out_file
from tests.simulators.graph import errors, faults
from tests.simulators.graph.faults import Fault, rate_limited
from tests.simulators.graph.messaging import PAGE_INBOX
from tests.support.waiting import free_port

DIRECT = ["messenger", "instagram"]


@pytest.fixture(params=DIRECT)
async def line(request: pytest.FixtureRequest) -> AsyncIterator[MetaLine]:
    async with meta_line(request.param) as found:
        yield found


@pytest.fixture
async def messenger() -> AsyncIterator[MetaLine]:
    async with meta_line("messenger") as found:
        yield found


@pytest.fixture
async def instagram() -> AsyncIterator[MetaLine]:
    async with meta_line("instagram") as found:
        yield found


async def test_a_text_is_sent_once_and_named(line: MetaLine) -> None:
    outcome = await line.send(line.message("Halo 👩‍👩‍👧‍👦"))
    (sent,) = await line.simulator.sent()
    assert outcome == Sent(sent.id)
    assert (sent.to, sent.text, sent.body["messaging_type"]) == (line.address, "Halo 👩‍👩‍👧‍👦", "RESPONSE")


@pytest.mark.parametrize(
    ("name", "media_type", "kind"),
    [
        ("f.png", "image/png", "image"),
        ("s.mp4", "audio/mp4", "audio"),
        ("v.mp4", "video/mp4", "video"),
        ("t.pdf", "application/pdf", "file"),
    ],
)
async def test_a_file_goes_in_one_call_and_no_link_of_ours_is_told(
    line: MetaLine, name: str, media_type: str, kind: str
) -> None:
    data = b"\x89PNG isi berkas" * 1000
    outcome = await line.send(line.message("", files=(out_file(name, media_type, data),)))
    (sent,) = await line.simulator.sent()
    assert outcome == Sent(sent.id)
    assert sent.body["message"]["attachment"]["type"] == kind
    (call,) = line.simulator.calls
    assert (call.files["filedata"].data, call.files["filedata"].type) == (data, media_type)


async def test_quick_replies_are_cut_to_what_is_shown(line: MetaLine) -> None:
    buttons = (Button(id="YA", title="Ya"), Button(id="T", title="Tolong hubungi saya nanti"))
    assert isinstance(await line.send(line.message(content=Content(buttons=buttons))), Sent)
    first, second = line.asked()[0]["message"]["quick_replies"]
    assert first == {"content_type": "text", "title": "Ya", "payload": "YA"}
    assert (len(second["title"]), second["payload"]) == (20, "T")


async def test_only_instagram_documents_answers_to_one_message(messenger: MetaLine, instagram: MetaLine) -> None:
    for line, told in ((messenger, None), (instagram, {"mid": "m_0"})):
        assert isinstance(await line.send(line.message(reply_to="m_0")), Sent)
        assert line.asked()[0].get("reply_to") == told


async def test_the_echo_of_ours_names_our_message(messenger: MetaLine) -> None:
    message = messenger.message()
    await messenger.send(message)
    (sent,) = await messenger.simulator.sent()
    echo = await messenger.simulator.messenger.echo(sent)
    assert echo["message"]["metadata"] == message.message_id


@pytest.mark.parametrize(("hours", "tag"), [(23, None), (24, "HUMAN_AGENT"), (24 * 7 - 1, "HUMAN_AGENT")])
async def test_after_a_day_a_person_answers_for_seven_days(line: MetaLine, hours: int, tag: str | None) -> None:
    line.simulator.forward(hours)
    outcome = await line.send(line.message(last_inbound_at=NOW - timedelta(hours=hours)))
    assert isinstance(outcome, Sent)
    (asked,) = line.asked()
    assert (asked.get("tag"), asked["messaging_type"]) == (tag, "MESSAGE_TAG" if tag else "RESPONSE")


async def test_a_window_that_closed_while_it_waited_is_opened_by_the_tag(line: MetaLine) -> None:
    line.simulator.forward(25)
    assert isinstance(await line.send(line.message()), Sent)
    assert [asked.get("tag") for asked in line.asked()] == [None, "HUMAN_AGENT"]


async def test_after_seven_days_the_customer_must_write_first(line: MetaLine) -> None:
    line.simulator.forward(24 * 8)
    outcome = await line.send(line.message(last_inbound_at=NOW - timedelta(days=8)))
    assert outcome == Rejected("The time for replies is over: the customer must write first.")


async def test_a_tag_that_meta_has_not_approved_is_said_in_its_words(line: MetaLine) -> None:
    line.simulator.answers.of_messaging.human_agent_approved = False
    line.simulator.forward(30)
    outcome = await line.send(line.message(last_inbound_at=NOW - timedelta(hours=30)))
    assert isinstance(outcome, Rejected)
    assert "HUMAN_AGENT" in outcome.failure
    assert not outcome.account_fault


async def test_control_is_taken_from_another_app_and_the_message_goes(line: MetaLine) -> None:
    line.simulator.world.own(line.theirs, line.address, PAGE_INBOX)
    assert isinstance(await line.send(line.message()), Sent)
    assert [call.name for call in line.simulator.calls] == ["messages", "take_thread_control", "messages"]
    assert line.simulator.world.owner(line.theirs, line.address) == line.theirs.app.id


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault(errors.PERMISSION), Rejected, "may not do that"),
        (Fault(errors.NOT_OWNER), Rejected, "Another app has this conversation"),
        (faults.GATEWAY, NotReached, "502"),
    ],
)
async def test_control_that_is_not_given_is_not_sent(line: MetaLine, fault: Fault, kind: type, words: str) -> None:
    line.simulator.world.own(line.theirs, line.address, PAGE_INBOX)
    line.simulator.fail("take_thread_control", fault)
    outcome = await line.send(line.message())
    assert isinstance(outcome, kind)
    assert words in str(outcome)
    assert not line.simulator.world.sent


def _failing() -> list[Any]:
    return [
        (Fault(errors.NO_USER), Rejected("(#100) No matching user found"), 0),
        (Fault(errors.AWAY), Rejected("(#551) This person isn't available right now."), 0),
        (rate_limited(errors.CALL_LIMIT, status=400), Throttled(60.0), 0),
        (rate_limited(errors.APP_LIMIT, retry_after=7), Throttled(7.0), 0),
        (faults.DONE_BUT_BROKEN, Unknown("An unknown error occurred (code 1)"), 1),
        (faults.GATEWAY, Unknown("Meta answered 502."), 0),
        (faults.DONE_BUT_SILENT, Unknown("Meta could not be reached (ReadTimeout)."), 1),
    ]


@pytest.mark.parametrize(("fault", "outcome", "sent"), _failing())
async def test_what_became_of_it(line: MetaLine, fault: Fault, outcome: object, sent: int) -> None:
    line.simulator.fail("messages", fault)
    async with httpx.AsyncClient(timeout=1) as http:
        assert await line.channel.send(line.account, line.message(), http) == outcome
    assert len(line.simulator.world.sent) == sent


@pytest.mark.parametrize("error", [errors.EXPIRED_TOKEN, errors.REVOKED_TOKEN, errors.POLICY])
async def test_a_token_that_does_not_work_is_the_accounts_fault_and_is_not_told(line: MetaLine, error: Any) -> None:
    line.simulator.revoke(line.theirs, error)
    outcome = await line.send(line.message())
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault
    assert line.theirs.token not in f"{outcome} {line.account}"
    with pytest.raises(ProviderFault) as fault:
        await line.channel.probe(line.account, line.http)
    assert fault.value.lasting


async def test_a_meta_that_is_down_was_not_reached(line: MetaLine) -> None:
    account = line.with_settings(base_url=f"http://127.0.0.1:{free_port()}/v25.0")
    assert isinstance(await line.channel.send(account, line.message(), line.http), NotReached)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"text": "é" * 2001}, r"takes (2000|1000)"),
        ({"text": "Ini", "files": (out_file("a.png", "image/png", b"a"),)}, "not both"),
        ({"text": "", "files": (out_file("a.png", "image/png", b"a"),) * 2}, "not both"),
        ({"content": Content(buttons=(Button(id="a", title="Buka", url="https://example.com"),))}, "in the text"),
    ],
)
async def test_what_meta_would_refuse_is_not_asked(line: MetaLine, more: dict[str, Any], words: str) -> None:
    outcome = await line.send(replace(line.message(), **more))
    assert isinstance(outcome, Rejected)
    assert re.search(words, outcome.failure)
    assert not line.simulator.calls


async def test_the_limit_is_counted_as_each_counts(messenger: MetaLine, instagram: MetaLine) -> None:
    assert isinstance(await messenger.send(messenger.message("é" * 2000)), Sent)
    assert isinstance(await instagram.send(instagram.message("é" * 500)), Sent)
    assert await instagram.send(instagram.message("é" * 501)) == Rejected(
        "The text counts 1002 bytes; Instagram takes 1000."
    )


async def test_seen_and_reactions(line: MetaLine) -> None:
    async def act(kind: ActKind, emoji: str = "") -> object:
        return await line.channel.act(line.account, Act(kind, line.address, "", "m_1", emoji=emoji), line.http)

    assert await act(ActKind.SEEN) == Sent("")
    assert await act(ActKind.REACT, "❤") == Sent("")
    assert await act(ActKind.REACT) == Sent("")
    seen, reacted, taken_back = line.asked("sender_action")
    heart = "❤" if line.theirs == PAGE else "love"
    assert seen == {"recipient": {"id": line.address}, "sender_action": "mark_seen"}
    assert (reacted["sender_action"], reacted["payload"]) == ("react", {"message_id": "m_1", "reaction": heart})
    assert (taken_back["sender_action"], taken_back["payload"]) == ("unreact", {"message_id": "m_1"})
    assert isinstance(await act(ActKind.HIDE), Rejected)


async def test_instagram_takes_the_heart_alone(instagram: MetaLine) -> None:
    thumb = Act(ActKind.REACT, instagram.address, "", "m_1", emoji="👍")
    assert isinstance(await instagram.channel.act(instagram.account, thumb, instagram.http), Rejected)
    assert not instagram.simulator.calls


async def test_a_test_of_the_account_says_what_meta_calls_it(line: MetaLine) -> None:
    expected = "Layanan Contoh" if line.theirs == PAGE else "layanan.contoh"
    assert await line.channel.probe(line.account, line.http) == expected
    wrong = line.with_settings(page_id="999", instagram_id="999")
    with pytest.raises(ProviderFault, match=r".{20,}") as fault:
        await line.channel.probe(wrong, line.http)
    assert fault.value.lasting


async def test_the_account_is_subscribed(line: MetaLine) -> None:
    await line.channel.register(line.account, "https://omnix.example/hooks/x/y", line.http)
    assert "messages" in line.simulator.answers.subscribed[line.theirs.id]


async def test_people_are_named_where_meta_may_say_so(line: MetaLine) -> None:
    assert isinstance(line.channel, Naming)
    assert line.channel.capabilities.names_on_request
    named = await line.channel.person(line.account, line.address, line.http)
    handle = "" if line.theirs == PAGE else "budi.santoso"
    assert named == Named("Budi Santoso", handle)
    line.simulator.fail("get", Fault(errors.NO_OBJECT))
    assert isinstance(await line.channel.person(line.account, line.address, line.http), Rejected)
