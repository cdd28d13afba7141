"""Sessions and their tokens, as hashes; each session is the family of its refresh tokens.

Tokens come in generations. A refresh token stays good until a token of a later generation is first used, so a
program killed between the two is not signed out; whoever shows it after that ends the family.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from backend.store.engine import Database
from backend.store.prepared import Prepared
from backend.store.tables.base import from_micros
from backend.store.tables.control import sessions, tokens
from backend.store.transaction import Transaction
from omnix_protocol.ids import SessionId, TenantId, UserId

ACCESS = "access"
REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: SessionId
    tenant_id: TenantId
    user_id: UserId
    device_id: str
    device_name: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None = None
    ended_because: str = ""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Hashes of what the client gets."""

    access: bytes
    access_expires_at: datetime
    refresh: bytes
    refresh_expires_at: datetime


class Rotation(StrEnum):
    ROTATED = "rotated"
    UNKNOWN = "unknown"  # or expired, or its session has ended
    REUSED = "reused"  # after its successor was used, or by another device: the family has been ended


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, session: SessionRow, pair: TokenPair) -> None:
        row = {name: getattr(session, name) for name in SessionRow.__slots__}
        async with self._database.writing(None) as connection:
            await connection.execute(insert(sessions), [row])
            await _issue(connection, session.id, 1, pair)

    async def by_access(self, access: bytes, now: datetime) -> SessionRow | None:
        """The living session of an unexpired access token. Its first use puts earlier refresh tokens out of use."""
        found = await self._database.glance(None, _ACCESS, {"digest": access, "now": now})
        if not found:
            return None
        session_id, tenant_id, user_id, device_id, device_name, address, created_at, seen_at, used_at = found[0]
        if used_at is None:
            async with self._database.writing(None) as connection:
                await _used(connection, access, now)
        opened, seen = from_micros(created_at), from_micros(seen_at)
        return SessionRow(session_id, tenant_id, user_id, device_id, device_name, address, opened, seen)

    async def rotate(
        self, refresh: bytes, device_id: str, pair: TokenPair, now: datetime
    ) -> tuple[Rotation, SessionRow | None]:
        async with self._database.writing(None) as connection:
            row = await _token(connection, refresh, REFRESH, now, locked=not self._database.is_sqlite)
            if row is None:
                return Rotation.UNKNOWN, None
            later = select(func.count()).where(
                tokens.c.session_id == row.session_id,
                tokens.c.generation > row.generation,
                tokens.c.used_at.is_not(None),
            )
            if row.device_id != device_id or (await connection.execute(later)).scalar():
                await _end(connection, sessions.c.id == row.session_id, "reuse", now)
                return Rotation.REUSED, _session(row)
            newest = select(func.max(tokens.c.generation)).where(tokens.c.session_id == row.session_id)
            generation = int((await connection.execute(newest)).scalar()) + 1
            await _used(connection, refresh, now)
            await _issue(connection, row.session_id, generation, pair)
            seen = update(sessions).where(sessions.c.id == row.session_id)
            await connection.execute(seen.values(last_seen_at=now))
            return Rotation.ROTATED, _session(row)

    async def get(self, session_id: SessionId) -> SessionRow | None:
        """Also one that has ended."""
        async with self._database.reading(None) as connection:
            row = (await connection.execute(select(sessions).where(sessions.c.id == session_id))).first()
        return None if row is None else _session(row)

    async def ended_among(self, session_ids: Collection[SessionId]) -> set[SessionId]:
        """Those of these sessions that are over, or were never there."""
        wanted = sorted(session_ids)
        living: set[SessionId] = set()
        async with self._database.reading(None) as connection:
            for start in range(0, len(wanted), 500):
                some = sessions.c.id.in_(wanted[start : start + 500]), sessions.c.ended_at.is_(None)
                living.update(row.id for row in await connection.execute(select(sessions.c.id).where(*some)))
        return set(wanted) - living

    async def of_user(self, tenant_id: TenantId, user_id: UserId) -> list[SessionRow]:
        """Living ones, last seen first."""
        s = sessions.c
        statement = select(sessions).where(s.tenant_id == tenant_id, s.user_id == user_id, s.ended_at.is_(None))
        async with self._database.reading(None) as connection:
            return [_session(row) for row in await connection.execute(statement.order_by(s.last_seen_at.desc()))]

    async def touch(self, session_id: SessionId, now: datetime) -> None:
        async with self._database.writing(None) as connection:
            await connection.execute(update(sessions).where(sessions.c.id == session_id).values(last_seen_at=now))

    async def end(self, session_id: SessionId, because: str, now: datetime) -> bool:
        """False where it has ended already."""
        async with self._database.writing(None) as connection:
            return bool(await _end(connection, sessions.c.id == session_id, because, now))

    async def end_of_user(
        self, tenant_id: TenantId, user_id: UserId, because: str, now: datetime, keep: SessionId | None = None
    ) -> list[SessionId]:
        """All of a user's but one: after a change of password, or when the person leaves."""
        ended = [row.id for row in await self.of_user(tenant_id, user_id) if row.id != keep]
        async with self._database.writing(None) as connection:
            await _end(connection, sessions.c.id.in_(ended), because, now)
        return ended

    async def purge(self, before: datetime) -> None:
        """Tokens that expired before, and sessions that ended before or have no token left."""
        alive = select(tokens.c.session_id)
        async with self._database.writing(None) as connection:
            await connection.execute(delete(tokens).where(tokens.c.expires_at < before))
            gone = sessions.c.created_at < before, sessions.c.id.not_in(alive)
            await connection.execute(delete(sessions).where(*gone))


