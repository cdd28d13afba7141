"""Sessions as the door sees them: pairs of tokens made, rotated and ended; whose token this is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.bus import Bus
from backend.config import SignIn
from backend.gateway.principal import Principal
from backend.gateway.tokens import ACCESS, REFRESH, looks_like, new_token, token_hash
from backend.runner import Actor
from backend.store.sessions import Rotation, SessionRow, TokenPair
from backend.store.store import Store
from omnix_protocol.ids import SessionId, TenantId, UserId, new_id


@dataclass(frozen=True, slots=True)
class Tokens:
    """A fresh pair; the server keeps only what is in `hashes`."""

    access: str
    refresh: str
    hashes: TokenPair


class Sessions:
    def __init__(self, store: Store, bus: Bus, settings: SignIn, now: Callable[[], datetime]) -> None:
        self._store = store
        self._bus = bus
        self._now = now
        self._access = timedelta(minutes=settings.access_minutes)
        self._refresh = timedelta(days=settings.refresh_days)

    async def open(
        self, tenant_id: TenantId, user_id: UserId, device_id: str, device_name: str, address: str
    ) -> tuple[SessionId, Tokens]:
        now = self._now()
        tokens = self._pair(now)
        session_id = SessionId(new_id())
        row = SessionRow(session_id, tenant_id, user_id, device_id, device_name, address, now, now)
        await self._store.sessions.open(row, tokens.hashes)
        return session_id, tokens

    async def rotate(self, refresh_token: str, device_id: str) -> tuple[SessionRow, Tokens] | None:
        """The next pair of the family; None where the token is no good. One that was used up ends the family."""
        if not looks_like(refresh_token, REFRESH):
            return None
        now = self._now()
        tokens = self._pair(now)
        outcome, row = await self._store.sessions.rotate(token_hash(refresh_token), device_id, tokens.hashes, now)
        if outcome is Rotation.REUSED and row is not None:
            self._bus.ended(row.tenant_id, (row.id,))
        return (row, tokens) if outcome is Rotation.ROTATED and row is not None else None

    async def by_access(self, token: str, device_id: str | None = None) -> Principal | None:
        """Whose access token this is, if its session lives, on this device, and the user is still one."""
        if not looks_like(token, ACCESS):
            return None
        row = await self._store.sessions.by_access(token_hash(token), self._now())
        if row is None or (device_id is not None and row.device_id != device_id):
            return None
        found = await self._store.credentials.standing(row.tenant_id, row.user_id)
        if found is None or not found[0].active:
            return None
        user, password_due = found
        return Principal(
            tenant_id=row.tenant_id,
            actor=Actor("user", row.user_id),
            session_id=row.id,
            user_id=row.user_id,
            name=user.name,
            device_name=row.device_name,
            must_change_password=password_due,
        )

    async def bearer(self, token: str) -> Principal | None:
        return await self.by_access(token)

    async def end(self, row: SessionRow, because: str) -> None:
        """The session is over, here and in all processes."""
        await self._store.sessions.end(row.id, because, self._now())
        self._bus.ended(row.tenant_id, (row.id,))

    async def end_all(self, tenant_id: TenantId, user_id: UserId, because: str, keep: SessionId | None = None) -> None:
        """All of a user's sessions but one."""
        ended = await self._store.sessions.end_of_user(tenant_id, user_id, because, self._now(), keep)
        if ended:
            self._bus.ended(tenant_id, tuple(ended))

    async def ended_among(self, session_ids: Iterable[SessionId]) -> set[SessionId]:
        """Those of these sessions that are over."""
        return await self._store.sessions.ended_among(list(session_ids))

    def _pair(self, now: datetime) -> Tokens:
        access, refresh = new_token(ACCESS), new_token(REFRESH)
        hashes = TokenPair(token_hash(access), now + self._access, token_hash(refresh), now + self._refresh)
        return Tokens(access, refresh, hashes)
