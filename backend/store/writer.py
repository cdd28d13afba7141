"""The connection of a commit that is being written: synchronous, as a whole, in the database's own thread."""

from dataclasses import dataclass

from sqlalchemy import Connection

from omnix_protocol.ids import TenantId


@dataclass(frozen=True, slots=True)
class Writer:
    connection: Connection
    tenant_id: TenantId
    sqlite: bool