_LIVING = [sessions.c[name] for name in ("id", "tenant_id", "user_id", "device_id", "device_name", "address")]
_ACCESS = Prepared(
    select(*_LIVING, sessions.c.created_at, sessions.c.last_seen_at, tokens.c.used_at)
    .join_from(tokens, sessions, sessions.c.id == tokens.c.session_id)
    .where(
        tokens.c.hash == bindparam("digest"),
        tokens.c.kind == ACCESS,
        tokens.c.expires_at > bindparam("now"),
        sessions.c.ended_at.is_(None),
    )
)


async def _token(
    connection: Transaction, digest: bytes, kind: str, now: datetime, *, locked: bool = False
) -> Row[*tuple[Any, ...]] | None:
    statement = (
        select(sessions, tokens.c.session_id, tokens.c.generation, tokens.c.used_at)
        .join_from(tokens, sessions, sessions.c.id == tokens.c.session_id)
        .where(tokens.c.hash == digest, tokens.c.kind == kind, tokens.c.expires_at > now, sessions.c.ended_at.is_(None))
    )
    if locked:
        statement = statement.with_for_update(of=sessions)
    return (await connection.execute(statement)).first()


async def _issue(connection: Transaction, session_id: str, generation: int, pair: TokenPair) -> None:
    shared = {"session_id": session_id, "generation": generation}
    rows = [
        shared | {"hash": pair.access, "kind": ACCESS, "expires_at": pair.access_expires_at},
        shared | {"hash": pair.refresh, "kind": REFRESH, "expires_at": pair.refresh_expires_at},
    ]
    await connection.execute(insert(tokens), rows)


async def _used(connection: Transaction, digest: bytes, now: datetime) -> None:
    first = update(tokens).where(tokens.c.hash == digest, tokens.c.used_at.is_(None))
    await connection.execute(first.values(used_at=now))


async def _end(connection: Transaction, which: Any, because: str, now: datetime) -> int:
    ending = update(sessions).where(which, sessions.c.ended_at.is_(None))
    return (await connection.execute(ending.values(ended_at=now, ended_because=because))).rowcount


def _session(row: Row[*tuple[Any, ...]]) -> SessionRow:
    return SessionRow(**{name: getattr(row, name) for name in SessionRow.__slots__})
