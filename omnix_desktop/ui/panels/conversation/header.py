"""The head of the conversation: who, what is due, until when; pass on, note the case, end."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from omnix_desktop.actions.base import ACTIONS
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.conversation import Head
from omnix_desktop.models.desk import Desk
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.badges import Avatar, Badge
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel

HEIGHT = 56
ROOMY = 540


class ConversationHeader(QWidget):
    """Stands in place of the dock's title bar: dragging it moves the dock."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        super().__init__()
        self._desk = desk
        self._compact = False
        self.setObjectName("title_conversation")
        self.setFixedHeight(HEIGHT)
        self._avatar = Avatar("")
        self._name = ElidedLabel("", "heading")
        self._name.setObjectName("conversation_customer")
        self._due = Badge("")
        self._due.setObjectName("conversation_due")
        self._source = ElidedLabel("", "small", "muted")
        self._source.setObjectName("conversation_source")
        self._buttons = self._make_buttons(commands)
        self._lay_out()
        desk.conversation.changed.connect(self._tell)
        forget = on_language_change(self.retranslate)
        self.destroyed.connect(lambda: forget())
        self.retranslate()

    def retranslate(self) -> None:
        for name, button in self._buttons.items():
            if isinstance(button, Button):
                words = tr(f"conversation.{name}")
                button.set_text("" if self._compact and name == "case" else words)
                button.setAccessibleName(words)
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The name comes before the words of a button that its icon says too."""
        super().resizeEvent(event)
        compact = self.width() < ROOMY
        if compact != self._compact:
            self._compact = compact
            self.retranslate()

    def sizeHint(self) -> QSize:
        return QSize(420, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def _make_buttons(self, commands: Commands) -> dict[str, Button | IconButton]:
        made: dict[str, Button | IconButton] = {
            "transfer": IconButton("arrow-right-left", "", size=32),
            "case": Button("", "quiet", icon="ticket"),
            "end": Button("", "plain", icon="check"),
            "pick_up": Button("", "primary", icon="play"),
        }
        bound = {
            "transfer": "interaction.transfer",
            "case": "work.create_case",
            "end": "interaction.end",
            "pick_up": "interaction.pick_up",
        }
        for name, button in made.items():
            button.setObjectName(f"conversation_{name}")
            if bound[name] in ACTIONS:
                commands.bind(button, bound[name])
            else:
                button.setProperty("unbound", True)
        return made

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, 0, Space.L, 1)
        row.setSpacing(Space.S)
        words = QVBoxLayout()
        words.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(Space.S)
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        first.addWidget(self._name)
        first.addWidget(self._due)
        first.addStretch(1)
        words.addStretch(1)
        words.addLayout(first)
        words.addWidget(self._source)
        words.addStretch(1)
        row.addWidget(self._avatar)
        row.addLayout(words, 1)
        for button in self._buttons.values():
            row.addWidget(button)

    def _tell(self) -> None:
        head = self._desk.conversation.head
        for part in (self._avatar, self._source):
            part.setVisible(head is not None)
        self._show_buttons(head)
        if head is None:
            self._due.set("")
            self._name.setText(tr("panels.conversation"))
            return
        self._avatar.set_person(head.name, head.seed, channel_icon(head.channel_kind))
        self._name.setText(head.name)
        self._due.set(head.pill.words, head.pill.tone)
        parts = [head.source]
        if head.window.words:
            parts.append(head.window.words)
        if head.owner:
            parts.append(tr("conversation.with", name=head.owner))
        self._source.setText(" · ".join(parts))
        self._source.set_colour({"bad": "bad", "soon": "soon"}.get(head.window.tone, "muted"))

    def _show_buttons(self, head: Head | None) -> None:
        waiting = head is not None and not head.mine and not head.ended and not head.owner
        for name, button in self._buttons.items():
            wanted = head is not None and (waiting if name == "pick_up" else not waiting)
            button.setVisible(wanted and not button.property("unbound"))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the dock floats itself on a double click

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        paint.fill(painter, QRectF(self.rect()), "panel")
        paint.fill(painter, QRectF(0, self.height() - 1, self.width(), 1), "line")
        painter.end()
