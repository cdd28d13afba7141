"""The thread's rows made of the model's items, changed as the model changes, row by row."""

from PySide6.QtCore import QModelIndex, QObject

from omnix_desktop.actions.live import Commands
from omnix_desktop.actions.messages import ON_ITEM, mark_read, read_mark
from omnix_desktop.i18n import tr
from omnix_desktop.models.thread import Thread
from omnix_desktop.models.thread_items import ThreadItem as Item
from omnix_desktop.ui.delegates.thread_entry import painted
from omnix_desktop.ui.panels.conversation.files import Files
from omnix_desktop.ui.widgets.thread import BubbleThread
from omnix_desktop.ui.widgets.thread_item import ThreadItem

PREVIOUS = "previous"


class ThreadFeeder(QObject):
    """Keeps a BubbleThread equal to the model."""

    def __init__(self, thread: Thread, view: BubbleThread, commands: Commands, files: Files) -> None:
        super().__init__(view)
        self._thread, self._view, self._commands, self._files = thread, view, commands, files
        self._place = place = commands.place
        items = thread.items
        items.modelReset.connect(self._reset)
        items.rowsInserted.connect(self._inserted)
        items.rowsRemoved.connect(self._reset_from_removal)
        items.rowsMoved.connect(self._reset)
        items.dataChanged.connect(self._changed)
        items.rowsAboutToBeRemoved.connect(self._removing)
        thread.changed.connect(self._offer_previous)
        view.older_wanted.connect(thread.load_before)
        view.action_clicked.connect(self._act)
        view.at_bottom_changed.connect(self._came_down)
        view.attachment_clicked.connect(files.open)
        view.pictures = files.pictures.of
        files.pictures.arrived.connect(lambda _file_id: view.viewport().update())
        files.moved.connect(self._file_moved)
        place.desk.status.linked.connect(self.seen)
        self._reset()

    def _reset(self) -> None:
        self._view.set_items([*self._previous(), *(self._painted(item) for item in self._thread.items.rows())])

    def _inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        rows = self._thread.items.rows()
        fresh = [self._painted(item) for item in rows[first : last + 1]]
        if last == len(rows) - 1:
            self._view.append(*fresh)
        elif first == 0:
            self._take_previous_off()
            self._view.prepend(fresh)
            self._offer_previous()
        else:
            below = rows[last + 1 :]
            for item in below:
                self._view.remove(item.key)
            self._view.append(*fresh, *(self._painted(item) for item in below))
        self.seen()

    def _removing(self, _parent: QModelIndex, first: int, last: int) -> None:
        for item in self._thread.items.rows()[first : last + 1]:
            self._view.remove(item.key)

    def _reset_from_removal(self) -> None:
        self._offer_previous()

    def _changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for item in self._thread.items.rows()[first.row() : last.row() + 1]:
            self._view.replace(item.key, self._painted(item))

    def _painted(self, item: Item) -> ThreadItem:
        return painted(item, self._files.done)

    def _file_moved(self, file_id: str) -> None:
        for item in self._thread.items.rows():
            if any(file.file_id == file_id for file in item.attachments):
                self._view.replace(item.key, self._painted(item))

    def _came_down(self, below: bool) -> None:
        """To the newest of what is loaded; after a long way up there is more."""
        if below:
            self._thread.load_after()
            self.seen()

    def seen(self) -> None:
        """The newest entry is before the eyes of whoever sits here."""
        mark = read_mark(self._place) if self._view.isVisible() and self._view.is_at_bottom() else None
        if mark is not None:
            self._commands.start(mark_read(self._place, mark), "mark read")

    def _previous(self) -> list[ThreadItem]:
        count = self._thread.previous_sessions
        if self._thread.more_before or not count:
            return []
        return [ThreadItem(key=PREVIOUS, kind="action", text=tr("conversation.previous_sessions", n=count))]

    def _take_previous_off(self) -> None:
        if self._view.rows.place(PREVIOUS) is not None:
            self._view.remove(PREVIOUS)

    def _offer_previous(self) -> None:
        offered = self._previous()
        shown = self._view.rows.place(PREVIOUS) is not None
        if offered and shown:
            if self._view.rows.items[0] != offered[0]:
                self._view.replace(PREVIOUS, offered[0])
        elif offered and len(self._view.rows):
            self._view.prepend(offered)
        elif shown:
            self._take_previous_off()

    def _act(self, key: str, action: str) -> None:
        if key == PREVIOUS:
            self._commands.run("conversation.show_previous")
            return
        item = self._thread.items.of(key)
        doing = ON_ITEM[action](self._place, item) if item is not None and action in ON_ITEM else None
        if doing is not None:
            self._commands.start(doing, action)
