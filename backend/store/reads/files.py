"""What is known about stored files, within a transaction; that a message carries one; which are still to be fetched."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import delete, insert, select, update

from backend.store.files import FileRow
from backend.store.link import Link
from backend.store.tables.inbox import files, remote_files
from omnix_protocol.content import RemoteFile
from omnix_protocol.ids import ChannelAccountId, ConversationId, FileId, MessageId


@dataclass(frozen=True, slots=True)
class Expected:
    """A file of a message that its provider still holds."""

    file_id: FileId
    message_id: MessageId
    channel_account_id: ChannelAccountId
    remote: RemoteFile


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

    async def expect(self, expected: Expected) -> None:
        """Somebody is to fetch this file."""
        row = {
            "tenant_id": self._link.tenant_id,
            "file_id": expected.file_id,
            "message_id": expected.message_id,
            "channel_account_id": expected.channel_account_id,
            "remote": msgspec.json.encode(expected.remote),
        }
        await self.arrived(expected.file_id)  # a message that changed twice names the same file again
        await self._link.transaction.execute(insert(remote_files).values(row))

    async def expected(self, file_id: FileId) -> Expected | None:
        r = remote_files.c
        found = await self._link.rows(
            select(r.message_id, r.channel_account_id, r.remote).where(
                r.tenant_id == self._link.tenant_id, r.file_id == file_id
            )
        )
        if not found:
            return None
        message_id, account_id, remote = found[0]
        return Expected(file_id, message_id, account_id, msgspec.json.decode(bytes(remote), type=RemoteFile))

    async def arrived(self, file_id: FileId) -> None:
        """Nobody needs to fetch it any more."""
        r = remote_files.c
        gone = delete(remote_files).where(r.tenant_id == self._link.tenant_id, r.file_id == file_id)
        await self._link.transaction.execute(gone)
