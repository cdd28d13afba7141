"""Taking, passing on and ending: what is asked of the server, what is shown of its answer, why not."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from omnix_desktop.i18n import set_language
from omnix_desktop.ports import LinkState, Outcome
from omnix_desktop.ui.dialogs.confirm import Confirm
from omnix_desktop.ui.theme import theme
from omnix_protocol.conversations import End, PickedUp, PickUpNext
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import InteractionId
from tests.support import cached_workspace
from tests.support.desktop_ports import outcome
from tests.support.on_screen import button
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path, qapp: QApplication) -> Iterator[Workbench]:
    theme().install(qapp, "light")
    set_language("id")
    with workbench(cached_workspace.build(tmp_path, messages=60, handled=3, ended=1, unsent=False)) as made:
        made.window.show()
        made.settle()
        yield made


def told(bench: Workbench) -> str:
    return " ".join(label.text() for label in bench.window.findChildren(QLabel) if label.isVisible())


def test_f2_takes_the_next_and_opens_it(bench: Workbench, qtbot: QtBot) -> None:
    target = bench.workspace.handled[1]
    picked = PickedUp(
        interaction_id=InteractionId(target.id),
        conversation_id=target.conversation_id,
        customer_id=target.customer_id,
    )
    bench.fake.run.answers[PickUpNext] = outcome(picked)
    bench.window.activateWindow()
    QTest.keyClick(bench.window, Qt.Key.Key_F2)
    assert [type(command) for command in bench.fake.run.asked][:1] == [PickUpNext]
    opened = bench.desk.selection.opened
    assert opened is not None
    assert opened.interaction_id == target.id
    assert bench.desk.composing == "reply"


def test_a_chosen_account_narrows_what_is_taken(bench: Workbench) -> None:
    bench.fake.run.answers[PickUpNext] = Outcome(refused=refused(Reason.QUEUE_EMPTY))
    account = next(row.account_id for row in bench.desk.channels.rows() if row.account_id)
    bench.desk.waiting.watch(account)
    bench.commands.run("interaction.pick_next")
    assert bench.fake.run.asked[0] == PickUpNext(channel_account_id=account)
    assert bench.desk.waiting.rowCount() > 0


def test_the_loser_learns_who_won(bench: Workbench) -> None:
    bench.fake.run.answers[PickUpNext] = Outcome(refused=refused(Reason.ALREADY_TAKEN, name="Sari Utami"))
    bench.commands.run("interaction.pick_next")
    assert "Sudah diambil Sari Utami" in told(bench)
    assert bench.desk.selection.opened is None


def test_offline_nothing_is_taken_and_the_reason_stands_beside_the_button(bench: Workbench) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    bench.commands.refresh()
    assert not button(bench.window, "pick_next").isEnabled()
    assert "Tidak ada koneksi" in button(bench.window, "pick_next").toolTip()
    assert "Tidak ada koneksi" in told(bench)
    QTest.keyClick(bench.window, Qt.Key.Key_F2)
    assert not bench.fake.run.asked
    bench.fake.link.become(LinkState.ONLINE)
    bench.commands.refresh()
    assert button(bench.window, "pick_next").isEnabled()


def test_at_the_limit_the_button_says_so(tmp_path: Path, qapp: QApplication) -> None:
    theme().install(qapp, "light")
    with workbench(cached_workspace.build(tmp_path, messages=40, handled=8, ended=1, unsent=False)) as bench:
        assert "Batas 8 interaksi" in button(bench.window, "pick_next").toolTip()


def test_without_a_conversation_nothing_can_be_ended_or_passed_on(bench: Workbench) -> None:
    for name in ("interaction.end", "interaction.transfer", "message.send"):
        shown = bench.commands.qaction(name)
        assert not shown.isEnabled(), name
        assert shown.toolTip() == "Buka percakapan dahulu"


def test_ending_asks_first(bench: Workbench, qtbot: QtBot) -> None:
    import qasync

    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    loop = qasync.QEventLoop(QApplication.instance())

    async def end(answer: str) -> None:
        doing = asyncio.ensure_future(_run_end(bench))
        while not (dialogs := bench.window.findChildren(Confirm)):
            await asyncio.sleep(0)
        getattr(dialogs[-1], answer)()
        await doing
        while bench.window.findChildren(Confirm):
            await asyncio.sleep(0)

    with loop:
        loop.run_until_complete(end("reject"))
        assert End not in [type(command) for command in bench.fake.run.asked]
        loop.run_until_complete(end("accept"))
    assert End in [type(command) for command in bench.fake.run.asked]


async def _run_end(bench: Workbench) -> None:
    from omnix_desktop.actions.conversations import end

    doing = end(bench.place)
    assert doing is not None
    await doing


def test_walking_goes_around(bench: Workbench) -> None:
    seen = []
    for _ in range(4):
        bench.commands.run("conversation.next")
        opened = bench.desk.selection.opened
        assert opened is not None
        seen.append(opened.interaction_id)
    assert len(set(seen)) == 3
    assert seen[0] == seen[3]
    bench.commands.run("conversation.previous")
    opened = bench.desk.selection.opened
    assert opened is not None
    assert opened.interaction_id == seen[2]
