"""Reads that leave a trail; what is changed is in the journal, which is the rest of the audit log."""

from datetime import datetime

from sqlalchemy import insert

from backend.store.link import Link
from backend.store.tables.journal import audit_asked
from omnix_protocol.ids import new_id


class Audit:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def asked(self, actor: str, what: str, body: bytes, at: datetime) -> None:
        """Somebody opened what the law wants to be known; `body` is the query."""
        row = {"tenant_id": self._link.tenant_id, "id": new_id(), "at": at, "actor": actor, "what": what, "body": body}
        await self._link.transaction.execute(insert(audit_asked), [row])
