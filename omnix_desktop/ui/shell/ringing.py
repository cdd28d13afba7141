"""Calls that ring, stacked at the window's upper right: over everything, in nobody's way, gone by themselves."""

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from omnix_desktop.actions.base import ACTIONS
from omnix_desktop.actions.calls import open_ringing
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.models.ringing import RingingCall
from omnix_desktop.ui.theme import Radius, Size, Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.badges import Badge
from omnix_desktop.ui.widgets.call_card import CallCard
from omnix_protocol.content import CallState

MOST = 3
"""Cards at once; of more it is said how many."""


class RingingStack(QWidget):
    """A child of the window, so no window system gives it the keyboard; the first card is the one the keys are for."""

    def __init__(self, window: QWidget, commands: Commands) -> None:
        super().__init__(window)
        self.setObjectName("ringing")
        self._commands, self._ringing = commands, commands.place.desk.ringing
        self._cards: dict[tuple[str, str], CallCard] = {}
        self._more = Badge("", "accent")
        self._more.setObjectName("ringing_more")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._column.addWidget(self._more)
        self._ringing.changed.connect(self._fill)
        self._ringing.ticked.connect(self._tick)
        self._ringing.arrived.connect(self._announce)
        forget = on_language_change(self._fill)
        self.destroyed.connect(lambda: forget())
        window.installEventFilter(self)
        self.hide()
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), "panel", Radius.CARD)  # nothing shows through between two cards
        painter.end()

    def _fill(self) -> None:
        shown = {call.key: call for call in self._ringing.calls[:MOST]}
        self.setAccessibleName(tr("ringing.name"))
        for key in [key for key in self._cards if key not in shown]:
            card = self._cards.pop(key)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, (key, call) in enumerate(shown.items()):
            card = self._cards.get(key) or self._made(call)
            self._column.insertWidget(place, card)
            self._say(card, call, first=place == 0)
            card.show()
        self._more.set(tr("ringing.more", n=len(self._ringing.calls) - MOST) if len(self._ringing.calls) > MOST else "")
        self.setVisible(bool(shown))
        if shown:
            self._place()

    def _tick(self) -> None:
        for call in self._ringing.calls[:MOST]:
            self._cards[call.key].show_clock(call.clock)

    def _made(self, call: RingingCall) -> CallCard:
        card = self._cards[call.key] = CallCard(self)
        card.name(call.key[0])
        card.opened.connect(lambda: self._open(call.key))
        card.dismissed.connect(lambda: self._ringing.dismiss(call.key))
        return card

    def _open(self, key: tuple[str, str]) -> None:
        call = next((one for one in self._ringing.calls if one.key == key), None)
        if call is not None:
            open_ringing(self._commands.place, call)

    @staticmethod
    def _say(card: CallCard, call: RingingCall, *, first: bool) -> None:
        keys = [ACTIONS[name].shortcut if first else "" for name in ("calls.open", "calls.dismiss")]
        words = tr("ringing.open" if call.is_known else "ringing.open_new")
        card.set_words(words, keys[0], tr("ringing.dismiss"), keys[1])
        taken = call.state is CallState.ANSWERED
        more = (call.line, call.last) if first else ("", "")  # those that wait behind it are told in two lines
        card.show_call(call.head, call.who, call.shown, *more, taken=taken)
        card.show_clock(call.clock)

    def _announce(self, call: RingingCall) -> None:
        """To who does not see it, and in the task bar where another program has the screen."""
        window = self.window()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(window, call.spoken()))
        if not window.isActiveWindow():
            QApplication.alert(window)

    def _place(self) -> None:
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move(parent.width() - self.width() - Space.M, Size.TITLE + Space.S)
            self.raise_()
