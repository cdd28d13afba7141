"""A message or memo as the thread paints it, made of the model's item."""

from omnix_desktop.i18n import file_size, tr
from omnix_desktop.models.thread_items import ThreadItem as Item
from omnix_desktop.ui.widgets.thread_item import (
    ItemKind,
    SendState,
    ThreadAction,
    ThreadAttachment,
    ThreadItem,
)
from omnix_protocol.messages import Attachment

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
