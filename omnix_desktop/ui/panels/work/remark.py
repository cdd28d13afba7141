"""The remark, with the customer's own words at hand (S0.48)."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.fields import TextArea


class InsertWords(QWidget):
    """A link under the remark; the words go where the cursor is."""

    def __init__(self, name: str, area: TextArea, words: Callable[[], str]) -> None:
        super().__init__()
        self._area, self._words = area, words
        self.button = Button("", "link", icon="message-square-quote", small=True)
        self.button.setObjectName(f"{name}_insert_words")
        self.button.clicked.connect(self._insert)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def retranslate(self) -> None:
        self.button.set_text(tr("work.insert_words"))

    def offer(self) -> None:
        """Only where there is something to insert."""
        there = bool(self._words())
        self.button.setEnabled(there)
        self.button.setToolTip("" if there else tr("work.no_words"))

    def _insert(self) -> None:
        words = self._words()
        if words:
            edit = self._area.edit
            edit.insertPlainText(("\n" if edit.textCursor().positionInBlock() else "") + words)
            edit.setFocus()
