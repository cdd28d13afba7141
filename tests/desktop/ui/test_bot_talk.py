"""What a bot answers, and whom we blocked: why nothing can be written, the way to it, and the way back."""

import msgspec
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from omnix_desktop.models.entry_words import head
from omnix_desktop.ports import Outcome
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.conversation.composer import ComposerView
from omnix_desktop.ui.widgets.banners import Banner
from omnix_protocol import scopes
from omnix_protocol.base import Entity
from omnix_protocol.bots import GiveToBot
from omnix_protocol.conversations import PickedUp, PickUp, Status
from omnix_protocol.customers import BlockIdentity
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import ChannelAccountId, MessageId, UserId
from omnix_protocol.messages import DeliveryState, Direction, Message
from tests.support.cached_workspace import NOW
from tests.support.desktop_ports import outcome
from tests.support.scene import Moment
from tests.support.workbench import Workbench


def put(bench: Workbench, entity: Entity, scope: str, **changes: object) -> None:
    changed = msgspec.structs.replace(entity, version=entity.version + 1, **changes)
    Moment(bench.engine).put([changed], scope)
    bench.settle()


def opened(bench: Workbench) -> ComposerView:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    view = panel.area.current()
    assert view is not None
    return view


def answered_by_a_bot(bench: Workbench) -> ComposerView:
    view = opened(bench)
    it, looked_at = bench.desk.conversation.interaction, bench.desk.selection.opened
    assert it is not None
    put(bench, it, scopes.agent(bench.desk.source.user_id), status=Status.BOT, owner_id=None, owner_name="")
    bench.open(looked_at)  # it has left the list of what is handled
    view.tell()
    return view


def test_while_a_bot_answers_nothing_can_be_written_and_it_says_why(bench: Workbench) -> None:
    view = answered_by_a_bot(bench)
    QTest.keyClicks(view.editor, "x")
    assert view.editor.toPlainText() == ""
    notice = view.findChild(Banner, "composer_notice")
    assert notice is not None
    assert notice.text() == "Percakapan ini dijawab oleh bot. Tangani dahulu untuk menulis."
    view.submit()
    assert bench.fake.run.ran == []


def test_handle_takes_it_from_the_bot(bench: Workbench) -> None:
    view = answered_by_a_bot(bench)
    it = bench.desk.conversation.interaction
    assert it is not None
    bench.fake.run.answers[PickUp] = outcome(
        PickedUp(interaction_id=it.id, conversation_id=it.conversation_id, customer_id=it.customer_id)  # type: ignore[arg-type]
    )
    header = bench.window.findChild(QAbstractButton, "conversation_pick_up")
    assert header is not None
    assert header.text() == "Tangani"
    notice = view.findChild(Banner, "composer_notice")
    assert notice is not None
    notice.activated.emit()
    assert [type(one) for one in bench.fake.run.asked] == [PickUp]


def test_it_is_given_back_only_where_there_is_a_bot(bench: Workbench) -> None:
    opened(bench)
    bench.commands.run("interaction.give_to_bot")
    assert bench.fake.run.asked == []
    it = bench.desk.conversation.interaction
    assert it is not None
    facts = bench.desk.catalogue.account(it.channel_account_id)
    assert facts is not None
    put(bench, facts.account, "tenant", bot_id=ChannelAccountId("bot"))
    bench.commands.run("interaction.give_to_bot")
    assert bench.fake.run.asked == [GiveToBot(interaction_id=it.id)]  # type: ignore[arg-type]


def test_a_bot_is_named_as_the_author() -> None:
    said = Message(
        id=MessageId("m"),
        version=1,
        conversation_id="c",  # type: ignore[arg-type]
        interaction_id="i",  # type: ignore[arg-type]
        position=1,
        direction=Direction.OUT,
        text="Halo",
        at=NOW,
        state_at=NOW,
        state=DeliveryState.SENT,
        author_name="Nusa",
    )
    assert head(said) == "Bot · Nusa"
    assert head(msgspec.structs.replace(said, author_id=UserId("u"))) == ""


def test_a_customer_is_blocked_after_a_question_and_shown_as_blocked(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(bench)
    known, talk = bench.desk.customer.known, bench.desk.thread.conversation
    assert known is not None
    assert talk is not None
    identity = next(one for one in known.identities if one.id == talk.identity_id)
    answers = [False, True]

    async def confirm(_title: str, _sentence: str, _primary: str) -> bool:
        return answers.pop(0)

    monkeypatch.setattr(bench.screens, "confirm", confirm)
    bench.commands.run("customer.block")
    assert bench.fake.run.asked == [], "no"
    bench.commands.run("customer.block")
    assert bench.fake.run.asked == [BlockIdentity(identity_id=identity.id, blocked=True)]  # type: ignore[arg-type]
    put(bench, identity, scopes.customer(talk.customer_id), blocked=True)
    assert any(one.blocked for one in bench.desk.customer.reached())
    bench.commands.refresh()
    assert not bench.commands.qaction("customer.block").isEnabled()
    bench.fake.run.answers[BlockIdentity] = Outcome(refused=refused(Reason.NOT_ENTITLED))
    bench.commands.run("customer.unblock")
    assert bench.fake.run.asked[-1] == BlockIdentity(identity_id=identity.id, blocked=False)  # type: ignore[arg-type]
