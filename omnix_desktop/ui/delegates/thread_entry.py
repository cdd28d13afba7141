"""A message or memo as the thread paints it, made of the model's item."""

from collections.abc import Mapping
from types import MappingProxyType

from omnix_desktop.i18n import file_size, tr
from omnix_desktop.models.thread_items import ThreadItem as Item
from omnix_desktop.ui.widgets.thread_item import (
    ItemKind,
    SendState,
    ThreadAction,
    ThreadAttachment,
    ThreadItem,
)
from omnix_protocol.active_files import is_picture
from omnix_protocol.messages import Attachment, FileState

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
WIDEST, HIGHEST = 240.0, 240.0
"""Half of a thumbnail's longer side on the server: on a screen of 200 % every pixel is its own."""
UNKNOWN = (200.0, 150.0)
LEAST = (72.0, 56.0)
_FILE_ICONS = (("image/", "file-image"), ("audio/", "file-audio"), ("video/", "file-video"), ("text/", "file-text"))


def painted(item: Item, done: Mapping[str, int] = MappingProxyType({})) -> ThreadItem:
    """A model's item as the thread paints it; `done` has the percent of files on their way."""
    if item.kind == "session":
        return ThreadItem(key=item.key, kind="system", text=item.text, day=item.day)
    kind: ItemKind = "memo" if item.kind == "memo" else "in" if item.side == "in" else "out"
    return ThreadItem(
        key=item.key,
        kind=kind,
        text=item.text,
        time=item.time,
        day=item.day,
        head=tr("entries.memo_head", name=item.author or tr("entries.me")) if kind == "memo" else item.head,
        quote=item.quote,
        quoted=item.quoted,
        reactions=item.reactions,
        mark=item.mark,
        faint=item.faint,
        speaker=tr("entries.customer") if kind == "in" else item.author or tr("entries.me"),
        state=_STATES.get(item.state, ""),
        note=item.note,
        note_colour=item.tone or "bad",
        attachments=tuple(_file(file, done.get(file.file_id, -1)) for file in item.attachments),
        actions=tuple(ThreadAction(name, tr(f"entries.action_{name}")) for name in item.actions),
    )


def _file(file: Attachment, done: int) -> ThreadAttachment:
    kind = file.name.rpartition(".")[2].upper() if "." in file.name else file.media_type
    icon = next((icon for start, icon in _FILE_ICONS if file.media_type.startswith(start)), "file")
    there = file.state is FileState.THERE
    note = tr("entries.file_coming", percent=done) if done >= 0 else _standing(file, kind)
    picture = picture_size(file) if there and is_picture(file.media_type) else None
    return ThreadAttachment(file.file_id, file.name, note, icon, there, picture, done)


def picture_size(file: Attachment) -> tuple[float, float]:
    """How large a picture stands in its bubble: its own shape within bounds, a fixed one where nobody knows it."""
    if file.width <= 0 or file.height <= 0:
        return UNKNOWN
    scale = min(WIDEST / file.width, HIGHEST / file.height, 1.0)
    return max(file.width * scale, LEAST[0]), max(file.height * scale, LEAST[1])


def _standing(file: Attachment, kind: str) -> str:
    match file.state:
        case FileState.FETCHING:
            return tr("entries.file_fetching")
        case FileState.FAILED:
            return tr("entries.file_failed", reason=file.failure or tr("entries.no_reason"))
        case FileState.REFUSED:
            return tr("entries.file_refused", reason=file.failure or tr("entries.no_reason"))
        case _:
            return f"{kind} · {file_size(file.size)}"
