"""Where a channel account is reached, to be copied."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.fields import TextLine
from omnix_desktop.ui.widgets.structure import Card


class ChannelAddress(Card):
    """The address in a line that can only be read, and a button that copies it."""

    def __init__(self) -> None:
        super().__init__("window")
        self._line = TextLine()
        self._line.setObjectName("channel_address")
        self._line.setAccessibleName(tr("channel_admin.address_name"))
        self._line.edit.setReadOnly(True)
        self._copy = Button(tr("channel_admin.copy"), "plain", icon="copy")
        self._copy.setObjectName("channel_address_copy")
        self._copy.clicked.connect(self._take)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._line, 1)
        row.addWidget(self._copy)
        self.column.addLayout(row)

    def show_address(self, address: str) -> None:
        self._line.set_text(address)
        self._line.edit.setCursorPosition(0)
        self.show()
        self._copy.setFocus()

    def _take(self) -> None:
        QGuiApplication.clipboard().setText(self._line.text())
        self._copy.set_text(tr("channel_admin.copied"))
        self._copy.set_icon("check")
