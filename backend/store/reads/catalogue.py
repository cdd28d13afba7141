"""Reads of categories and quick replies."""

from sqlalchemy import bindparam, select

from backend.store.link import Link
from backend.store.prepared import Prepared
from backend.store.tables.catalogue import quick_replies
from omnix_protocol import codec
from omnix_protocol.catalogue import Category, QuickReply
from omnix_protocol.ids import CategoryId


class CatalogueReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def path_to(self, category_id: CategoryId) -> list[Category]:
        """From the root to this category; empty where there is none."""
        path: list[Category] = []
        wanted: CategoryId | None = category_id
        while wanted is not None and len(path) < 10:
            found = await self._link.get(Category, wanted)
            if found is None:
                return []
            path.insert(0, found)
            wanted = found.parent_id
        return path

    async def quick_reply_by_shortcut(self, shortcut: str) -> list[QuickReply]:
        found = await self._link.fetch(_BY_SHORTCUT, {"shortcut": shortcut})
        return [codec.decode(row[0], QuickReply) for row in found]


_BY_SHORTCUT = Prepared(
    select(quick_replies.c.body)
    .where(quick_replies.c.tenant_id == bindparam("tenant"), quick_replies.c.shortcut == bindparam("shortcut"))
    .order_by(quick_replies.c.id)
)
