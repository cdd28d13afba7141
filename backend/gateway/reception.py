"""What an account asks of its visitors at this moment, looked up at most every few seconds for each account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from backend.channels.webchat.terms import Terms, terms_of
from backend.channels.webchat.words import Say
from backend.store.store import Store
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.hours import zone_of
from omnix_protocol.ids import ChannelAccountId, TenantId
from omnix_protocol.people import Tenant

REMEMBERED: Final = timedelta(seconds=5)
REMEMBERED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """An account's terms and its clock, as of a moment."""

    terms: Terms
    zone: tzinfo
    at: datetime


class Reception:
    """Says whether a visitor's message may pass, before anything of it is stored."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._known: dict[ChannelAccountId, Known] = {}

    async def terms(self, tenant_id: TenantId, account_id: ChannelAccountId) -> Known:
        known = self._known.get(account_id)
        now = self._now()
        if known is not None and timedelta(0) <= now - known.at < REMEMBERED:
            return known
        async with self._store.read(tenant_id) as tx:
            account = await tx.get(ChannelAccount, account_id)
            tenant = await tx.get(Tenant, tenant_id)
        fresh = Known(terms_of(account.settings if account else {}), zone_of(tenant.time_zone if tenant else ""), now)
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        self._known[account_id] = fresh
        return fresh

    def barred(self, known: Known, say: Say) -> Refused | None:
        """Why this message may not come in now: the office is closed to it, or the form is not filled in."""
        open_now = known.terms.is_open(self._now(), known.zone)
        if not open_now and known.terms.outside == "closed":
            return refused(Reason.CHANNEL_INACTIVE)
        lacking = known.terms.lacks(say, open_now)
        return refused(Reason.INVALID_FIELD, field=lacking, detail="needed") if lacking else None
