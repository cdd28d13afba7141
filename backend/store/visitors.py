"""Visitors of web chats: tokens as hashes, and the address that a token speaks for. No name, no mail, no message."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from backend.store.engine import Database
from backend.store.tables.control import visitors
from omnix_protocol.ids import ChannelAccountId, SessionId, TenantId


@dataclass(frozen=True, slots=True)
class VisitorRow:
    tenant_id: TenantId
    channel_account_id: ChannelAccountId
    address: str
    session_id: SessionId
    seen_at: datetime


class Visitors:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token_hash: bytes, row: VisitorRow) -> None:
        values = {name: getattr(row, name) for name in VisitorRow.__slots__}
        async with self._database.writing(None) as connection:
            await connection.execute(insert(visitors), [{"hash": token_hash, **values}])

    async def get(self, token_hash: bytes) -> VisitorRow | None:
        v = visitors.c
        columns = v.tenant_id, v.channel_account_id, v.address, v.session_id, v.seen_at
        async with self._database.reading(None) as connection:
            row = (await connection.execute(select(*columns).where(v.hash == token_hash))).first()
        return None if row is None else VisitorRow(*row)

    async def seen(self, token_hash: bytes, now: datetime) -> None:
        async with self._database.writing(None) as connection:
            await connection.execute(update(visitors).where(visitors.c.hash == token_hash).values(seen_at=now))

    async def forget(self, before: datetime) -> int:
        """Tokens that nobody has used since; what their visitors wrote stays."""
        async with self._database.writing(None) as connection:
            done = await connection.execute(delete(visitors).where(visitors.c.seen_at < before))
        return int(done.rowcount)
