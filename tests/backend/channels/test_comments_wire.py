"""Comments against Meta's documented calls: answered in public or once in private, hidden, changed, deleted."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from backend.channels.base import Act, Outbound, Outcome, ProviderFault, Rejected, Sent, Throttled, Unknown
from omnix_protocol.content import ActKind, Content
from omnix_protocol.messages import ReceiveMessage
from tests.backend.channels.meta_lines import BUDI, NOW, PAGE, MetaLine, meta_line, out_file
from tests.backend.channels.test_meta_hooks_wire import told
from tests.simulators.graph import errors, faults
from tests.simulators.graph.comments import Comment, Post
from tests.simulators.graph.faults import Fault, rate_limited

PRIVATE = Content(private=True)


@pytest.fixture(params=["fb_comment", "ig_comment"])
async def line(request: pytest.FixtureRequest) -> AsyncIterator[MetaLine]:
    async with meta_line(request.param) as found:
        yield found


def posted(line: MetaLine) -> Post:
    return line.simulator.comments.post(line.theirs, "Promo akhir tahun")


async def commented(line: MetaLine, text: str = "Berapa harganya?") -> tuple[Comment, ReceiveMessage]:
    """A customer's comment, on both sides."""
    comment = await line.simulator.comments.write(posted(line), BUDI, text)
    (command,) = told(line)
    assert isinstance(command, ReceiveMessage)
    return comment, command


def answer_to(line: MetaLine, command: ReceiveMessage, text: str = "Rp 10.000, kak", **more: object) -> Outbound:
    fields = {"thread_key": command.thread_key, "reply_handle": command.reply_handle, "reply_handle_at": NOW} | more
    return line.message(text, **fields)


def act(line: MetaLine, kind: ActKind, comment_id: str, text: str = "") -> Act:
    return Act(kind, line.address, provider_id=comment_id, text=text)


async def test_an_answer_stands_below_the_newest_comment_or_the_one_it_quotes(line: MetaLine) -> None:
    first, command = await commented(line)
    second = await line.simulator.comments.write(first.post, BUDI, "Halo?")
    outcome = await line.send(answer_to(line, command))
    assert isinstance(outcome, Sent)
    ours = line.simulator.comments.by_id[outcome.provider_id]
    assert (ours.text, ours.parent, ours.by) == ("Rp 10.000, kak", first, None)
    quoting = await line.send(answer_to(line, command, reply_to=second.id))
    assert isinstance(quoting, Sent)
    assert line.simulator.comments.by_id[quoting.provider_id].parent == second


async def test_our_own_comes_back_as_ours_below_what_it_answered(line: MetaLine) -> None:
    comment, command = await commented(line)
    outcome = await line.send(answer_to(line, command))
    await line.simulator.settle()
    (echo,) = told(line)
    assert isinstance(echo, ReceiveMessage)
    assert isinstance(outcome, Sent)
    assert (echo.elsewhere, echo.provider_id, echo.reply_to) == (True, outcome.provider_id, comment.id)


async def test_a_private_answer_goes_once_and_within_seven_days(line: MetaLine) -> None:
    comment, command = await commented(line)
    private = answer_to(line, command, content=PRIVATE)
    outcome = await line.send(private)
    (sent,) = await line.simulator.sent()
    assert (outcome, sent.to, sent.private_reply_to) == (Sent(sent.id), line.address, comment.id)
    again = await line.send(private)
    assert isinstance(again, Rejected)
    assert "already replied" in again.failure
    late = answer_to(line, command, content=PRIVATE, reply_handle_at=NOW - timedelta(days=8))
    assert "seven days" in str(await line.send(late))
    other, newer = await commented(line)
    line.simulator.forward(24 * 8)
    assert isinstance(await line.send(answer_to(line, newer, content=PRIVATE, reply_to=other.id)), Rejected)


