"""Secrets of channel accounts, sealed by whoever has the key: this room stores bytes that it cannot read."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from backend.store.engine import Database
from backend.store.tables.inbox import secrets
from omnix_protocol.ids import SecretId, TenantId


class Secrets:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant_id: TenantId, secret_id: SecretId) -> bytes | None:
        statement = select(secrets.c.sealed).where(secrets.c.tenant_id == tenant_id, secrets.c.id == secret_id)
        async with self._database.reading(tenant_id) as connection:
            found = (await connection.execute(statement)).scalar()
        return None if found is None else bytes(found)

    async def put(self, tenant_id: TenantId, secret_id: SecretId, sealed: bytes, now: datetime) -> None:
        mine = update(secrets).where(secrets.c.tenant_id == tenant_id, secrets.c.id == secret_id)
        async with self._database.writing(tenant_id) as connection:
            if not (await connection.execute(mine.values(sealed=sealed, made_at=now))).rowcount:
                row = {"tenant_id": tenant_id, "id": secret_id, "sealed": sealed, "made_at": now}
                await connection.execute(insert(secrets), [row])

    async def drop(self, tenant_id: TenantId, secret_id: SecretId) -> None:
        mine = delete(secrets).where(secrets.c.tenant_id == tenant_id, secrets.c.id == secret_id)
        async with self._database.writing(tenant_id) as connection:
            await connection.execute(mine)
