"""What bots are answering: seen in a list, taken over from there; where no channel has a bot it says so."""

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtWidgets import QAbstractButton

from omnix_desktop.models.paged_list import ROW_ROLE
from omnix_desktop.models.selection import Opened
from omnix_desktop.ports import OFFLINE, Outcome
from omnix_desktop.ui.dialogs import bot_talks
from omnix_desktop.ui.dialogs.bot_talks import BotTalksDialog
from omnix_protocol import scopes
from omnix_protocol.bots import BotTalks
from omnix_protocol.conversations import Interaction, PickedUp, PickUp, Status
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import ChannelAccountId, InteractionId, new_id
from omnix_protocol.reports import QueuePageAnswer
from tests.support.desktop_ports import outcome
from tests.support.scene import Moment
from tests.support.workbench import Immediate, Workbench


def talk(bench: Workbench, name: str) -> Interaction:
    """As the server tells of one that is not held here."""
    row = bench.desk.inbox.handling.rows()[0]
    bench.open(row.opened)
    it = bench.desk.conversation.interaction
    assert it is not None
    return msgspec.structs.replace(
        it,
        id=InteractionId(new_id()),
        customer_name=name,
        status=Status.BOT,
        owner_id=None,
        last_preview=f"Halo {name}",
    )


@pytest.fixture
def opened(bench: Workbench) -> Iterator[BotTalksDialog]:
    rows = (talk(bench, "Rina"), talk(bench, "Budi"))
    bench.fake.ask.answers[BotTalks] = QueuePageAnswer(rows=rows, more=True)
    made = BotTalksDialog(bench.place, bench.window, Immediate("test"))
    made.open()
    yield made
    made.close()


def test_whoever_talks_with_a_bot_is_listed_and_more_are_asked_for(bench: Workbench, opened: BotTalksDialog) -> None:
    spoken = [opened.rows.index(place).data() for place in range(2)]
    assert [words.split(",")[0] for words in spoken] == ["Rina", "Budi"]
    assert spoken[0].endswith("Halo Rina")
    last = opened.rows.rows()[-1].interaction
    bench.fake.ask.answers[BotTalks] = QueuePageAnswer(rows=(talk(bench, "Sari"),))
    more = opened.findChild(QAbstractButton, "bot_talks_more")
    assert more is not None
    more.click()
    assert bench.fake.ask.asked[-1] == BotTalks(before_at=last.created_at, before_id=InteractionId(last.id))
    assert [row.interaction.customer_name for row in opened.rows.rows()] == ["Rina", "Budi", "Sari"]
    assert not more.isVisible()


def test_handle_takes_the_chosen_one_and_opens_it(bench: Workbench, opened: BotTalksDialog) -> None:
    assert not opened.primary_button.isEnabled()
    opened.list.setCurrentIndex(opened.rows.index(1))
    chosen = opened.list.currentIndex().data(ROW_ROLE).interaction
    handled = bench.desk.inbox.handling.rows()[1]
    bench.fake.run.answers[PickUp] = outcome(
        PickedUp(
            interaction_id=handled.opened.interaction_id,
            conversation_id=handled.opened.conversation_id,
            customer_id=handled.opened.customer_id,
        )
    )
    assert opened.primary_button.text() == "Tangani"
    opened.primary_button.click()
    assert bench.fake.run.asked == [PickUp(interaction_id=InteractionId(chosen.id))]
    assert bench.desk.selection.opened == handled.opened
    assert not opened.isVisible()


def test_a_talk_that_leaves_gives_its_place_to_nobody(bench: Workbench, opened: BotTalksDialog) -> None:
    opened.list.setCurrentIndex(opened.rows.index(0))
    assert opened.primary_button.isEnabled()
    left = opened.rows.rows()[1].interaction
    bench.fake.ask.answers[BotTalks] = QueuePageAnswer(rows=(left,))
    opened._again()
    assert [row.interaction for row in opened.rows.rows()] == [left]
    assert not opened.primary_button.isEnabled(), "Budi was chosen by nobody"
    opened.submit()
    assert not any(isinstance(one, PickUp) for one in bench.fake.run.asked)


def test_one_may_read_along_while_the_bot_goes_on(bench: Workbench, opened: BotTalksDialog) -> None:
    read = opened.findChild(QAbstractButton, "bot_talks_read")
    assert read is not None
    assert not read.isEnabled()
    opened.list.setCurrentIndex(opened.rows.index(0))
    it = opened.rows.rows()[0].interaction
    read.click()
    assert bench.desk.selection.opened == Opened(it.conversation_id, InteractionId(it.id), it.customer_id)
    assert bench.fake.run.asked == []
    assert not opened.isVisible()


def test_who_was_quicker_is_told(bench: Workbench, opened: BotTalksDialog) -> None:
    opened.list.setCurrentIndex(opened.rows.index(0))
    bench.fake.run.answers[PickUp] = Outcome(refused=refused(Reason.ALREADY_TAKEN, name="Rizky"))
    before = bench.desk.selection.opened
    opened.primary_button.click()
    assert bench.desk.selection.opened == before


def test_it_is_asked_anew_while_it_is_open_and_says_when_that_fails(
    bench: Workbench, opened: BotTalksDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.fake.ask.answers[BotTalks] = OFFLINE
    opened._again()
    assert opened.problem.text() == "Tidak ada koneksi"
    bench.fake.ask.answers[BotTalks] = QueuePageAnswer()
    opened._again()
    assert not opened.problem.isVisible()
    assert opened.rows.rowCount() == 0
    assert bot_talks.AGAIN_SECONDS < 10


def test_without_a_bot_the_button_says_why(bench: Workbench) -> None:
    button = bench.window.findChild(QAbstractButton, "bot_talks_open")
    assert button is not None
    assert not button.isEnabled()
    assert "Tidak ada bot yang menjawab" in button.toolTip()
    account = bench.desk.catalogue.accounts()[0].account
    changed = msgspec.structs.replace(account, version=account.version + 1, bot_id=ChannelAccountId(new_id()))
    Moment(bench.engine).put([changed], scopes.TENANT)
    bench.until(lambda: bench.desk.catalogue.accounts()[0].account.bot_id is not None)
    bench.commands.refresh()
    assert button.isEnabled()
