"""A call that rings, as a card over the window: who, on which line, for how long, and what can be done."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.ui.theme import Radius, Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label

WIDTH = 288
"""Within the narrowest dock at the right: it covers no conversation."""
_TONES = {False: ("accent", "accent_soft", "accent_text"), True: ("good", "good_soft", "good")}


class CallCard(QWidget):
    """Never takes the keyboard by itself: a click or Tab brings it in."""

    opened = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taken = False
        self.setFixedWidth(WIDTH)
        self._head = Label("", "caption_strong", "accent_text")
        self._clock = Label("", "small_strong", "accent_text", tabular=True)
        self._who = ElidedLabel("", "heading")
        self._number = ElidedLabel("", "body")
        self._line = ElidedLabel("", "small", "muted")
        self._last = ElidedLabel("", "small", "muted")
        self._open = Button("", "primary", icon="user-round", small=True)
        self._close = IconButton("x", "", size=24, glyph=14)
        for button in (self._open, self._close):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._open.clicked.connect(lambda: self.opened.emit())
        self._close.clicked.connect(lambda: self.dismissed.emit())
        self._lay_out()

    def name(self, key: str) -> None:
        """Object names, so that each of several is found."""
        self.setObjectName(f"call_{key}")
        self._open.setObjectName(f"call_open_{key}")
        self._close.setObjectName(f"call_dismiss_{key}")

    def set_words(self, open_words: str, open_keys: str, close_words: str, close_keys: str) -> None:
        """What the buttons say; the keys only where they act on this card."""
        self._open.set_text(open_words)
        self._open.describe(open_words, open_keys)
        self._close.describe(close_words, close_keys)

    def show_clock(self, clock: str) -> None:
        """How long it has been ringing, or talked."""
        self._clock.setText(clock)

    def show_call(self, head: str, who: str, number: str, line: str, last: str, *, taken: bool) -> None:
        """Empty words take no room."""
        self._taken = taken
        self._head.setText(head)
        for label in (self._head, self._clock):
            label.set_colour(_TONES[taken][2])
        parts = ((self._who, who), (self._number, number), (self._line, line), (self._last, last))
        for part, words in parts:
            part.setText(words)
            part.setVisible(bool(words))
        self.setAccessibleName(", ".join(words for words in (head, who, number, line, last) if words))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L + 44, Space.M, Space.M, Space.M)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self._head)
        head.addStretch(1)
        head.addWidget(self._clock)
        head.addWidget(self._close)
        column.addLayout(head)
        for part in (self._who, self._number, self._line, self._last):
            column.addWidget(part)
        column.addSpacing(Space.S)
        column.addWidget(self._open, 0, Qt.AlignmentFlag.AlignLeft)

    def paintEvent(self, _event: QPaintEvent) -> None:
        edge, ground, glyph = _TONES[self._taken]
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect())
        paint.fill(painter, rect, "panel", Radius.CARD, edge)
        circle = QRectF(Space.M, Space.M + 2, 36, 36)
        paint.fill(painter, circle, ground, 18)
        icon = "phone-call" if self._taken else "phone-incoming"
        draw_icon(painter, icon, circle.x() + 9, circle.y() + 9, glyph, 18)
        painter.end()
