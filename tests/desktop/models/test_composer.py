"""A composer shows what stands in the file, and nothing comes over what is being typed in it."""

from collections.abc import Callable, Iterator, Sequence
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
from omnix_desktop.cache.queries.thread import before
from omnix_desktop.models.deliver import application_deliver
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.reply_composer import ReplyComposer
from omnix_desktop.models.source import Source
from omnix_desktop.ports import Fault, LinkState, LinkStatus
from omnix_desktop.ui.shell.fetched import LATER
from omnix_desktop.ui.shell.screens import Screens, WaysOut
from omnix_protocol import scopes
from omnix_protocol.base import Command
from omnix_protocol.content import Mail
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CommandId, ConversationId, FileId, UserId, new_id
from omnix_protocol.messages import Attachment, Draft, Message, SendMessage
from tests.support import cached_workspace
from tests.support.desktop_ports import FakePorts, FakeRun
from tests.support.scene import Moment
from tests.support.workbench import came

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
        then: Sequence[Command] = (),
    ) -> CommandId:
        assert failed is not None
        self.failed = failed
        self.ran += [command, *then]
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

    def until(self, true: Callable[[], bool]) -> None:
        """What was put into the replica has come here: it is told from its writer's thread."""
        came(true)

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
    engine.feed.deliver_by(application_deliver())
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


def write(bench: Bench, reply: ReplyComposer) -> tuple[object, ...]:
    """A private answer to a message, with a mail's head and a file; what of it stands in the composer."""
    channel = reply.facts.channel if reply.facts else None
    assert channel is not None
    able = replace(channel.capabilities, comments=True, private_reply=True, subject=True)
    changed = replace(channel, version=channel.version + 1, capabilities=able)
    Moment(bench.engine).put([changed], scopes.TENANT)
    bench.until(lambda: reply.able == able)
    (answered,) = before(bench.engine.reader(), bench.key, None, 1).entries
    assert isinstance(answered, Message)
    reply.answer_in_private(True)
    reply.quote(answered)
    reply.set_copies(("a@b.example",), ("c@d.example",))
    reply.set_subject("Perihal", "")
    reply.attach(FILE)
    reply.typed("Ini fotonya")
    return stands(reply)


def stands(reply: ReplyComposer) -> tuple[object, ...]:
    return reply.text, reply.attachments, reply.private, reply.quoting, reply.beside.mail


def test_what_could_not_be_stored_comes_back_whole(bench: Bench, reply: ReplyComposer) -> None:
    written = write(bench, reply)
    run = bench.slow()
    assert send_from(bench.place, reply)
    assert stands(reply) == ("", (), False, None, Mail())
    run.failed(Fault("disk_full"))
    assert stands(reply) == written


def test_a_refused_reply_comes_back_whole_and_is_sent_as_it_was(bench: Bench, reply: ReplyComposer) -> None:
    written = write(bench, reply)
    assert send_from(bench.place, reply)
    bench.settle()
    assert stands(reply) == ("", (), False, None, Mail())
    (pending,) = bench.local.waiting().result()
    bench.local.note(pending, refused(Reason.VERSION_CONFLICT)).result()
    bench.local.back_to_draft(CommandId(pending.command_id)).result()
    bench.settle()
    assert stands(reply) == written
    assert send_from(bench.place, reply)
    first, again = bench.fake.run.ran
    assert isinstance(first, SendMessage)
    assert isinstance(again, SendMessage)
    assert (again.content, again.reply_to) == (first.content, first.reply_to)
    assert again.content is not None
    assert again.content.private


def test_a_reply_is_there_whole_after_the_program_was_ended(bench: Bench, reply: ReplyComposer) -> None:
    written = write(bench, reply)
    reply.flush()
    bench.settle()
    again = ReplyComposer(bench.desk.source, bench.local, bench.desk.catalogue, bench.key, bench.desk.root)
    assert stands(again) == written
    again.flush()
    bench.settle()


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
    assert reply.commands() == []
    keyed("UPDATE entities SET type = 'Interaction' WHERE type = 'hidden' AND id = ?")
    bench.engine.feed.tell(frozenset({("Interaction", it.id)}))
    bench.settle()
    assert reply.commands() != []
