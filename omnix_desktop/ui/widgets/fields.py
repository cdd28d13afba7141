"""Inputs: one box with a focus ring for lines, areas, searches and choices, and the label, help and error around it."""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyleOptionComboBox,
    QVBoxLayout,
    QWidget,
)

from omnix_desktop.ui.theme import Radius, Size, Space, draw_icon, font, theme
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.menu import Outline, trim


class InputBox(QWidget):
    """The rounded frame of an input: border, red when wrong, ring when the keyboard is inside."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inner = inner
        self._wrong = False
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(6, 3, 6, 3)
        self.row.setSpacing(Space.S)
        self.row.addWidget(inner, 1)
        self.setFocusProxy(inner)
        inner.installEventFilter(self)

    def set_wrong(self, wrong: bool) -> None:
        """Red border."""
        self._wrong = wrong
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (
            QEvent.Type.FocusIn,
            QEvent.Type.FocusOut,
            QEvent.Type.EnabledChange,
        ):
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect())
        focused = self._inner.hasFocus()
        ground = "panel" if self._inner.isEnabled() else "window"
        edge = "bad" if self._wrong else "accent" if focused else "line_strong"
        paint.fill(painter, rect, ground, Radius.CONTROL, edge, 2.0 if focused else 1.0)
        painter.end()


def _bare(widget: QWidget) -> None:
    """No ground and no frame of its own: the box paints both."""
    palette = QPalette(widget.palette())
    palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
    palette.setColor(QPalette.ColorRole.PlaceholderText, theme().colour("faint"))
    palette.setColor(QPalette.ColorRole.Text, theme().colour("text"))
    widget.setPalette(palette)


class TextLine(InputBox):
    """One line of text; the QLineEdit is `.edit`."""

    changed = Signal(str)
    submitted = Signal()

    def __init__(
        self,
        placeholder: str = "",
        *,
        icon: str = "",
        password: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self.edit = QLineEdit()
        super().__init__(self.edit, parent)
        self.setFixedHeight(Size.CONTROL)
        self._icon = icon
        if icon:
            self.row.setContentsMargins(26, 3, 6, 3)
        self.edit.setFrame(False)
        self.edit.setFixedHeight(Size.CONTROL - 6)
        self.edit.setPlaceholderText(placeholder)
        if password:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.textChanged.connect(self.changed)
        self.edit.returnPressed.connect(self.submitted)
        theme().changed.connect(self._recolour)
        self._recolour()

    def text(self) -> str:
        """What stands in it."""
        return self.edit.text()

    def set_text(self, words: str) -> None:
        """Replace what stands in it, unless it is that already (the cursor stays)."""
        if words != self.edit.text():
            self.edit.setText(words)

    def setAccessibleName(self, name: str) -> None:
        self.edit.setAccessibleName(name)

    def setObjectName(self, name: str) -> None:
        super().setObjectName(f"{name}_box")
        self.edit.setObjectName(name)

    def _recolour(self) -> None:
        _bare(self.edit)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._icon:
            painter = QPainter(self)
            draw_icon(painter, self._icon, 10, self.height() / 2 - 8, "muted", 16)
            painter.end()


class SearchField(TextLine):
    """A search: magnifier, a cross that empties it, Escape likewise."""

    def __init__(self, placeholder: str = "", clear_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(placeholder, icon="search", parent=parent)
        self.setAccessibleName(placeholder)
        self._clear = IconButton("x", clear_name or placeholder, size=20, glyph=14)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.clicked.connect(self.edit.clear)
        self._clear.hide()
        self.row.addWidget(self._clear)
        self.changed.connect(lambda words: self._clear.setVisible(bool(words)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = event.key() if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress else None
        escape = pressed == Qt.Key.Key_Escape
        if escape and self.edit.text():
            self.edit.clear()
            return True
        return super().eventFilter(watched, event)


class TextArea(InputBox):
    """Several lines of plain text; the QPlainTextEdit is `.edit`; Tab leaves it."""

    changed = Signal(str)

    def __init__(self, placeholder: str = "", *, lines: int = 4, parent: QWidget | None = None) -> None:
        self.edit = QPlainTextEdit()
        super().__init__(self.edit, parent)
        self.row.setContentsMargins(6, 3, 3, 3)
        self.edit.setFrameShape(QFrame.Shape.NoFrame)
        self.edit.setTabChangesFocus(True)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setFont(font("body"))
        self.setFixedHeight(round(paint.metrics("body").lineSpacing() * lines) + 20)  # beyond that it scrolls
        self.edit.textChanged.connect(lambda: self.changed.emit(self.edit.toPlainText()))
        theme().changed.connect(self._recolour)
        self._recolour()

    def text(self) -> str:
        """What stands in it."""
        return self.edit.toPlainText()

    def set_text(self, words: str) -> None:
        """Replace what stands in it, unless it is that already (the cursor stays)."""
        if words != self.edit.toPlainText():
            self.edit.setPlainText(words)

    def setAccessibleName(self, name: str) -> None:
        self.edit.setAccessibleName(name)

    def setObjectName(self, name: str) -> None:
        super().setObjectName(f"{name}_box")
        self.edit.setObjectName(name)

    def _recolour(self) -> None:
        _bare(self.edit)
        _bare(self.edit.viewport())


class ComboBox(QComboBox):
    """A choice from a short list; for long or nested ones see CascadePicker."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(Size.CONTROL)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMaxVisibleItems(12)
        self._wrong = False
        self._outline: Outline | None = None

    def set_wrong(self, wrong: bool) -> None:
        """Red border."""
        self._wrong = wrong
        self.update()

    def set_choices(self, choices: list[tuple[str, object]], placeholder: str = "") -> None:
        """Words and values; keeps the chosen value where it is still there."""
        chosen = self.currentData()
        self.blockSignals(True)
        self.clear()
        for words, value in choices:
            self.addItem(words, value)
        self.setPlaceholderText(placeholder)
        self.setCurrentIndex(self.findData(chosen) if chosen is not None else -1 if placeholder else 0)
        self.blockSignals(False)
        self.update()

    def showPopup(self) -> None:
        super().showPopup()
        trim(self.view().window())
        if self._outline is None:
            self._outline = Outline(self.view().window())
        self._outline.fit()

    def sizeHint(self) -> QSize:
        return QSize(max(120, super().sizeHint().width()), Size.CONTROL)

    def wheelEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        event.ignore()  # scrolling a form must not change an answer

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        rect = QRectF(self.rect())
        open_or_focused = self.hasFocus() or bool(option.state & QStyle.StateFlag.State_On)
        edge = "bad" if self._wrong else "accent" if open_or_focused else "line_strong"
        width = 2.0 if open_or_focused else 1.0
        paint.fill(
            painter,
            rect,
            "panel" if self.isEnabled() else "window",
            Radius.CONTROL,
            edge,
            width,
        )
        words = self.currentText() or self.placeholderText()
        colour = "text" if self.currentText() and self.isEnabled() else "faint"
        paint.text(painter, rect.adjusted(Space.M, 0, -28, 0), words, "body", colour)
        draw_icon(
            painter,
            "chevron-down",
            rect.right() - 25,
            rect.center().y() - 8,
            "muted",
            16,
        )
        painter.end()


