"""The foot of the window: how true the screen is, and who works where with which release (S0.11)."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.models.desk import Desk
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.rail import StatusItem

HEIGHT = 26


class Foot(QStatusBar):
    """Connection and unsent at the left, tenant and release at the right."""

    def __init__(self, desk: Desk, commands: Commands, release: str) -> None:
        super().__init__()
        self.setObjectName("status_bar")
        self.setSizeGripEnabled(False)
        self.setFixedHeight(HEIGHT)
        self.setContentsMargins(0, 0, 0, 0)
        self._desk, self._commands, self._release = desk, commands, release
        self._connection = StatusItem("")
        self._unsent = StatusItem("")
        self._fault = StatusItem("", icon="triangle-alert")
        self._place = StatusItem("")
        self._version = StatusItem("")
        self._lay_out()
        self._connection.clicked.connect(lambda: commands.run("account.connect_now"))
        self._unsent.clicked.connect(lambda: commands.run("view.unsent"))
        desk.status.changed.connect(self.tell)
        desk.catalogue.changed.connect(self.tell)
        forget = on_language_change(self.tell)
        self.destroyed.connect(lambda: forget())
        self.tell()

    def tell(self) -> None:
        """Say the line that is in force."""
        line = self._desk.status.line
        self.setAccessibleName(tr("shell.status_bar"))
        self._connection.set(line.link, dot=line.dot, colour="bad" if line.dot == "bad" else "muted")
        self._connection.describe(line.link, "", tr("actions.account.connect_now"))
        self._unsent.set(line.unsent, colour=line.unsent_tone)
        self._unsent.describe(line.unsent, "", tr("actions.view.unsent"))
        self._fault.set(line.fault, colour="bad")
        catalogue = self._desk.catalogue
        code = catalogue.tenant.code if catalogue.tenant else self._commands.place.ports.account.me.tenant_code
        self._place.set(" · ".join((code, *catalogue.group_names())))
        self._version.set(f"Omnix {self._release}")

    def _lay_out(self) -> None:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(Space.XS, 1, Space.XS, 0)
        line.setSpacing(Space.XS)
        for name, item in (("connection", self._connection), ("unsent", self._unsent), ("fault", self._fault)):
            item.setObjectName(f"status_{name}")
            item.setVisible(False)
            line.addWidget(item)
        line.addStretch(1)
        for name, item in (("place", self._place), ("version", self._version)):
            item.setObjectName(f"status_{name}")
            item.setEnabled(False)
            line.addWidget(item)
        self.addWidget(row, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill(painter, QRectF(self.rect()), "panel")
        paint.fill(painter, QRectF(0, 0, self.width(), 1), "line")
        painter.end()
