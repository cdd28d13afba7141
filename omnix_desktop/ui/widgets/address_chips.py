"""Addresses as chips before the line in which the next one is typed; Enter, comma and leaving the line add it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Space, font
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import Label

Parse = Callable[[str], tuple[tuple[str, ...], str]]
"""The addresses in a text, and the first part that is none."""
A_ROW = 40
"""Characters of chips beside each other, in the narrowest panel."""


def _rows(values: tuple[str, ...]) -> list[list[str]]:
    rows: list[list[str]] = []
    for value in values:
        if rows and sum(len(one) + 6 for one in rows[-1]) + len(value) <= A_ROW:
            rows[-1].append(value)
        else:
            rows.append([value])
    return rows


class AddressLine(QLineEdit):
    """A line without a frame."""

    emptied_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFrame(False)
        self.setFont(font("body"))
        self.setMinimumWidth(120)
        self.setFixedHeight(26)
        self.setTextMargins(-2, 0, 0, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied_back.emit()
            return
        super().keyPressEvent(event)


class AddressChips(QWidget):
    """`changed` tells the addresses, `unfinished` what stands in the line and is none."""

    changed = Signal(tuple)
    unfinished = Signal(str)

    def __init__(self, name: str, parse: Parse, *, most: int) -> None:
        super().__init__()
        self._name, self._parse, self._most = name, parse, most
        self._values: tuple[str, ...] = ()
        self.setObjectName(name)
        self.line = AddressLine()
        self.line.setObjectName(f"{name}_line")
        self._wrong = Label("", "small", "bad")
        self._wrong.setObjectName(f"{name}_wrong")
        self._wrong.hide()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.XS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._rows)
        column.addWidget(self.line)
        column.addWidget(self._wrong)
        self.line.returnPressed.connect(self._take)
        self.line.editingFinished.connect(self._take)
        self.line.textEdited.connect(self._typed)
        self.line.emptied_back.connect(self._drop_last)

    def values(self) -> tuple[str, ...]:
        return self._values

    def set_values(self, values: tuple[str, ...]) -> None:
        if values != self._values:
            self._values = values
            self._make()

    def clear_line(self) -> None:
        """Another mail's."""
        self.line.clear()
        self._say("")

    def set_words(self, name: str, placeholder: str) -> None:
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(placeholder)
        self.setAccessibleName(name)

    def _typed(self, text: str) -> None:
        self._say("")
        self.unfinished.emit(text.strip())
        if text.endswith((",", ";", " ")):
            self._take()

    def _take(self) -> None:
        found, wrong = self._parse(self.line.text())
        self.line.setText(wrong)
        self._say(wrong)
        if found:
            self._set(tuple(dict.fromkeys((*self._values, *found)))[: self._most])
        self.unfinished.emit(wrong)

    def _say(self, wrong: str) -> None:
        self._wrong.setText(tr("composer.mail_address_wrong", address=wrong[:60]) if wrong else "")
        self._wrong.setVisible(bool(wrong))

    def _drop_last(self) -> None:
        if self._values:
            self._set(self._values[:-1])

    def _drop(self, value: str) -> None:
        self._set(tuple(one for one in self._values if one != value))
        self.line.setFocus()

    def _set(self, values: tuple[str, ...]) -> None:
        self.set_values(values)
        self.changed.emit(values)

    def _make(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for values in _rows(self._values):
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(Space.XS)
            for value in values:
                chip = Button(value, "plain", icon="x", small=True)
                chip.setObjectName(f"{self._name}_chip")
                chip.describe(tr("pickers.remove", words=value), "", tr("pickers.remove", words=value))
                chip.clicked.connect(lambda _checked=False, value=value: self._drop(value))
                row.addWidget(chip)
            row.addStretch(1)
            self._rows.addWidget(holder)
        self.updateGeometry()
