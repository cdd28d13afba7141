"""One channel account in the administrator's list."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.models.channel_accounts import AccountRow
from omnix_desktop.ui.theme import Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.badges import Badge
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.structure import Card
from omnix_protocol.ids import ChannelAccountId

ICON = 20


class ChannelCard(Card):
    """Name and state, what is wrong and what to do, traffic, and what may be done."""

    test_asked = Signal()
    pause_asked = Signal()
    edit_asked = Signal()
    failed_asked = Signal()

    def __init__(self, key: ChannelAccountId) -> None:
        super().__init__()
        self.key = key
        self.setObjectName(f"channel_{key}")
        self._icon = _Icon()
        self._name = ElidedLabel("", "body_strong")
        self._detail = ElidedLabel("", "small", "muted")
        self._state = Badge("", "neutral")
        self._fault = Label("", "small", "bad", wrap=True)
        self._advice = Label("", "small", "muted", wrap=True)
        self._traffic = Label("", "caption", "muted", wrap=True, tabular=True)
        self._said = Label("", "small", "muted", wrap=True)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._name)
        names.addWidget(self._detail)
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(self._icon)
        head.addLayout(names, 1)
        head.addWidget(self._state)
        self.column.addLayout(head)
        for part in (self._fault, self._advice, self._traffic, self._said):
            self.column.addWidget(part)
            part.hide()
        self.column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        self._test = Button(tr("channel_admin.test"), "plain", icon="activity", small=True)
        self._pause = Button(tr("channel_admin.pause"), "quiet", icon="pause", small=True)
        self._edit = Button(tr("channel_admin.edit"), "quiet", icon="pencil", small=True)
        self._failed = Button("", "quiet", icon="inbox", small=True)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for name, button, signal in (
            ("test", self._test, self.test_asked),
            ("pause", self._pause, self.pause_asked),
            ("edit", self._edit, self.edit_asked),
            ("failed", self._failed, self.failed_asked),
        ):
            button.setObjectName(f"channel_{name}_{self.key}")
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def show_row(self, row: AccountRow) -> None:
        self._icon.show_icon(row.icon)
        self._name.setText(row.name)
        self._detail.setText(row.detail)
        self._state.set(row.state, row.tone)
        for label, words in ((self._fault, row.fault), (self._advice, row.advice), (self._traffic, row.traffic)):
            label.setText(words)
            label.setVisible(bool(words))
        self._pause.set_text(tr("channel_admin.pause" if row.active else "channel_admin.resume"))
        self._pause.set_icon("pause" if row.active else "play")
        self._failed.set_text(tr("channel_admin.failed_of", n=row.given_up))
        self._failed.setVisible(row.given_up > 0)
        for button in (self._test, self._pause, self._edit, self._failed):
            button.setAccessibleName(f"{button.text()}: {row.name}")
        self.setAccessibleName(row.spoken())

    def say(self, words: str, tone: str) -> None:
        """What became of the last thing that was asked here."""
        self._said.setText(words)
        self._said.set_colour(tone)
        self._said.setVisible(bool(words))


class _Icon(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self.setFixedSize(ICON, ICON)

    def show_icon(self, name: str) -> None:
        self._name = name
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        if self._name:
            draw_icon(painter, self._name, 0, 0, "muted", ICON)
        painter.end()
