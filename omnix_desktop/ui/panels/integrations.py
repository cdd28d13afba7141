"""Other programs of the tenant as cards beside the conversation; each opens in the browser (F36)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from omnix_desktop.actions.conditions import administers
from omnix_desktop.actions.integrations import open_integration
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.desk import Desk
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.link_card import LinkCard
from omnix_desktop.ui.widgets.panel import Panel
from omnix_desktop.ui.widgets.structure import EmptyState


class IntegrationsPanel(Panel):
    """Follows what is opened: the address of a card is the one that is shown at that moment."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        super().__init__("integrations")
        self._desk, self._commands = desk, commands
        self._manage = IconButton("settings", "")
        self._manage.setObjectName("integrations_manage")
        commands.bind(self._manage, "integrations.manage")
        self.title_bar.add_action(self._manage)
        self._manage.setVisible(administers(commands.place) is None)
        self.cards: dict[str, LinkCard] = {}
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        self._rows.setSpacing(Space.S)
        self._rows.addStretch(1)
        self._area = QScrollArea()
        self._area.setObjectName("integrations_area")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        self._empty = EmptyState("external-link", "")
        self._empty.setObjectName("integrations_empty")
        self._empty.activated.connect(lambda: commands.run("integrations.manage"))
        self.column.addWidget(self._area, 1)
        self.column.addWidget(self._empty, 1)
        desk.integrations.changed.connect(self._fill)
        self.retranslate()

    def retranslate(self) -> None:
        super().retranslate()
        mine = administers(self._commands.place) is None
        why = tr("integrations.empty_mine" if mine else "integrations.empty_theirs")
        self._empty.set_texts(tr("integrations.empty"), why, tr("actions.integrations.manage") if mine else "")
        self._fill()

    def focus_first(self) -> None:
        first = next((card for card in self.cards.values() if card.isEnabled()), None)
        (first or self).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _fill(self) -> None:
        shown = {card.key: card for card in self._desk.integrations.cards}
        for key in [key for key in self.cards if key not in shown]:
            gone = self.cards.pop(key)
            self._rows.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, (key, card) in enumerate(shown.items()):
            made = self.cards.get(key) or self._made(key)
            self._rows.insertWidget(place, made)
            made.show_link(card.name, card.wants or card.host, ready=bool(card.address))
        self._area.setVisible(bool(shown))
        self._empty.setVisible(not shown)

    def _made(self, key: str) -> LinkCard:
        made = self.cards[key] = LinkCard()
        made.setObjectName(f"integration_{key}")
        made.clicked.connect(lambda: self._open(key))
        return made

    def _open(self, key: str) -> None:
        """As things are now: the customer may have changed since it was painted."""
        self._desk.selection.settle()
        card = next((one for one in self._desk.integrations.cards if one.key == key), None)
        if card is not None:
            open_integration(self._commands.place, card)
