"""What panels are made of: section heads, cards, facts in rows, the empty state."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from omnix_desktop.ui.theme import Radius, Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.badges import CountBadge
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import Label, Snug


class SectionHeader(QWidget):
    """A small capital heading over a group of rows, with a count and room for one action."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, Space.S, 0, Space.XS)
        self._row.setSpacing(Space.S)
        self._label = Label(words.upper(), "caption_strong", "muted")
        self._count = CountBadge()
        self._row.addWidget(self._label)
        self._row.addWidget(self._count)
        self._row.addStretch(1)
        self.setAccessibleName(words)

    def set_text(self, words: str) -> None:
        """Another heading."""
        self._label.setText(words.upper())
        self.setAccessibleName(words)

    def set_count(self, count: int) -> None:
        """A number beside it; nothing at zero."""
        self._count.set_count(count)

    def add_action(self, button: QWidget) -> None:
        """One control at the right end."""
        self._row.addWidget(button)


class Card(QWidget):
    """A bordered ground with 12 px inside; put things into `.column`."""

    def __init__(
        self,
        ground: str = "panel",
        border: str = "line",
        *,
        padding: int = Space.M,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ground, self._border = ground, border
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(padding, padding, padding, padding)
        self.column.setSpacing(Space.S)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), self._ground, Radius.CARD, self._border)
        painter.end()


class KeyValueRow(Snug):
    """A fact: icon, caption over value; an absent value says so in faint."""

    def __init__(
        self,
        caption: str,
        *,
        icon: str = "",
        empty: str = "—",
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._empty, self._caption = icon, empty, caption
        row = QVBoxLayout(self)
        row.setContentsMargins(28 if icon else 0, 2, 0, 2)
        row.setSpacing(1)
        self._head = Label(caption, "caption", "muted")
        self._value = Label("", "body", "text", wrap=True, tabular=tabular, selectable=True)
        row.addWidget(self._head)
        row.addWidget(self._value)
        self.set_value("")

    def set_caption(self, caption: str, empty: str = "") -> None:
        """Other words for the same fact: the language changed."""
        absent = self._value.text() == self._empty
        self._caption, self._empty = caption, empty or self._empty
        self._head.setText(caption)
        self.set_value("" if absent else self._value.text())

    def set_value(self, value: str) -> None:
        """The fact, or nothing."""
        self._value.setText(value or self._empty)
        self._value.set_colour("text" if value else "faint")
        self._value.setAccessibleName(f"{self._caption}: {value or self._empty}")
        self.fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._icon:
            painter = QPainter(self)
            draw_icon(painter, self._icon, 0, 5, "faint", 16)
            painter.end()


class _Glyph(QWidget):
    def __init__(self, name: str, size: int, colour: str) -> None:
        super().__init__()
        self.name, self._size, self._colour = name, size, colour
        self.setFixedSize(size + 24, size + 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), "hover", self.width() / 2)
        draw_icon(painter, self.name, 12, 12, self._colour, self._size)
        painter.end()


class EmptyState(QWidget):
    """Nothing here: why, and what to do about it. Most are never seen, so it is furnished when it is shown."""

    activated = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        sentence: str = "",
        action: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._icon, self._action = icon, action
        self._parts: _Reason | None = None
        self.set_texts(title, sentence, action)

    def set_texts(self, title: str, sentence: str = "", action: str = "", icon: str = "") -> None:
        """Other words: another reason, another language."""
        self._icon, self._action = icon or self._icon, action
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self._say()

    def showEvent(self, event: QShowEvent) -> None:
        if self._parts is None:
            self._parts = _Reason(self)
            self._parts.button.clicked.connect(lambda: self.activated.emit())
            self._say()
        super().showEvent(event)

    def _say(self) -> None:
        if self._parts is not None:
            self._parts.say(self._icon, self.accessibleName(), self.accessibleDescription(), self._action)


class _Reason:
    """The inside of an empty state: glyph, title, sentence, button."""

    def __init__(self, inside: QWidget) -> None:
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        column.setSpacing(Space.S)
        self._glyph = _Glyph("", 24, "muted")
        self._title = Label("", "body_strong", "text", wrap=True)
        self._sentence = Label("", "body", "muted", wrap=True)
        self.button = Button("", "plain")
        column.addStretch(2)
        column.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(Space.XS)
        for label in (self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setMaximumWidth(360)
            line = QHBoxLayout()  # an aligned label would not wrap
            line.addStretch(1)
            line.addWidget(label, 1000)
            line.addStretch(1)
            column.addLayout(line)
        column.addSpacing(Space.XS)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def say(self, icon: str, title: str, sentence: str, action: str) -> None:
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self.button.set_text(action)
        self.button.setVisible(bool(action))
        self._glyph.name = icon
        self._glyph.update()
