"""The administrator's list of what stands beside the conversation: add, edit, put in order, remove (F36)."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.integrations import move, remove
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.dialogs.integration import IntegrationDialog
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.card_list import CardList
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.labels import ElidedLabel
from omnix_desktop.ui.widgets.structure import Card, EmptyState
from omnix_protocol.errors import Refused
from omnix_protocol.integrations import INTEGRATIONS_MAX, Integration

HEIGHT = 320


class IntegrationsDialog(Dialog):
    """Follows what changes; agents see it at once."""

    def __init__(self, place: Place, parent: QWidget, tasks: Tasks | None = None) -> None:
        super().__init__(
            tr("integrations.title"),
            primary=tr("shell.close"),
            cancel="",
            sentence=tr("integrations.sentence"),
            width=640,
            parent=parent,
        )
        self.setObjectName("integrations_dialog")
        self.cancel_button.hide()
        self._place, self._tasks = place, tasks or Tasks("integrations")
        self._shown: tuple[Integration, ...] = ()
        self._cards: list[QWidget] = []
        self._lay_out()
        place.desk.catalogue.changed.connect(self._fill)
        place.desk.status.linked.connect(self._tell)
        self._fill()
        self._add.setFocus()

    def _lay_out(self) -> None:
        self._add = Button(tr("integrations.add"), "plain", icon="plus")
        self._add.setObjectName("integration_add")
        self._add.clicked.connect(lambda: self._edit(None))
        self.extra.addWidget(self._add)
        self._area = CardList(HEIGHT)
        self._rows = self._area.rows
        self._empty = EmptyState(
            "external-link", tr("integrations.empty"), tr("integrations.none_why"), tr("integrations.add")
        )
        self._empty.setMinimumHeight(HEIGHT)
        self._empty.activated.connect(lambda: self._edit(None))
        self.body.addWidget(self._area, 1)
        self.body.addWidget(self._empty, 1)

    def _fill(self) -> None:
        known = self._place.desk.catalogue.integrations()
        if known != self._shown or not self._cards:
            held = self._held()
            for card in self._cards:
                self._rows.removeWidget(card)
                card.hide()
                card.deleteLater()
            self._shown = known
            self._cards = [self._card(place, it) for place, it in enumerate(known)]
            for place, card in enumerate(self._cards):
                self._rows.insertWidget(place, card)
            self._hold(held)
        self._area.setVisible(bool(known))
        self._empty.setVisible(not known)
        self._tell()

    def _held(self) -> str:
        """The button of a card that the keyboard is on."""
        now = self.focusWidget()
        on_card = isinstance(now, IconButton) and any(card.isAncestorOf(now) for card in self._cards)
        return now.objectName() if on_card else ""

    def _hold(self, name: str) -> None:
        """The same button of the new card; at the end of the way its neighbour, where there is no such card another."""
        if not name:
            return
        turned = name.replace("_up_", "_down_") if "_up_" in name else name.replace("_down_", "_up_")
        found = [
            button for card in self._cards for one in (name, turned) if (button := card.findChild(IconButton, one))
        ]
        next((button for button in found if button.isEnabled()), self._add).setFocus()

    def _card(self, place: int, it: Integration) -> QWidget:
        card = Card()
        card.setAccessibleName(f"{it.name}, {it.address}")
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(it.name, "body_strong"))
        words.addWidget(ElidedLabel(it.address, "small", "muted"))
        row.addLayout(words, 1)
        last = len(self._shown) - 1
        for name, icon, may, act in (
            ("up", "arrow-up", place > 0, lambda: self._start(self._told(move(self._place, it.id, -1)), "move")),
            ("down", "arrow-down", place < last, lambda: self._start(self._told(move(self._place, it.id, 1)), "move")),
            ("edit", "pencil", True, lambda: self._edit(it)),
            ("remove", "trash-2", True, lambda: self._start(self._remove(it), "remove")),
        ):
            button = IconButton(icon, tr(f"integrations.{name}", name=it.name))
            button.setObjectName(f"integration_{name}_{it.id}")
            button.setEnabled(may)
            button.clicked.connect(act)
            row.addWidget(button)
        card.column.addLayout(row)
        return card

    def _edit(self, it: Integration | None) -> None:
        form = IntegrationDialog(self._place, self, it, self._tasks)
        form.finished.connect(form.deleteLater)
        form.open()

    async def _remove(self, it: Integration) -> None:
        sure = tr("integrations.remove_sure", name=it.name)
        if await self._place.screen.confirm(tr("integrations.remove_title"), sure, tr("integrations.remove_yes")):
            await self._told(remove(self._place, it))

    async def _told(self, doing: Coroutine[Any, Any, Refused | None]) -> None:
        refused = await doing
        if isValid(self):
            self.set_problem(sentence(refused) if refused else "")

    def _tell(self) -> None:
        """Whether anything can be done."""
        why = self._place.desk.status.offline()
        self.set_problem(tr("integrations.offline", reason=str(why)) if why else "")
        for part in (self._empty, *self._cards):
            part.setEnabled(why is None)
        full = len(self._shown) >= INTEGRATIONS_MAX
        self._add.setEnabled(why is None and not full)
        self._add.setToolTip(tr("integrations.full", n=INTEGRATIONS_MAX) if full else "")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(work, name)
