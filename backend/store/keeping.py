"""A file's bytes and what is known about them, kept together; the small picture beside it is a file of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from backend.files import Files
from backend.files.intake import Taken
from backend.files.pictures import Picture
from backend.store.files import FileRow
from backend.store.store import Store
from omnix_protocol.ids import FileId, TenantId, derived_id
from omnix_protocol.messages import Attachment

THUMBNAIL_OWNER = "server:thumbnail"
"""Nobody: whoever may see the file may see its thumbnail, asked for by the file's own id."""


@dataclass(frozen=True, slots=True)
class Label:
    """How a file is filed; `owner` is the actor that brought it."""

    file_id: FileId
    name: str
    owner: str
    at: datetime


def key_of(tenant_id: TenantId, file_id: FileId) -> str:
    """Where its bytes are."""
    return f"{tenant_id}/{file_id}"


def thumbnail_id(file_id: FileId) -> FileId:
    return FileId(derived_id(file_id, "thumbnail"))


async def keep(store: Store, files: Files, tenant_id: TenantId, label: Label, taken: Taken) -> Attachment:
    """Bytes first, then the rows: what died in between is written again under the same id, and nothing is doubled."""
    row = FileRow(label.file_id, label.name, taken.media_type, taken.size, taken.digest, label.owner, label.at)
    await files.put(key_of(tenant_id, row.id), taken.chunks(), taken.size)
    rows = [row]
    if taken.picture is not None:
        small = _thumbnail_row(row, taken.picture)
        await files.put(key_of(tenant_id, small.id), _once(taken.picture.thumbnail), small.size)
        rows.append(small)
    await store.files.add(tenant_id, rows)
    return Attachment(
        file_id=row.id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        width=taken.picture.width if taken.picture else 0,
        height=taken.picture.height if taken.picture else 0,
    )


async def forget(files: Files, tenant_id: TenantId, file_id: FileId) -> None:
    """The bytes of a file that has no row."""
    await files.delete(key_of(tenant_id, file_id))
    await files.delete(key_of(tenant_id, thumbnail_id(file_id)))


def _thumbnail_row(row: FileRow, picture: Picture) -> FileRow:
    end = picture.media_type.rpartition("/")[2]
    return FileRow(
        id=thumbnail_id(row.id),
        name=f"{row.name.rpartition('.')[0] or row.name}.{end}",
        media_type=picture.media_type,
        size=len(picture.thumbnail),
        digest=picture.digest,
        owner=THUMBNAIL_OWNER,
        at=row.at,
    )


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