class CheckBox(QCheckBox):
    """A yes or no with its words."""

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setMinimumHeight(24)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = paint.antialiased(QPainter(self))
            paint.focus_ring(painter, QRectF(0, self.height() / 2 - 10, 20, 20), Radius.SMALL + 2)
            painter.end()


class Field(QWidget):
    """A labelled input: label with required mark above, help or error below. The input is `.input`."""

    def __init__(
        self,
        label: str,
        entry: QWidget,
        *,
        required: bool = False,
        helper: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.input = entry
        self._helper = helper
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        head = QHBoxLayout()
        head.setSpacing(3)
        self._label = Label(label, "small", "muted")
        self._label.setBuddy(entry)
        self._mark = Label("*", "small_strong", "bad")
        self._mark.setVisible(required)
        self._counter = Label("", "caption", "faint", tabular=True)
        head.addWidget(self._label)
        head.addWidget(self._mark)
        head.addStretch(1)
        head.addWidget(self._counter)
        self._note = Label(helper, "caption", "muted", wrap=True)
        self._note.setVisible(bool(helper))
        column.addLayout(head)
        column.addWidget(entry)
        column.addWidget(self._note)
        self.setFocusProxy(entry)
        entry.setAccessibleName(label)

    def set_label(self, label: str) -> None:
        """Another label: the language changed."""
        self._label.setText(label)
        self.input.setAccessibleName(label)

    def set_helper(self, helper: str) -> None:
        """Other words of help; what is wrong stays said."""
        wrong = self.error()
        self._helper = helper
        self.set_error(wrong)

    def set_error(self, sentence: str) -> None:
        """What is wrong and what to do, in red below; empty when nothing is."""
        self._note.setText(sentence or self._helper)
        self._note.set_colour("bad" if sentence else "muted")
        self._note.setVisible(bool(sentence or self._helper))
        self.input.setAccessibleDescription(sentence)
        set_wrong = getattr(self.input, "set_wrong", None)
        if set_wrong is not None:
            set_wrong(bool(sentence))

    def error(self) -> str:
        """The sentence in red, or nothing."""
        return self._note.text() if self._note.text() != self._helper else ""

    def set_counter(self, words: str, colour: str = "muted") -> None:
        """What is left, right of the label: 12 / 135."""
        self._counter.setText(words)
        self._counter.set_colour(colour)
