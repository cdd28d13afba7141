"""What is known about stored files; their bytes are with backend/files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from backend.store.engine import Database
from backend.store.tables.base import upsert
from backend.store.tables.inbox import files
from omnix_protocol.ids import ConversationId, FileId, TenantId


@dataclass(frozen=True, slots=True)
class FileRow:
    """`owner` is the actor that brought it; `conversation_id` is set when a message carries it."""

    id: FileId
    name: str
    media_type: str
    size: int
    digest: bytes
    owner: str
    at: datetime
    conversation_id: ConversationId | None = None


class Files:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant_id: TenantId, rows: Sequence[FileRow]) -> None:
        """All or none; a row that is there already stays as it is."""
        values = [{"tenant_id": tenant_id} | {name: getattr(row, name) for name in FileRow.__slots__} for row in rows]
        fresh = upsert(files, self._database.is_sqlite).on_conflict_do_nothing(index_elements=["tenant_id", "id"])
        async with self._database.writing(tenant_id) as connection:
            await connection.execute(fresh, values)

    async def get(self, tenant_id: TenantId, file_id: FileId) -> FileRow | None:
        statement = select(files).where(files.c.tenant_id == tenant_id, files.c.id == file_id)
        async with self._database.reading(tenant_id) as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else _file(row)

    async def attach(self, tenant_id: TenantId, file_id: FileId, conversation_id: ConversationId) -> None:
        """From now on whoever may see the conversation may see the file."""
        mine = update(files).where(files.c.tenant_id == tenant_id, files.c.id == file_id)
        async with self._database.writing(tenant_id) as connection:
            await connection.execute(mine.values(conversation_id=conversation_id))


def _file(row: Row[*tuple[Any, ...]]) -> FileRow:
    return FileRow(**{name: getattr(row, name) for name in FileRow.__slots__})
