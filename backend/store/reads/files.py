"""What is known about stored files, within a transaction; and that a message carries one."""

from sqlalchemy import select, update

from backend.store.files import FileRow
from backend.store.link import Link
from backend.store.tables.inbox import files
from omnix_protocol.ids import ConversationId, FileId


class FileReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def get(self, file_id: FileId) -> FileRow | None:
        columns = [files.c[name] for name in FileRow.__slots__]
        statement = select(*columns).where(files.c.tenant_id == self._link.tenant_id, files.c.id == file_id)
        rows = await self._link.rows(statement)
        return FileRow(*rows[0]) if rows else None

    async def attach(self, file_id: FileId, conversation_id: ConversationId) -> None:
        """From the end of this transaction on, whoever may see the conversation may see the file."""
        mine = update(files).where(files.c.tenant_id == self._link.tenant_id, files.c.id == file_id)
        await self._link.transaction.execute(mine.values(conversation_id=conversation_id))
