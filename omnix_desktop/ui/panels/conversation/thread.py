"""The thread's rows made of the model's items, changed as the model changes, row by row."""

from PySide6.QtCore import QModelIndex, QObject

from omnix_desktop.actions.live import Commands
from omnix_desktop.actions.messages import ON_ITEM, mark_read
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import file_size, tr
from omnix_desktop.models.thread import Thread
from omnix_desktop.models.thread_items import ThreadItem as Item
from omnix_desktop.ui.widgets.thread import BubbleThread
from omnix_desktop.ui.widgets.thread_item import (
    ItemKind,
    SendState,
    ThreadAction,
    ThreadAttachment,
    ThreadItem,
)
from omnix_protocol.messages import Attachment

PREVIOUS = "previous"
_STATES: dict[str, SendState] = {
    "queued": "queued",
    "held": "queued",
    "refused": "failed",
    "accepted": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "uncertain": "uncertain",
}
_FILE_ICONS = (("image/", "file-image"), ("audio/", "file-audio"), ("video/", "file-video"), ("text/", "file-text"))


class ThreadFeeder(QObject):
    """Keeps a BubbleThread equal to the model."""

    def __init__(self, thread: Thread, view: BubbleThread, place: Place, commands: Commands) -> None:
        super().__init__(view)
        self._thread, self._view, self._place, self._commands = thread, view, place, commands
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
        view.at_bottom_changed.connect(lambda below: self.seen() if below else None)
        self._reset()

    def _reset(self) -> None:
        self._view.set_items([*self._previous(), *(painted(item) for item in self._thread.items.rows())])

    def _inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        rows = self._thread.items.rows()
        fresh = [painted(item) for item in rows[first : last + 1]]
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
            self._view.append(*fresh, *(painted(item) for item in below))
        self.seen()

    def _removing(self, _parent: QModelIndex, first: int, last: int) -> None:
        for item in self._thread.items.rows()[first : last + 1]:
            self._view.remove(item.key)

    def _reset_from_removal(self) -> None:
        self._offer_previous()

    def _changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for item in self._thread.items.rows()[first.row() : last.row() + 1]:
            self._view.replace(item.key, painted(item))

    def seen(self) -> None:
        """The newest entry is before the eyes of whoever sits here."""
        if self._view.isVisible() and self._view.is_at_bottom():
            self._commands.start(mark_read(self._place), "mark read")

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
        if item is not None and action in ON_ITEM:
            ON_ITEM[action](self._place, item)


def painted(item: Item) -> ThreadItem:
    """A model's item as the thread paints it."""
    if item.kind == "session":
        return ThreadItem(key=item.key, kind="system", text=item.text, day=item.day)
    kind: ItemKind = "memo" if item.kind == "memo" else "in" if item.side == "in" else "out"
    return ThreadItem(
        key=item.key,
        kind=kind,
        text=item.text or _shown_as(item),
        time=item.time,
        day=item.day,
        head=tr("entries.memo_head", name=item.author or tr("entries.me")) if kind == "memo" else "",
        speaker=tr("entries.customer") if kind == "in" else item.author or tr("entries.me"),
        state=_STATES.get(item.state, ""),
        note=item.note,
        note_colour=item.tone or "bad",
        attachments=tuple(_file(file) for file in item.attachments),
        actions=tuple(ThreadAction(name, tr(f"entries.action_{name}")) for name in item.actions),
    )


def _shown_as(item: Item) -> str:
    return tr("entries.shown_as", kind=item.shown_as) if item.shown_as and not item.attachments else ""


def _file(file: Attachment) -> ThreadAttachment:
    kind = file.name.rpartition(".")[2].upper() if "." in file.name else file.media_type
    icon = next((icon for start, icon in _FILE_ICONS if file.media_type.startswith(start)), "file")
    return ThreadAttachment(file.file_id, file.name, f"{kind} · {file_size(file.size)}", icon)
