"""The profile as a form, in the profile's place: what is wrong stands beside its field (S0.37)."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from omnix_desktop.actions.customers import cancel_edit, save_edit
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.customer_edit import CustomerEdit
from omnix_desktop.models.customer_fields import masked, phone, shown_service_number
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.fields import Field, TextArea, TextLine
from omnix_desktop.ui.widgets.labels import Label, Line, Surface
from omnix_desktop.ui.widgets.lines_input import LinesInput
from omnix_desktop.ui.widgets.structure import Card

_LISTS = ("phones", "emails", "service_numbers")
_ORDER = ("name", "phones", "emails", "address", "service_numbers", "nik")


class ConflictCard(Card):
    """Somebody else changed the same fields: theirs or mine, field by field before the eyes."""

    def __init__(self) -> None:
        super().__init__("soon_soft", "soon_soft")
        self._edit: CustomerEdit | None = None
        self._sentence = Label("", "small", "soon", wrap=True)
        self._fields = Label("", "small", "text", wrap=True)
        self._fields.setObjectName("customer_conflict_fields")
        self.theirs = Button("", "plain", small=True)
        self.theirs.setObjectName("customer_conflict_theirs")
        self.mine = Button("", "plain", small=True)
        self.mine.setObjectName("customer_conflict_mine")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.theirs)
        row.addWidget(self.mine)
        row.addStretch(1)
        for part in (self._sentence, self._fields):
            self.column.addWidget(part)
        self.column.addLayout(row)
        self.theirs.clicked.connect(lambda: self._settle(False))
        self.mine.clicked.connect(lambda: self._settle(True))

    def tell(self, edit: CustomerEdit) -> None:
        self._edit = edit
        contested = edit.conflict()
        self.setVisible(bool(contested))
        self._sentence.setText(tr("customer.conflict"))
        self._fields.setText(
            "\n".join(
                tr(
                    "customer.conflict_field",
                    field=tr(f"customer.{name}"),
                    theirs=_shown(name, getattr(edit.theirs, name)),
                    mine=_shown(name, getattr(edit.mine, name)),
                )
                for name in contested
            )
        )
        self.theirs.set_text(tr("customer.conflict_theirs"))
        self.mine.set_text(tr("customer.conflict_mine"))

    def _settle(self, mine: bool) -> None:
        if self._edit is not None:
            self._edit.settle(keep_mine=mine)


class EditView(QWidget):
    """One form at a time; another customer's stays as it is."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._edit: CustomerEdit | None = None
        self._asked = False  # Save was pressed: say what is wrong
        self._conflict = ConflictCard()
        self._inputs = self._make_inputs()
        self._fields = {name: Field("", entry) for name, entry in self._inputs.items()}
        self._save = Button("", "primary", icon="check")
        self._save.setObjectName("customer_save")
        self._save.clicked.connect(self.submit)
        self._cancel = Button("", "plain")
        self._cancel.setObjectName("customer_cancel")
        self._cancel.clicked.connect(self._throw_away)
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        for name, field in self._fields.items():
            field.set_label(tr(f"customer.{name}"))
        for name in _LISTS:
            entry = self._inputs[name]
            if isinstance(entry, LinesInput):
                entry.set_words(tr(f"customer.add_{name}"), tr(f"customer.hint_{name}"))
        self._save.set_text(tr("customer.save"))
        self._cancel.set_text(tr("shell.cancel"))
        self._tell()

    def show_edit(self, edit: CustomerEdit | None) -> None:
        """The form of the customer on the screen."""
        if edit is self._edit:
            return
        if self._edit is not None:
            self._edit.changed.disconnect(self._tell)
            self._edit.replaced.disconnect(self._fill)
            self._edit.flush()
        self._edit, self._asked = edit, False
        if edit is not None:
            edit.changed.connect(self._tell)
            edit.replaced.connect(self._fill)
            self._fill()

    def focus_first(self) -> None:
        self._inputs["name"].setFocus()

    def submit(self) -> None:
        """Save, or say what is wrong beside the first wrong field."""
        edit = self._edit
        if edit is None:
            return
        self._asked = True
        if not save_edit(self._place, edit):
            self._tell()
            wrong = next((name for name in _ORDER if name in edit.problems()), None)
            if wrong is not None:
                self._inputs[wrong].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._edit is not None and not self._edit.begun:
            self._throw_away()
        else:
            super().keyPressEvent(event)

    def _throw_away(self) -> None:
        if self._edit is not None:
            cancel_edit(self._edit)

    def _fill(self) -> None:
        edit = self._edit
        if edit is None:
            return
        for name, entry in self._inputs.items():
            value = getattr(edit.mine, name)
            entry.blockSignals(True)
            if isinstance(entry, LinesInput):
                entry.set_values(value)
            elif name == "nik" and isinstance(entry, TextLine):
                kept = value == edit.values.base.nik
                entry.set_text("" if kept else value)  # what is masked in the profile is masked here
                entry.edit.setPlaceholderText(masked(edit.values.base.nik))
            elif isinstance(entry, TextLine | TextArea):
                entry.set_text(value)
            entry.blockSignals(False)
        self._tell()

    def _tell(self) -> None:
        edit = self._edit
        if edit is None:
            return
        problems = edit.problems()
        for name, field in self._fields.items():
            why = problems.get(name)
            wrong = str(why) if why is not None and (self._asked or name in ("name", "address")) else ""
            if field.error() != wrong:
                field.set_error(wrong)
        self._conflict.tell(edit)
        self._save.setEnabled(not edit.conflict())

    def _make_inputs(self) -> dict[str, QWidget]:
        made: dict[str, QWidget] = {}
        for name in _ORDER:
            if name in _LISTS:
                written = phone if name == "phones" else _grouped if name == "service_numbers" else str.strip
                lines = LinesInput("", written, name=f"customer_edit_{name}")
                lines.changed.connect(lambda values, name=name: self._typed(name, values))
                made[name] = lines
                continue
            entry = TextArea(lines=2) if name == "address" else TextLine()
            entry.setObjectName(f"customer_edit_{name}")
            entry.changed.connect(lambda words, name=name: self._typed(name, words))
            made[name] = entry
        return made

    def _typed(self, name: str, value: object) -> None:
        if self._edit is not None:
            untouched = name == "nik" and not value
            self._edit.type_in(**{name: self._edit.values.base.nik if untouched else value})

    def _lay_out(self) -> None:
        inside = Surface("panel")
        form = QVBoxLayout(inside)
        form.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        form.setSpacing(Space.M)
        form.addWidget(self._conflict)
        for field in self._fields.values():
            form.addWidget(field)
        form.addStretch(1)
        area = QScrollArea()
        area.setObjectName("customer_edit_area")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        foot.setSpacing(Space.S)
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(Line())
        column.addLayout(foot)


def _shown(name: str, value: object) -> str:
    words = ", ".join(value) if isinstance(value, tuple) else str(value)
    words = masked(words) if name == "nik" else words
    return words or tr("customer.not_set")


def _grouped(text: str) -> str:
    return shown_service_number("".join(text.split()))
