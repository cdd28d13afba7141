"""A forgotten password (S0.7): a code by mail, then a new password. Nothing tells who has an account here."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from backend.config import SignIn
from backend.gateway.brakes import ADDRESS_FACTOR, Brakes, account_key
from backend.gateway.http import Answer, Call, Operation
from backend.gateway.passwords import Busy, Passwords
from backend.gateway.ration import Ration, digest
from backend.gateway.sessions import Sessions
from backend.runner import SYSTEM, Runner
from backend.store.control import TenantEntry
from backend.store.credentials import Credential
from backend.store.store import Store
from omnix_protocol import sign_in as words
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import CommandId, TenantId, UserId, new_id
from omnix_protocol.people import RecordPasswordReset, User

MAIL: Final = "mail"
_log = logging.getLogger("backend.gateway.forgotten")


class ForgottenDoor:
    """Everything is counted and written for an account that is not there as for one that is."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        sessions: Sessions,
        passwords: Passwords,
        brakes: Brakes,
        settings: SignIn,
        now: Callable[[], datetime],
        jobs_made: Callable[[], None] | None,
    ) -> None:
        """`jobs_made` is told that there is something to mail; None where this server sends no mail."""
        self._store = store
        self._runner = runner
        self._sessions = sessions
        self._passwords = passwords
        self._brakes = brakes
        self._settings = settings
        self._now = now
        self._jobs_made = jobs_made
        self._pause = timedelta(minutes=settings.code_minutes)
        self._ration = Ration(store, now, self._pause)

    def operations(self) -> list[Operation]:
        w = words
        return [
            Operation(
                "POST", "/v1/password-reset/code", "Have a code mailed.", self.ask, w.AskResetCode, None, open=True
            ),
            Operation(
                "POST", "/v1/password-reset", "A new password by code.", self.reset, w.ResetWithCode, None, open=True
            ),
        ]

    async def ask(self, call: Call) -> Answer:
        """The same answer in the same time, whoever is asked for; the mail, if any, is a job's affair."""
        asked: words.AskResetCode = call.body
        if self._jobs_made is None:
            return refused(Reason.NOT_FOUND, type="mail")
        account = account_key(asked.tenant_code, asked.email)
        if (held := await self._too_often(account, call.address)) is not None:
            return held
        tenant, user = await self._known(asked.tenant_code, asked.email)
        if tenant is None:
            return refused(Reason.NOT_FOUND, type="Tenant")  # as the first step of signing in says to anybody
        request_id = new_id()
        key = digest("reset", account)
        payload = {"what": "reset", "user_id": user.id if user else "", "key": key, "request_id": request_id}
        await self._store.resets.ask(tenant.tenant_id, key, request_id, self._now() + self._pause, (MAIL, payload))
        self._jobs_made()
        return None

    async def reset(self, call: Call) -> Answer:
        """One try; whatever is wrong, the answer is the same."""
        asked: words.ResetWithCode = call.body
        account = account_key(asked.tenant_code, asked.email)
        guessed = f"{account}\x1freset"
        async with self._brakes.turn(guessed, call.address) as held:
            if held is not None:
                return held
            try:
                found = await self._right(asked, account)
                if found is None:
                    return await self._brakes.failed(guessed, call.address) or refused(Reason.WRONG_CODE)
                tenant_id, user_id, fresh = found
            except Busy:
                return refused(Reason.TOO_MANY_REQUESTS, seconds=1)
            await self._brakes.succeeded(guessed, call.address)
        await self._store.credentials.put(tenant_id, user_id, Credential(fresh, must_change=False), self._now())
        await self._sessions.end_all(tenant_id, user_id, "the password was reset by a mailed code")
        await self._brakes.succeeded(account, call.address)
        await self._record(tenant_id, user_id, call.address)
        return None

    async def _right(self, asked: words.ResetWithCode, account: str) -> tuple[TenantId, UserId, str] | None:
        """Who the code is right for, and the new password's hash; the code is used up then. Raises Busy."""
        key = digest("reset", account)
        tried = await self._store.resets.try_once(key, self._settings.code_tries, self._now())
        tenant, user = await self._known(asked.tenant_code, asked.email)
        digits = "".join(asked.code.split())
        right = await self._passwords.matches(tried.hash if tried and tried.hash else None, digits)
        if not right or tried is None or tenant is None or user is None:
            return None
        fresh = await self._passwords.hash(asked.new_password)
        if not await self._store.resets.use_up(key, tried):
            return None
        return tenant.tenant_id, UserId(user.id), fresh

    async def _known(self, tenant_code: str, email: str) -> tuple[TenantEntry | None, User | None]:
        tenant = await self._store.control.tenant_by_code(tenant_code)
        if tenant is None or not tenant.active:
            return None, None
        async with self._store.read(tenant.tenant_id) as tx:
            user = await tx.people.user_by_email(email.strip())
        return tenant, user if user is not None and user.active else None

    async def _too_often(self, account: str, address: str) -> Refused | None:
        """So many requests of an account and of an address, then a pause. One that was refused does not count."""
        limits = {
            digest("reset account", account): self._settings.code_requests,
            digest("reset address", address): self._settings.code_requests * ADDRESS_FACTOR,
        }
        await self._store.resets.forget(self._now())
        return await self._ration.take(limits)

    async def _record(self, tenant_id: TenantId, user_id: UserId, address: str) -> None:
        command = RecordPasswordReset(user_id=user_id, address=address[:64])
        result = await self._runner.do(tenant_id, SYSTEM, CommandId(new_id()), command)
        if result.refused is not None:
            _log.error("a reset of a password could not be recorded: %s", result.refused.code)
