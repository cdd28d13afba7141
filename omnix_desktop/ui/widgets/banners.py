"""Sentences that concern a whole panel: banners that stay, and a toast with its action that goes."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from omnix_desktop.ui.theme import Radius, Size, Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import Label, Snug

_TONES = {
    "info": ("accent_soft", "accent_text", "info"),
    "good": ("good_soft", "good", "circle-check"),
    "soon": ("soon_soft", "soon", "triangle-alert"),
    "bad": ("bad_soft", "bad", "triangle-alert"),
}


class Banner(Snug):
    """One sentence on a coloured ground, with one action. Tones: info, good, soon, bad."""

    activated = Signal()

    def __init__(
        self,
        words: str = "",
        tone: str = "info",
        action: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M + 24, Space.S, Space.S, Space.S)
        row.setSpacing(Space.S)
        self._words = Label(words, "small", _TONES[tone][1], wrap=True)
        self._button = Button(action, "link", small=True)
        self._button.clicked.connect(lambda: self.activated.emit())
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        self.show_sentence(words, tone, action)

    def show_sentence(self, words: str, tone: str = "info", action: str = "") -> None:
        """Say it; no words hide the banner."""
        self._tone = tone
        self._words.setText(words)
        self._words.set_colour(_TONES[tone][1])
        self._button.set_text(action)
        self._button.setVisible(bool(action))
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        self.fit()
        self.update()

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        ground, colour, glyph = _TONES[self._tone]
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), ground, Radius.CONTROL)
        draw_icon(painter, glyph, Space.M, self.height() / 2 - 8, colour, 16)
        painter.end()


_TOAST_WIDEST = 472
"""Ends before the composer where the window is 1366 wide."""


class Toast(QWidget):
    """What was just done, with one action (the way back), for some seconds at the foot where nobody writes."""

    activated = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget, close_name: str = "") -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, 6, Space.S, 6)
        row.setSpacing(Space.M)
        self._words = Label("", "body", "on_fill")
        self._action = Button("", "on_dark", small=True)
        self._close = IconButton("x", close_name, size=24, glyph=14, colour="rail_text")
        self._action.clicked.connect(self._activate)
        self._close.clicked.connect(self.dismiss)
        for widget in (self._words, self._action, self._close):
            row.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        parent.installEventFilter(self)
        self.hide()

    def say(self, words: str, action: str = "", milliseconds: int = 6000) -> None:
        """Show it; `action` names what its button does."""
        self._words.setText(words)
        self._action.set_text(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(words)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(milliseconds)

    def dismiss(self) -> None:
        """Away with it; what was done stays done."""
        if self.isVisible():
            self._timer.stop()
            self.hide()
            self.dismissed.emit()

    def _activate(self) -> None:
        self._timer.stop()
        self.hide()
        self.activated.emit()

    def _place(self) -> None:
        self._words.setWordWrap(False)
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            room = min(parent.width() - Size.RAIL - 2 * Space.M, _TOAST_WIDEST)
            if self.width() > room:
                self._words.setWordWrap(True)
                self.resize(room, self.heightForWidth(room))
            self.move(Size.RAIL + Space.M, parent.height() - self.height() - Space.XL - Space.M)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def enterEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        if self.isVisible():
            self._timer.start(2500)
        super().leaveEvent(event)

    def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), "rail", Radius.CONTROL, "line_strong")
        painter.end()
