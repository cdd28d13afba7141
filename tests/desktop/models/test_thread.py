"""The thread tells the truth about each row, changes row by row, and loads what is older on demand."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from omnix_desktop.actions.messages import retry
from omnix_desktop.cache.queries.thread import before
from omnix_desktop.i18n import set_language
from omnix_desktop.models.thread import Thread
from omnix_desktop.ui.theme import theme
from omnix_protocol import scopes
from omnix_protocol.content import Content, Mail
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import MessageId, derived_id
from omnix_protocol.messages import DeliveryState, Direction, Message, SendMessage
from tests.support import cached_workspace
from tests.support.scene import Moment
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path, qapp: QApplication) -> Iterator[Workbench]:
    theme().install(qapp, "light")
    set_language("id")
    with workbench(cached_workspace.build(tmp_path, messages=2000, handled=3, ended=1, unsent=False)) as made:
        made.desk.selection.open(made.desk.inbox.handling.rows()[0].opened)
        yield made


def newest(bench: Workbench) -> Message:
    key = bench.desk.thread.conversation_id
    assert key is not None
    entry = before(bench.engine.reader(), key, None, 1).entries[-1]
    assert isinstance(entry, Message)
    return entry


def say(bench: Workbench, **fields: object) -> Message:
    """The server has a newer state of the newest message."""
    entry = newest(bench)
    changed = msgspec.structs.replace(entry, version=entry.version + 1, **fields)
    Moment(bench.engine).put([changed], scopes.conversation(entry.conversation_id))
    bench.settle()
    return changed


def said(bench: Workbench) -> MessageId:
    """The customer's first words of this session."""
    sessions = bench.desk.thread.items.rows()
    return next(MessageId(item.entity_id) for item in sessions if item.side == "in")


def state_of(bench: Workbench, key: str) -> str:
    item = bench.desk.thread.items.of(key)
    assert item is not None
    return item.state


def test_a_new_state_changes_one_row(bench: Workbench, qtbot: QtBot) -> None:
    told: list[tuple[int, int]] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        told.append((first.row(), last.row()))

    bench.desk.thread.items.dataChanged.connect(note)
    entry = say(bench, direction=Direction.OUT, state=DeliveryState.DELIVERED)
    qtbot.waitUntil(lambda: state_of(bench, entry.id) == "delivered")
    last = bench.desk.thread.items.rowCount() - 1
    assert told == [(last, last)]


def test_a_failure_says_why_and_a_retry_really_retries(bench: Workbench, qtbot: QtBot) -> None:
    entry = say(bench, direction=Direction.OUT, state=DeliveryState.FAILED, failure="kuota habis", reply_to=said(bench))
    qtbot.waitUntil(lambda: state_of(bench, entry.id) == "failed")
    item = bench.desk.thread.items.of(entry.id)
    assert item is not None
    assert "kuota habis" in item.note
    assert item.actions == ("retry",)
    assert item.quote
    retry(bench.place, item)
    qtbot.waitUntil(lambda: state_of(bench, entry.id) == "queued")
    assert bench.desk.thread.items.of(entry.id).quote == item.quote  # type: ignore[union-attr]  # it is there
    (waiting,) = bench.local.waiting().result()
    assert waiting.subject_id == entry.id
    bench.local.note(waiting, refused(Reason.NOT_RETRYABLE)).result()
    qtbot.waitUntil(lambda: state_of(bench, entry.id) == "failed")


@pytest.mark.parametrize("answered", [True, False], ids=["with its answer", "before its answer"])
def test_what_was_sent_becomes_the_servers_message_in_its_place(bench: Workbench, qtbot: QtBot, answered: bool) -> None:
    last = newest(bench)
    key = MessageId(derived_id("mine"))
    bench.fake.run.run(
        SendMessage(
            message_id=key,
            conversation_id=last.conversation_id,
            interaction_id=last.interaction_id,
            text="Baik",
            seen_position=last.position,
            content=Content(private=True, mail=Mail(cc=("a@b.example",))),
            reply_to=said(bench),
        )
    )
    qtbot.waitUntil(lambda: bench.desk.thread.items.of(key) is not None)
    queued = bench.desk.thread.items.of(key)
    assert queued is not None
    assert (queued.head, queued.quoted) == ("Balasan pribadi · tembusan a@b.example", said(bench))
    assert queued.quote
    place = bench.desk.thread.items.place_of(key)
    (waiting,) = bench.local.waiting().result()
    stored = msgspec.structs.replace(
        last,
        id=key,
        version=1,
        position=last.position + 1,
        text="Baik",
        direction=Direction.OUT,
        state=DeliveryState.ACCEPTED,
    )
    Moment(bench.engine).put([stored], scopes.conversation(last.conversation_id))
    if answered:
        bench.local.note(waiting, None).result()
    qtbot.waitUntil(lambda: state_of(bench, key) == "accepted")
    assert bench.desk.thread.items.place_of(key) == place
    assert [item.text for item in bench.desk.thread.items.rows()].count("Baik") == 1


def test_only_this_session_is_shown_until_the_one_before_is_asked_for(bench: Workbench) -> None:
    thread = bench.desk.thread
    first = thread.oldest_position
    assert thread.previous_sessions > 0
    assert first == thread.sessions[-1].first_position
    assert thread.show_previous()
    assert thread.oldest_position < first
    while thread.load_before():
        pass
    assert thread.oldest_position == 1
    assert not thread.show_previous()


def test_another_conversations_message_changes_nothing(bench: Workbench, qtbot: QtBot) -> None:
    other = bench.desk.inbox.handling.rows()[1]
    entry = before(bench.engine.reader(), other.conversation_id, None, 1).entries[-1]
    with qtbot.assertNotEmitted(bench.desk.thread.items.dataChanged):
        Moment(bench.engine).put(
            [msgspec.structs.replace(entry, version=entry.version + 1, text="lain")],
            scopes.conversation(other.conversation_id),
        )
        bench.settle()


def test_nothing_opened_is_nothing_shown(bench: Workbench) -> None:
    bench.open(None)
    thread: Thread = bench.desk.thread
    assert thread.items.rowCount() == 0
    assert not thread.load_before()
    assert not thread.show_previous()
