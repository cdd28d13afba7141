"""A service number: typed, or picked from those that the customer gave (S0.49)."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.fields import TextLine


class NumberChoice(QWidget):
    """A line with a list behind the magnifier."""

    changed = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._choices: list[tuple[str, str]] = []
        self.line = TextLine()
        self.line.setObjectName(f"{name}_service_number_line")
        self._pick = IconButton("search", "", size=32)
        self._pick.setObjectName(f"{name}_service_number_pick")
        self._pick.clicked.connect(self._open)
        self.line.changed.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(self.line, 1)
        row.addWidget(self._pick)
        self.setFocusProxy(self.line)

    def retranslate(self) -> None:
        self._tell()

    def offer(self, choices: list[tuple[str, str]]) -> None:
        """Words and numbers of the customer's."""
        self._choices = choices
        self._tell()

    def put(self, number: str) -> None:
        self.line.blockSignals(True)
        self.line.set_text(number)
        self.line.blockSignals(False)

    def set_wrong(self, wrong: bool) -> None:
        self.line.set_wrong(wrong)

    def setAccessibleName(self, name: str) -> None:
        self.line.setAccessibleName(name)

    def _tell(self) -> None:
        there = bool(self._choices)
        self._pick.setEnabled(there)
        self._pick.describe(tr("work.pick_number" if there else "work.no_numbers"))

    def _open(self) -> None:
        menu = QMenu(self)
        for words, number in self._choices:
            menu.addAction(words).triggered.connect(lambda _on=False, number=number: self.line.set_text(number))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._pick.mapToGlobal(self._pick.rect().bottomLeft()))
