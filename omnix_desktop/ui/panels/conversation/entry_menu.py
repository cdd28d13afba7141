"""The menu of one entry of the thread: what can be done with it, and why the rest cannot."""

from PySide6.QtCore import QObject, QPoint, QRect
from shiboken6 import isValid

from omnix_desktop.actions.base import ACTIONS
from omnix_desktop.actions.entries import react
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.ui.panels.conversation.files import Files
from omnix_desktop.ui.widgets.emoji_picker import EmojiPicker
from omnix_desktop.ui.widgets.menu import Menu
from omnix_desktop.ui.widgets.thread import BubbleThread
from omnix_protocol.active_files import is_active
from omnix_protocol.content import ActKind
from omnix_protocol.messages import Attachment, Direction, FileState, Message

QUICK = ("👍", "❤️", "😂", "😮", "😢", "🙏")


class EntryMenu(QObject):
    """Opened by the mouse, the menu key or Shift+F10; one at a time."""

    def __init__(self, view: BubbleThread, commands: Commands, files: Files) -> None:
        super().__init__(view)
        self._view, self._commands, self._files = view, commands, files
        self._chosen = commands.place.desk.chosen
        self.menu: Menu | None = None
        self.picker: EmojiPicker | None = None
        view.context_requested.connect(self.open)
        self._chosen.picker_wanted.connect(self._pick)

    def open(self, key: str, point: QPoint) -> None:
        if self.menu is not None and isValid(self.menu) and self.menu.isVisible():
            return  # some systems send both the key and its menu event
        self._chosen.choose(key)
        if self._chosen.item is None or self._chosen.item.kind == "session":
            return
        self._commands.refresh()
        menu = self.menu = Menu(parent=self._view)
        menu.setAccessibleName(tr("entries.menu"))
        self._fill(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(point)

    def _fill(self, menu: Menu) -> None:
        message = self._chosen.message
        menu.addAction(self._commands.qaction("entry.reply"))
        self._add_reactions(menu, message)
        menu.addSeparator()
        for name in ("entry.edit", "entry.delete", *self._hiding(message)):
            menu.addAction(self._commands.qaction(name))
        menu.addSeparator()
        menu.addAction(self._commands.qaction("entry.copy"))
        item = self._chosen.item
        for file in item.attachments if item else ():
            self._add_file(menu, item.key if item else "", file)

    def _add_file(self, menu: Menu, key: str, file: Attachment) -> None:
        """What a click does, for the keyboard too; and saving, for every kind."""
        there = file.state is FileState.THERE
        if there and not is_active(file.media_type, file.name):
            opens = menu.addAction(tr("entries.open_file", name=file.name))
            opens.triggered.connect(lambda: self._files.open(key, file.file_id))
        save = menu.addAction(tr("entries.save_file", name=file.name))
        save.setEnabled(there)
        save.setToolTip(tr("entries.save_file", name=file.name) if there else tr("why.file_not_there"))
        save.triggered.connect(lambda: self._files.save(file))

    def _hiding(self, message: Message | None) -> tuple[str, ...]:
        """One of the two, where there is anything like it."""
        if message is None or message.direction is Direction.OUT:
            return ()
        channel = self._commands.place.desk.conversation.channel
        if channel is None or not {ActKind.HIDE, ActKind.UNHIDE} & set(channel.capabilities.acts):
            return ()
        return ("entry.unhide",) if message.hidden else ("entry.hide",)

    def _add_reactions(self, menu: Menu, message: Message | None) -> None:
        known = ACTIONS["entry.react"]
        why = known.refusal(self._commands.place)
        if why is not None or message is None:
            menu.addAction(self._commands.qaction("entry.react"))
            return
        inner = menu.add_menu(tr(known.label))
        for emoji in QUICK:
            ours = any(one.ours and one.emoji == emoji for one in message.reactions)
            made = inner.addAction(f"{emoji}  {tr('entries.react_off')}" if ours else emoji)
            made.triggered.connect(lambda _checked=False, emoji=emoji: self._react(message, emoji))
        inner.addSeparator()
        more = inner.addAction(tr("entries.react_more"))
        more.triggered.connect(lambda: self._commands.run("entry.react"))

    def _react(self, message: Message, emoji: str) -> None:
        place = self._commands.place
        place.desk.emoji.use(emoji)
        self._commands.start(react(place, message, emoji), "react")

    def _pick(self) -> None:
        message = self._chosen.message
        if message is None:
            return
        picker = self.picker = EmojiPicker(self._view)
        picker.set_recent(self._commands.place.desk.emoji.glyphs())
        picker.picked.connect(lambda emoji: self._react(message, emoji))
        picker.picked.connect(picker.deleteLater)
        place = self._view.rows.place(message.id)
        row = self._view.row_rect(place) if place is not None else self._view.viewport().rect()
        seen = row.intersected(self._view.viewport().rect())
        picker.open_by(QRect(self._view.viewport().mapToGlobal(seen.topLeft()), seen.size()), above=True)
