"""How far each listener has come, so that a restart goes on from there."""

from sqlalchemy import select

from backend.store.engine import Database
from backend.store.tables.base import upsert
from backend.store.tables.control import listen_cursors
from omnix_protocol.ids import ChannelAccountId


class Cursors:
    """Written after what lies before the cursor is on disk: what comes twice is the same command."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, account_id: ChannelAccountId) -> str:
        """Empty where nothing was heard yet."""
        here = select(listen_cursors.c.cursor).where(listen_cursors.c.channel_account_id == account_id)
        async with self._database.reading(None) as connection:
            return str((await connection.execute(here)).scalar() or "")

    async def move(self, account_id: ChannelAccountId, cursor: str) -> None:
        fresh = upsert(listen_cursors, self._database.is_sqlite).values(channel_account_id=account_id, cursor=cursor)
        moved = fresh.on_conflict_do_update(
            index_elements=["channel_account_id"], set_={"cursor": fresh.excluded.cursor}
        )
        async with self._database.writing(None) as connection:
            await connection.execute(moved)
