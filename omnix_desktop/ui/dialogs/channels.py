"""The administrator's list of channel accounts: state and what to do, traffic, add, test, pause, edit, failed ones."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from omnix_desktop.actions.channels import probe_account, set_active, traffic
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.channel_accounts import ChannelAccounts
from omnix_desktop.models.probe_words import probe_words
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.dialogs.channel_card import ChannelCard
from omnix_desktop.ui.dialogs.channel_kind import ChannelKindDialog
from omnix_desktop.ui.dialogs.channel_setup import ChannelSetupDialog
from omnix_desktop.ui.dialogs.failed_jobs import FailedJobsDialog
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.card_list import CardList
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_protocol.channels import Channel, ChannelAccount
from omnix_protocol.errors import Refused
from omnix_protocol.ids import ChannelAccountId

HEIGHT = 420
TRAFFIC_SECONDS = 15
"""How often the numbers are asked for while the list is open."""


class ChannelsDialog(Dialog):
    """Follows what changes; each account says under itself what became of its test."""

    def __init__(self, place: Place, parent: QWidget, tasks: Tasks | None = None) -> None:
        super().__init__(
            tr("channel_admin.title"),
            primary=tr("shell.close"),
            cancel="",
            sentence=tr("channel_admin.sentence"),
            width=760,
            parent=parent,
        )
        self.setObjectName("channels_dialog")
        self.cancel_button.hide()
        self._place, self._tasks = place, tasks or Tasks("channels")
        self.accounts = ChannelAccounts(place.desk.catalogue, self)
        self._cards: dict[str, ChannelCard] = {}
        self._lay_out()
        self.accounts.changed.connect(self._fill)
        place.desk.status.linked.connect(self._tell)
        self._timer = QTimer(self, interval=TRAFFIC_SECONDS * 1000)
        self._timer.timeout.connect(self._ask)
        self._timer.start()
        self._fill()
        self._ask()
        self._add.setFocus()

    def _lay_out(self) -> None:
        self._add = Button(tr("channel_admin.add"), "plain", icon="plus")
        self._add.setObjectName("channel_add")
        self._add.clicked.connect(self._choose_kind)
        self._failed = Button(tr("channel_admin.failed_all"), "quiet", icon="inbox")
        self._failed.setObjectName("channel_failed_all")
        self._failed.clicked.connect(lambda: self._show_failed(None))
        self.extra.addWidget(self._add)
        self.extra.addWidget(self._failed)
        self._area = CardList(HEIGHT)
        self._rows = self._area.rows
        self._empty = EmptyState(
            "router", tr("channel_admin.empty"), tr("channel_admin.empty_why"), tr("channel_admin.add")
        )
        self._empty.setMinimumHeight(HEIGHT)
        self._empty.activated.connect(self._choose_kind)
        self.body.addWidget(self._area, 1)
        self.body.addWidget(self._empty, 1)

    def _ask(self) -> None:
        if self._place.desk.status.offline() is None:
            self._start(self._asked(), "traffic")

    async def _asked(self) -> None:
        answer = await traffic(self._place)
        if isValid(self) and not isinstance(answer, Refused):
            self.accounts.told(answer)

    def _fill(self) -> None:
        rows = self.accounts.rows()
        for key in [key for key in self._cards if key not in {row.key for row in rows}]:
            card = self._cards.pop(key)
            self._rows.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, row in enumerate(rows):
            card = self._cards.get(row.key) or self._made(row.key)
            self._rows.insertWidget(place, card)
            card.show_row(row)
        self._area.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self._tell()

    def _made(self, key: ChannelAccountId) -> ChannelCard:
        card = self._cards[key] = ChannelCard(key)
        card.test_asked.connect(lambda: self._start(self._test(card), "test"))
        card.pause_asked.connect(lambda: self._start(self._pause(card), "pause"))
        card.edit_asked.connect(lambda: self._edit(key))
        card.failed_asked.connect(lambda: self._show_failed(key))
        return card

    def _tell(self) -> None:
        """Whether anything can be done."""
        why = self._place.desk.status.offline()
        self.set_problem(tr("channel_admin.offline", reason=str(why)) if why else "")
        for part in (self._add, self._failed, *self._cards.values()):
            part.setEnabled(why is None)
        self._failed.set_text(tr("channel_admin.failed_all", n=self.accounts.given_up()))

    async def _test(self, card: ChannelCard) -> None:
        card.say(tr("channel_admin.testing"), "muted")
        answer = await probe_account(self._place, card.key)
        if isValid(self) and isValid(card):
            card.say(*probe_words(answer))

    async def _pause(self, card: ChannelCard) -> None:
        """Asks before customers wait; going on again needs no question."""
        account = self._account(card.key)
        if account is None:
            return
        question = tr("channel_admin.pause_sure", name=account.name)
        if account.active and not await self._place.screen.confirm(
            tr("channel_admin.pause_title"), question, tr("channel_admin.pause")
        ):
            return
        refused = await set_active(self._place, account, not account.active)
        if isValid(self) and isValid(card):
            card.say(sentence(refused) if refused else "", "bad")

    def _account(self, key: ChannelAccountId) -> ChannelAccount | None:
        facts = self._place.desk.catalogue.account(key)
        return facts.account if facts else None

    def _choose_kind(self) -> None:
        chooser = ChannelKindDialog(self._place.desk.catalogue.channels(), self)
        chooser.taken.connect(lambda channel: self._open(ChannelSetupDialog(self._place, self, channel)))
        self._open(chooser)

    def _edit(self, key: ChannelAccountId) -> None:
        facts = self._place.desk.catalogue.account(key)
        if facts is not None and facts.channel is not None:
            channel: Channel = facts.channel
            self._open(ChannelSetupDialog(self._place, self, channel, facts.account))

    def _show_failed(self, key: ChannelAccountId | None) -> None:
        dialog = FailedJobsDialog(self._place, self, key)
        dialog.finished.connect(self._ask)
        self._open(dialog)

    def _open(self, dialog: Dialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(work, name)