async def test_comments_are_hidden_shown_again_and_deleted(line: MetaLine) -> None:
    comment, _ = await commented(line)

    async def done(kind: ActKind) -> Outcome:
        return await line.channel.act(line.account, act(line, kind, comment.id), line.http)

    assert await done(ActKind.HIDE) == Sent(comment.id)
    assert comment.hidden
    assert await done(ActKind.UNHIDE) == Sent(comment.id)
    assert not comment.hidden
    assert await done(ActKind.DELETE) == Sent(comment.id)
    assert comment.deleted
    gone = await done(ActKind.HIDE)
    assert isinstance(gone, Rejected)
    assert not gone.account_fault
    assert isinstance(await done(ActKind.REACT), Rejected)


async def test_a_page_changes_its_own_comment_and_may_add_a_picture() -> None:
    async with meta_line("fb_comment") as line:
        _, command = await commented(line)
        picture = out_file("harga.png", "image/png", b"\x89PNG")
        outcome = await line.send(answer_to(line, command, files=(picture,)))
        assert isinstance(outcome, Sent)
        ours = line.simulator.comments.by_id[outcome.provider_id]
        assert (ours.text, ours.photo.endswith("harga.png")) == ("Rp 10.000, kak", True)
        edit = act(line, ActKind.EDIT, ours.id, "Rp 12.000, kak")
        assert await line.channel.act(line.account, edit, line.http) == Sent(ours.id)
        await line.simulator.settle()
        assert ours.text == "Rp 12.000, kak"


async def test_changes_and_removals_of_the_customers_are_told_by_facebook() -> None:
    async with meta_line("fb_comment") as line:
        comment, first = await commented(line)
        await line.simulator.comments.edit(comment, "Berapa?")
        await line.simulator.comments.hide(comment)
        await line.simulator.comments.remove(comment)
        edited, removed = told(line)
        assert isinstance(edited, ReceiveMessage)
        assert isinstance(removed, ReceiveMessage)
        assert (edited.text, removed.shown_as) == ("Berapa?", "deleted")
        assert first.revision < edited.revision < removed.revision
        assert first.provider_id == edited.provider_id == removed.provider_id == comment.id


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (rate_limited(errors.CALL_LIMIT, status=400), Throttled(60.0)),
        (faults.GATEWAY, Unknown("Meta answered 502.")),
        (faults.DONE_BUT_BROKEN, Unknown("An unknown error occurred (code 1)")),
        (Fault(errors.PARAMETER), Rejected("(#100) Invalid parameter")),
    ],
)
async def test_what_became_of_it(line: MetaLine, fault: Fault, outcome: Outcome) -> None:
    _, command = await commented(line)
    line.simulator.fail("comments" if line.theirs == PAGE else "replies", fault)
    assert await line.send(answer_to(line, command)) == outcome


async def test_a_token_that_does_not_work_is_the_accounts_fault(line: MetaLine) -> None:
    comment, command = await commented(line)
    line.simulator.revoke(line.theirs)
    for outcome in (
        await line.send(answer_to(line, command)),
        await line.send(answer_to(line, command, content=PRIVATE)),
        await line.channel.act(line.account, act(line, ActKind.HIDE, comment.id), line.http),
    ):
        assert isinstance(outcome, Rejected)
        assert outcome.account_fault
    with pytest.raises(ProviderFault):
        await line.channel.probe(line.account, line.http)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reply_handle": ""}, "no comment"),
        ({"text": "a" * 8001}, "The text counts 8001"),
        ({"text": "a" * 2001, "content": PRIVATE}, "private reply"),
        ({"content": PRIVATE, "files": (out_file("a.png", "image/png", b"a"),)}, "a text"),
        ({"files": (out_file("a.png", "image/png", b"a"),) * 2}, "files"),
    ],
)
async def test_what_meta_would_refuse_is_not_asked(line: MetaLine, more: dict[str, Any], words: str) -> None:
    _, command = await commented(line)
    outcome = await line.send(answer_to(line, command, **more))
    assert isinstance(outcome, Rejected)
    assert words in outcome.failure
    assert not line.simulator.calls


async def test_the_account_is_named_and_subscribed(line: MetaLine) -> None:
    assert await line.channel.probe(line.account, line.http) in ("Layanan Contoh", "layanan.contoh")
    await line.channel.register(line.account, "https://omnix.example/hooks/x/y", line.http)
    assert line.simulator.answers.subscribed[line.theirs.id] == ["feed"]
