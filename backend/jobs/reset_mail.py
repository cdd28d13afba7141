"""Mails the code for a forgotten password: it is made here, so that no table ever holds it but as a hash."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from backend.jobs.loop import Done, Outcome
from backend.post import Letter
from backend.post.reset_code import reset_letter
from backend.post.smtp import Outcome as Answer
from backend.store.jobs import Job
from backend.store.store import Store
from omnix_protocol.ids import UserId
from omnix_protocol.people import Tenant, User
from omnix_protocol.sign_in import RESET_CODE_LENGTH

RESET: Final = "reset"


class ResetPayload(msgspec.Struct, frozen=True):
    """Whose code; nobody's where the account is not there, so that asking costs the same."""

    user_id: str
    key: str
    request_id: str


class ResetMail:
    """`hashed` is how passwords are hashed too: slow enough that a stolen table gives no code while it is good."""

    def __init__(
        self, store: Store, hashed: Callable[[str], Awaitable[str]], now: Callable[[], datetime], good_for: timedelta
    ) -> None:
        self._store = store
        self._hashed = hashed
        self._now = now
        self._good_for = good_for

    async def letter(self, job: Job) -> Letter | None:
        payload = msgspec.json.decode(job.payload, type=ResetPayload)
        async with self._store.read(job.tenant_id) as tx:
            user = await tx.get(User, UserId(payload.user_id)) if payload.user_id else None
            tenant = await tx.get(Tenant, job.tenant_id)
        code = f"{secrets.randbelow(10**RESET_CODE_LENGTH):0{RESET_CODE_LENGTH}d}"
        code_hash = await self._hashed(code)  # for nobody too: the server is as busy, whoever was asked for
        if user is None or tenant is None or not user.active:
            return None
        until = self._now() + self._good_for
        if not await self._store.resets.issue(payload.key, payload.request_id, code_hash, until):
            return None  # asked for again meanwhile: the newer job mails its own
        return reset_letter(
            to=user.email,
            name=user.name,
            tenant=tenant.name,
            code=code,
            minutes=round(self._good_for / timedelta(minutes=1)),
            locale=tenant.locale,
        )

    async def ended(self, _job: Job, _answer: Answer) -> Outcome:
        """The log says it; whoever waits asks for another code."""
        return Done()
