"""The inputs of a form, by the name of what they fill in, with what is wrong beside each."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.cascade_picker import CascadePicker
from omnix_desktop.ui.widgets.category_tree import CascadeNode
from omnix_desktop.ui.widgets.fields import ComboBox, Field, TextArea, TextLine
from omnix_protocol.catalogue import Category


class Entries(QWidget):
    """One field per row; `typed` is told the name and the value of what the hand changed."""

    def __init__(self, name: str, typed: Callable[[str, object], None]) -> None:
        super().__init__()
        self._name, self._typed = name, typed
        self._fields: dict[str, Field] = {}
        self._labels: dict[str, str] = {}
        self._lines: dict[str, QHBoxLayout] = {}
        self._said: list[Callable[[], None]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.M)

    def add(self, name: str, label: str, entry: QWidget, *, required: bool = False, beside: str = "") -> None:
        """A field under the last one, or right of the one named."""
        entry.setObjectName(f"{self._name}_{name}")
        field = Field(tr(label), entry, required=required)
        self._fields[name], self._labels[name] = field, label
        self._connect(name, entry)
        if not beside:
            row = QHBoxLayout()
            row.setSpacing(Space.M)
            row.addWidget(field)
            self._column.addLayout(row)
            self._lines[name] = row
            return
        self._lines[beside].addWidget(field)

    def add_below(self, part: QWidget) -> None:
        """Something that belongs to the field above."""
        self._column.addWidget(part)

    def on_retranslate(self, say: Callable[[], None]) -> None:
        """Words that are not labels: choices, placeholders; said now and at each change of language."""
        self._said.append(say)
        say()

    def retranslate(self) -> None:
        for name, field in self._fields.items():
            field.set_label(tr(self._labels[name]))
        for say in self._said:
            say()

    def label(self, name: str) -> str:
        return tr(self._labels[name])

    def focus(self, name: str) -> None:
        if name in self._fields:
            self._fields[name].input.setFocus()

    def show_problems(self, problems: dict[str, str]) -> None:
        for name, field in self._fields.items():
            words = problems.get(name, "")
            if field.error() != words:
                field.set_error(words)

    def put(self, name: str, value: object) -> None:
        """Show a value without telling anybody that it was typed."""
        entry = self._fields[name].input
        entry.blockSignals(True)
        if isinstance(entry, TextLine | TextArea):
            entry.set_text(str(value))
        elif isinstance(entry, CascadePicker):
            entry.set_value(str(value))
        elif isinstance(entry, ComboBox):
            entry.setEditText(str(value)) if entry.isEditable() else entry.setCurrentIndex(entry.findData(value))
        entry.blockSignals(False)
        entry.update()

    def _connect(self, name: str, entry: QWidget) -> None:
        if isinstance(entry, TextLine | TextArea | CascadePicker):
            entry.changed.connect(lambda value: self._typed(name, value))
        elif isinstance(entry, ComboBox):
            entry.currentIndexChanged.connect(lambda _place: self._typed(name, entry.currentData()))


def category_nodes(categories: Sequence[Category], levels: int) -> tuple[CascadeNode, ...]:
    """The tree down to a level; branches that do not reach it cannot be chosen and are left out."""
    below: dict[str | None, list[Category]] = {}
    for category in categories:
        below.setdefault(category.parent_id, []).append(category)

    def grow(parent: str | None, level: int) -> tuple[CascadeNode, ...]:
        made = []
        for category in sorted(below.get(parent, ()), key=lambda one: one.name.casefold()):
            children = grow(category.id, level + 1) if level < levels else ()
            if level == levels or children:
                made.append(CascadeNode(category.id, category.name, children))
        return tuple(made)

    return grow(None, 1)
