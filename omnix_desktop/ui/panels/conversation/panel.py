"""The conversation's dock: thread above, composer below, or what to do while nothing is open."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.composer import Mode
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.thread_items import ORIGINAL
from omnix_desktop.ui.panels.conversation.area import ComposerArea
from omnix_desktop.ui.panels.conversation.entry_menu import EntryMenu
from omnix_desktop.ui.panels.conversation.files import Files
from omnix_desktop.ui.panels.conversation.header import ConversationHeader
from omnix_desktop.ui.panels.conversation.links import Links
from omnix_desktop.ui.panels.conversation.thread import ThreadFeeder
from omnix_desktop.ui.widgets.panel import Panel
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_desktop.ui.widgets.thread import BubbleThread


class ReadsMails(Protocol):
    def show_original(self, key: str) -> None: ...


MakesMails = Callable[[Commands, Links, QWidget], ReadsMails]


class ConversationPanel(Panel):
    """Follows what is opened; its composers do not.

    Who shows a mail as it was written is made for the first one that is asked for.
    """

    _mails: ReadsMails | None

    def __init__(self, desk: Desk, commands: Commands, make_mails: MakesMails) -> None:
        super().__init__("conversation")
        self._desk, self._commands = desk, commands
        self.header = ConversationHeader(desk, commands)
        self.bubbles = BubbleThread()
        self.bubbles.setObjectName("thread")
        self.area = ComposerArea(commands, self)
        self.files = Files(commands, self)
        self._feeder = ThreadFeeder(desk.thread, self.bubbles, commands, self.files)
        self.links = Links(commands, self)
        self.bubbles.link_clicked.connect(self.links.follow)
        self.bubbles.action_clicked.connect(self.links.act)
        self._make_mails, self._mails = make_mails, None
        self.bubbles.action_clicked.connect(self._show_original)
        self.menu = EntryMenu(self.bubbles, commands, self.files)
        self._empty = EmptyState("messages-square", "", action=" ")
        self._empty.setObjectName("conversation_empty")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._talk())
        self.column.addWidget(self._stack)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._empty.activated.connect(lambda: commands.run("interaction.pick_next"))
        self.area.mode_changed.connect(commands.refresh_soon)
        desk.selection.changed.connect(self._open)
        desk.conversation.turned.connect(commands.refresh_soon)
        desk.conversation.turned.connect(lambda: self.setAccessibleName(self.title()))
        self.retranslate()
        self._open()

    def dock_title(self) -> QWidget:
        """The head of the conversation is the dock's title."""
        return self.header

    def title(self) -> str:
        head = self._desk.conversation.head if hasattr(self, "_desk") else None
        return head.name if head else super().title()

    def retranslate(self) -> None:
        super().retranslate()
        self.bubbles.setAccessibleName(tr("conversation.thread"))
        self._empty.set_texts(tr("conversation.empty"), tr("conversation.empty_why"), tr("channels.pick"))
        self.area.retranslate()

    def focus_first(self) -> None:
        if self._desk.selection.opened is None:
            self.bubbles.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.area.focus()

    def focus_composer(self, mode: str) -> None:
        self.area.show_mode(Mode(mode))
        self.area.focus()

    def _show_original(self, key: str, action: str) -> None:
        if action != ORIGINAL:
            return
        if self._mails is None:
            self._mails = self._make_mails(self._commands, self.links, self)
        self._mails.show_original(key)

    def _talk(self) -> QWidget:
        talk = QWidget()
        column = QVBoxLayout(talk)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bubbles, 1)
        column.addWidget(self.area)
        return talk

    def _open(self) -> None:
        opened = self._desk.selection.opened
        self._stack.setCurrentIndex(1 if opened else 0)
        self.area.open(opened.conversation_id if opened else None)
        self._feeder.seen()
