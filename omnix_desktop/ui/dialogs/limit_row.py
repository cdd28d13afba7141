"""One person among the pick-up limits: who, state and load, their own limit, what became of it."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.models.limits import LimitRow
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.badges import Avatar
from omnix_desktop.ui.widgets.fields import TextLine
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label

STATE, LOAD, OWN, SAID = 124, 44, 88, 160
HEIGHT = 48


class LimitRowView(QWidget):
    """`typed` tells the key and what stands in the field."""

    typed = Signal(str, str)
    submitted = Signal()

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self.setFixedHeight(HEIGHT)
        self._face = Avatar(size=28, quiet=True)
        self._name = ElidedLabel("", "body")
        self._role = ElidedLabel("", "caption", "muted")
        self._state = ElidedLabel("", "small", "muted")
        self._load = Label("", "body", tabular=True)
        self._own = TextLine()
        self._own.setObjectName(f"limit_{key}")
        self._own.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._said = ElidedLabel("", "caption")
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(self._name)
        names.addWidget(self._role)
        names.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._face)
        row.addLayout(names, 1)
        self._load.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for part, width in ((self._state, STATE), (self._load, LOAD), (self._own, OWN), (self._said, SAID)):
            part.setFixedWidth(width)
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
            row.addWidget(part)
        self._own.edit.textEdited.connect(lambda words: self.typed.emit(self._key, words))
        self._own.submitted.connect(self.submitted)

    def show_row(self, row: LimitRow) -> None:
        self._face.set_person(row.name, row.key)
        self._name.setText(row.name)
        self._role.setText(row.role)
        self._state.setText(row.state)
        self._state.set_colour(row.tone)
        self._load.setText(row.load)
        self._load.set_colour("soon" if row.full else "text")
        self._own.setAccessibleName(tr("limits.own_named", name=row.name))
        self.setAccessibleName(", ".join(filter(None, (row.name, row.role, row.state, row.load))))
        self.update()

    def show_limit(self, words: str, tenants: str, said: str, tone: str) -> None:
        """What stands in the field, what holds where nothing does, what is to be said about it."""
        self._own.set_text(words)
        self._own.edit.setPlaceholderText(tenants)
        self._own.set_wrong(tone == "bad")
        self._said.setText(said)
        self._said.set_colour(tone)
        self._own.edit.setAccessibleDescription(said)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(0, self.height() - 1, self.width(), 1), "line")
        painter.end()


def head_row() -> QWidget:
    """The captions above the rows."""
    made = QWidget()
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.S)
    row.addWidget(Label(tr("limits.person"), "caption", "muted"), 1)
    for words, width in (("state", STATE), ("load", LOAD), ("own", OWN), ("", SAID)):
        caption = Label(tr(f"limits.{words}") if words else "", "caption", "muted")
        caption.setFixedWidth(width)
        if words in ("load", "own"):
            caption.setAlignment(Qt.AlignmentFlag.AlignRight)
        row.addWidget(caption)
    return made
