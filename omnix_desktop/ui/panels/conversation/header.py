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
NARROW = 460


class ConversationHeader(QWidget):
    """Stands in place of the dock's title bar: dragging it moves the dock."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        super().__init__()
        self._desk = desk
        self._compact = self._narrow = False
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
        fits = self.width() < ROOMY, self.width() < NARROW
        if fits != (self._compact, self._narrow):
            self._compact, self._narrow = fits
            self._place_due()
            self.retranslate()

    def sizeHint(self) -> QSize:
        return QSize(420, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def _make_buttons(self, commands: Commands) -> dict[str, Button | IconButton]:
        made: dict[str, Button | IconButton] = {
            "transcript": IconButton("mail", "", size=32),
            "transfer": IconButton("arrow-right-left", "", size=32),
            "case": Button("", "quiet", icon="ticket"),
            "end": Button("", "plain", icon="check"),
            "pick_up": Button("", "primary", icon="play"),
        }
        bound = {
            "transcript": "conversation.mail_transcript",
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
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        self._first.setSpacing(Space.S)
        self._second.setSpacing(Space.S)
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._first.addWidget(self._name)
        self._first.addWidget(self._due)
        self._first.addStretch(1)
        self._second.addWidget(self._source, 1)
        words.addStretch(1)
        words.addLayout(self._first)
        words.addLayout(self._second)
        words.addStretch(1)
        row.addWidget(self._avatar)
        row.addLayout(words, 1)
        for button in self._buttons.values():
            row.addWidget(button)

    def _place_due(self) -> None:
        """Where there is little room the name has the first line to itself."""
        self._first.removeWidget(self._due)
        self._second.removeWidget(self._due)
        if self._compact:
            self._second.insertWidget(0, self._due)
        else:
            self._first.insertWidget(1, self._due)

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
        parts = [head.topic, head.source] if head.topic else [head.source]
        if head.window.words:
            parts.append(head.window.words)
        if head.owner:
            parts.append(tr("conversation.with", name=head.owner))
        self._source.setText(" · ".join(parts))
        self._source.set_colour({"bad": "bad", "soon": "soon"}.get(head.window.tone, "muted"))

    def _show_buttons(self, head: Head | None) -> None:
        pick_up = self._buttons["pick_up"]
        if isinstance(pick_up, Button):
            pick_up.set_text(tr("conversation.handle" if head is not None and head.bot else "conversation.pick_up"))
        waiting = head is not None and not head.mine and not head.ended and not head.owner
        for name, button in self._buttons.items():
            wanted = head is not None and (waiting if name == "pick_up" else not waiting)
            spared = self._narrow and name == "transcript"  # Ctrl+K has it too
            button.setVisible(wanted and not spared and not button.property("unbound"))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the dock floats itself on a double click

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        paint.fill(painter, QRectF(self.rect()), "panel")
        paint.fill(painter, QRectF(0, self.height() - 1, self.width(), 1), "line")
        painter.end()
