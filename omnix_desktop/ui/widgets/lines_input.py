"""Several short values of one kind, each in its line: phone numbers, mail addresses."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.fields import TextLine


class LinesInput(QWidget):
    """One line at least; `written` says how a value is written once the keyboard has left its line."""

    changed = Signal(tuple)

    def __init__(
        self, placeholder: str = "", written: Callable[[str], str] = str.strip, *, most: int = 20, name: str = ""
    ) -> None:
        super().__init__()
        self._placeholder, self._written, self._most, self._name = placeholder, written, most, name
        self._spoken = ""
        self._lines: list[tuple[QWidget, TextLine]] = []
        self.setObjectName(f"{name}_lines")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._more = Button("", "link", icon="plus", small=True)
        self._more.setObjectName(f"{name}_more")
        self._more.clicked.connect(self._add_by_hand)
        row = QHBoxLayout()
        row.addWidget(self._more)
        row.addStretch(1)
        self._column.addLayout(row)
        self.set_values(())

    def values(self) -> tuple[str, ...]:
        """What stands in the lines; empty ones are none."""
        return tuple(line.text() for _, line in self._lines if line.text().strip())

    def set_values(self, values: Sequence[str]) -> None:
        """Replace what stands in it, unless it is that already (the cursor stays)."""
        if tuple(values) == self.values() and self._lines:
            return
        wanted = tuple(values) or ("",)
        for row, _ in self._lines[len(wanted) :]:
            self._column.removeWidget(row)
            row.deleteLater()
        self._lines = self._lines[: len(wanted)]
        for (_, line), value in zip(self._lines, wanted, strict=False):
            line.set_text(value)
        for value in wanted[len(self._lines) :]:
            self._add(value)

    def set_words(self, add: str, placeholder: str) -> None:
        """Other words: the language changed."""
        self._placeholder = placeholder
        self._more.set_text(add)
        for _, line in self._lines:
            line.edit.setPlaceholderText(placeholder)

    def set_wrong(self, wrong: bool) -> None:
        for _, line in self._lines:
            line.set_wrong(wrong)

    def setAccessibleName(self, name: str) -> None:
        self._spoken = name
        super().setAccessibleName(name)
        for place, (_, line) in enumerate(self._lines):
            line.setAccessibleName(f"{name} {place + 1}")

    def setFocus(self) -> None:  # type: ignore[override]  # the first line stands for all
        self._lines[0][1].edit.setFocus()

    def _add_by_hand(self) -> None:
        self._add("").edit.setFocus()

    def _add(self, value: str) -> TextLine:
        row = QWidget()
        line = TextLine(self._placeholder)
        line.setObjectName(f"{self._name}_{len(self._lines) + 1}")
        line.setAccessibleName(f"{self._spoken} {len(self._lines) + 1}")
        line.set_text(value)
        line.changed.connect(lambda _words: self.changed.emit(self.values()))
        line.edit.editingFinished.connect(lambda: line.set_text(self._written(line.text())))
        remove = IconButton("x", tr("pickers.remove", words=self._spoken), size=28, glyph=14)
        remove.setObjectName(f"{self._name}_remove_{len(self._lines) + 1}")
        remove.clicked.connect(lambda: self._drop(row))
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(Space.XS)
        inside.addWidget(line, 1)
        inside.addWidget(remove)
        self._column.insertWidget(len(self._lines), row)
        self._lines.append((row, line))
        self._more.setVisible(len(self._lines) < self._most)
        return line

    def _drop(self, row: QWidget) -> None:
        self._lines = [known for known in self._lines if known[0] is not row]
        self._column.removeWidget(row)
        row.deleteLater()
        if not self._lines:
            self._add("")
        self._more.setVisible(True)
        self.changed.emit(self.values())
