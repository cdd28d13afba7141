"""A composer shows what stands in the file, and nothing comes over what is being typed in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from omnix_desktop.actions.messages import send_from
from omnix_desktop.actions.place import Place
from omnix_desktop.cache.drafts import Key
from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.queries import composer as queries
from omnix_desktop.models.composer import ReplyComposer
from omnix_desktop.models.deliver import Deliver
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.source import Source
from omnix_desktop.ports import Fault, LinkState, LinkStatus
from omnix_desktop.ui.shell.fetched import LATER
from omnix_desktop.ui.shell.screens import Screens, WaysOut
from omnix_protocol.base import Command
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CommandId, ConversationId, FileId, UserId, new_id
from omnix_protocol.messages import Attachment, Draft, SendMessage
from tests.support import cached_workspace
from tests.support.desktop_ports import FakePorts, FakeRun

FILE = Attachment(file_id=FileId("f"), name="foto.png", media_type="image/png", size=9)


class Told(Screens):
    """Hears the sentences."""

    def tell(self, words: str, tone: str = "info") -> None:
        self.told = (words, tone)


class SlowRun(FakeRun):
    """The outbox has not stored it yet."""

    failed: Callable[[Fault], None]

    def run(
        self,
        command: Command,
        *,
        id: CommandId | None = None,  # noqa: A002
        failed: Callable[[Fault], None] | None = None,
    ) -> CommandId:
        assert failed is not None
        self.failed = failed
        self.ran.append(command)
        return id or CommandId(new_id())


@dataclass
class Bench:
    """The models of a desk, without a window."""

    engine: Engine
    local: Local
    desk: Desk
    fake: FakePorts
    place: Place

    @property
    def key(self) -> ConversationId:
        return self.desk.inbox.handling.rows()[0].conversation_id

    def settle(self) -> None:
        self.local.waiting().result()
        for _ in range(4):
            QApplication.processEvents()

    def slow(self) -> SlowRun:
        run = SlowRun(self.local)
        self.place.ports = replace(self.fake.ports, run=run)
        return run


@pytest.fixture
def bench(tmp_path: Path, qapp: QApplication) -> Iterator[Bench]:
    workspace = cached_workspace.build(tmp_path, messages=60, handled=3, ended=1, unsent=False)
    engine, local = workspace.open()
    source = Source(engine.reader, engine.feed, UserId(workspace.me.user_id))
    fake = FakePorts(local, workspace.me, LinkStatus(state=LinkState.ONLINE, last_sync=workspace.now))
    desk = Desk(source, local, fake.link, lambda: workspace.now)
    engine.feed.deliver_by(Deliver(desk.root))
    told = Told(local, WaysOut(lambda: None, lambda: None), lambda: LATER)
    yield Bench(engine, local, desk, fake, Place(fake.ports, desk, told))
    desk.close()
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    engine.close()


@pytest.fixture
def reply(bench: Bench) -> ReplyComposer:
    return bench.desk.composers.reply(bench.key)


def comes_in(bench: Bench, version: int, text: str) -> None:
    """The server has this draft, typed on another machine, and this one takes it over where it may."""
    draft = Draft(id="d", version=version, conversation_id=bench.key, mode="reply", text=text, at=cached_workspace.NOW)
    share(bench, draft)


def share(bench: Bench, *drafts: Draft) -> None:
    theirs: dict[Key, Draft] = {(one.conversation_id, one.mode): one for one in drafts}
    bench.local.share_drafts(theirs, lambda _key, _text: True, fresh=False).result()
    bench.settle()


def test_a_text_from_another_machine_is_shown_and_goes_when_it_goes_there(bench: Bench, reply: ReplyComposer) -> None:
    comes_in(bench, 1, "dari rumah")
    assert reply.text == "dari rumah"
    share(bench)
    assert reply.text == ""


def test_nothing_comes_over_what_is_being_typed(bench: Bench, reply: ReplyComposer, qtbot: QtBot) -> None:
    comes_in(bench, 1, "Baik")
    reply.typed("Baik, kami")
    comes_in(bench, 2, "Baik, dari rumah")
    assert reply.text == "Baik, kami"
    reply.flush()
    qtbot.waitUntil(lambda: reply.saved)
    comes_in(bench, 2, "Baik, dari rumah")
    assert (reply.text, reply.apart) == ("Baik, kami", True)
    assert queries.draft(bench.engine.reader(), bench.key, "reply").text == "Baik, kami"


def test_nothing_comes_over_what_could_not_be_written_down(bench: Bench, reply: ReplyComposer) -> None:
    comes_in(bench, 1, "Baik")
    limit = bench.engine.local.submit(lambda connection: connection.execute("PRAGMA max_page_count").fetchone()[0])
    bench.engine.local.submit(lambda connection: connection.execute("PRAGMA max_page_count = 1")).result()
    long = "Baik" + "x" * 200_000
    reply.typed(long)
    reply.flush()
    bench.settle()
    assert not reply.saved
    bench.engine.local.submit(
        lambda connection: connection.execute(f"PRAGMA max_page_count = {limit.result()}")
    ).result()
    comes_in(bench, 2, "Baik, dari rumah")
    assert reply.text == long
    reply.typed(long[:-1])
    reply.flush()
    bench.settle()
    comes_in(bench, 2, "Baik, dari rumah")
    assert (reply.text, reply.saved, reply.apart) == (long[:-1], True, True)


def test_files_are_there_again_after_the_program_was_ended(bench: Bench, reply: ReplyComposer) -> None:
    reply.attach(FILE)
    reply.typed("Ini fotonya")
    reply.flush()
    bench.settle()
    again = ReplyComposer(bench.desk.source, bench.local, bench.desk.catalogue, bench.key, bench.desk.root)
    assert (again.text, again.attachments) == ("Ini fotonya", (FILE,))
    again.detach(FILE)
    again.flush()
    bench.settle()
    assert reply.attachments == ()


def test_a_refused_message_comes_back_with_its_files(bench: Bench, reply: ReplyComposer) -> None:
    reply.attach(FILE)
    assert send_from(bench.place, reply)
    bench.settle()
    assert (reply.text, reply.attachments) == ("", ())
    (pending,) = bench.local.waiting().result()
    bench.local.note(pending, refused(Reason.NOT_OWNER, name="Sari")).result()
    reply.typed("lagi")
    reply.flush()
    bench.local.back_to_draft(CommandId(pending.command_id)).result()
    bench.settle()
    assert (reply.text, reply.attachments) == ("lagi", (FILE,))


def test_what_could_not_be_stored_comes_back_with_its_files(bench: Bench, reply: ReplyComposer) -> None:
    reply.attach(FILE)
    reply.typed("Ini fotonya")
    run = bench.slow()
    assert send_from(bench.place, reply)
    assert (reply.text, reply.attachments) == ("", ())
    run.failed(Fault("disk_full"))
    assert (reply.text, reply.attachments) == ("Ini fotonya", (FILE,))


def test_what_was_sent_does_not_come_back_before_it_has_left_the_file(bench: Bench, reply: ReplyComposer) -> None:
    reply.typed("Baik")
    reply.flush()
    bench.settle()
    run = bench.slow()
    assert send_from(bench.place, reply)  # the writer is slow
    bench.engine.feed.tell(frozenset({("draft", bench.key)}))
    bench.settle()
    assert reply.text == ""
    (command,) = run.ran
    assert isinstance(command, SendMessage)
    bench.local.send(CommandId("k"), command, bench.key, command.message_id).result()
    comes_in(bench, 1, "dari rumah")
    assert reply.text == "dari rumah"


def test_leaving_a_composer_tells_the_other_machines(bench: Bench, reply: ReplyComposer) -> None:
    left: list[str] = []
    bench.local.on_left = left.append
    reply.typed("Baik")
    reply.leave()
    bench.settle()
    assert left == [bench.key]
    assert queries.draft(bench.engine.reader(), bench.key, "reply").text == "Baik"


def test_an_interaction_that_comes_later_than_its_conversation_counts(bench: Bench, reply: ReplyComposer) -> None:
    assert reply.facts is not None
    it = reply.facts.interaction
    assert it is not None

    def keyed(sql: str) -> None:
        bench.engine.replica.submit(lambda connection: connection.execute(sql, (it.id,))).result()

    keyed("UPDATE entities SET type = 'hidden' WHERE type = 'Interaction' AND id = ?")
    bench.engine.feed.tell(frozenset({("Conversation", bench.key)}))
    bench.settle()
    assert reply.command() is None
    keyed("UPDATE entities SET type = 'Interaction' WHERE type = 'hidden' AND id = ?")
    bench.engine.feed.tell(frozenset({("Interaction", it.id)}))
    bench.settle()
    assert reply.command() is not None
