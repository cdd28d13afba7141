"""Credentials at the door: who signs in, stays signed in, leaves, changes or is given a password."""

import logging
from collections.abc import Callable
from datetime import datetime

from backend.gateway.brakes import Brakes, account_key
from backend.gateway.http import Answer, Call, Operation
from backend.gateway.passwords import Busy, Passwords
from backend.gateway.sessions import Sessions, Tokens
from backend.runner import SYSTEM, Runner
from backend.store.control import TenantEntry
from backend.store.credentials import Credential
from backend.store.store import Store
from backend.telemetry import Metrics
from omnix_protocol import sign_in as words
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import CommandId, SessionId, TenantId, UserId, new_id
from omnix_protocol.people import RecordSignIn, Role, User
from omnix_protocol.rules import may_reset

_log = logging.getLogger("backend.gateway.sign_in")


class SignInDoor:
    """Alone outside commands: no secret ever stands in a command, a result or the journal."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        sessions: Sessions,
        passwords: Passwords,
        brakes: Brakes,
        metrics: Metrics,
        now: Callable[[], datetime],
        *,
        mails_codes: bool,
    ) -> None:
        self._store = store
        self._runner = runner
        self._sessions = sessions
        self._passwords = passwords
        self._brakes = brakes
        self._metrics = metrics
        self._now = now
        self._mails_codes = mails_codes

    def operations(self) -> list[Operation]:
        w = words
        return [
            Operation("POST", "/v1/tenant", "Find a tenant by its code.", self.find, w.FindTenant, w.TenantFound, True),
            Operation("POST", "/v1/sign-in", "Sign in.", self.sign_in, w.SignIn, w.SignedIn, True),
            Operation("POST", "/v1/refresh", "The next pair of tokens.", self.refresh, w.Refresh, w.SignedIn, True),
            Operation("POST", "/v1/sign-out", "End this session.", self.sign_out, password_due=True),
            Operation(
                "POST", "/v1/password", "Change one's password.", self.change, w.ChangePassword, None, False, True
            ),
            Operation("POST", "/v1/users/{id}/password", "Give a one-time password.", self.reset, w.ResetPassword),
            Operation("GET", "/v1/sessions", "One's sessions.", self.sessions, None, w.Sessions),
            Operation("DELETE", "/v1/sessions/{id}", "End a session.", self.end_session),
        ]

    async def find(self, call: Call) -> Answer:
        tenant = await self._store.control.tenant_by_code(call.body.code)
        if tenant is None or not tenant.active:
            return refused(Reason.NOT_FOUND, type="Tenant")
        return words.TenantFound(
            code=tenant.code, name=tenant.name, locale=tenant.locale, mails_codes=self._mails_codes
        )

    async def sign_in(self, call: Call) -> Answer:
        answer = await self._sign_in(call.body, call.address)
        outcome = answer.code if isinstance(answer, Refused) else "signed_in"
        self._metrics.sign_ins.labels(outcome).inc()
        return answer

    async def _sign_in(self, asked: words.SignIn, address: str) -> words.SignedIn | Refused:
        account = account_key(asked.tenant_code, asked.email)
        async with self._brakes.turn(account, address) as held:
            if held is not None:
                return held
            tenant = await self._store.control.tenant_by_code(asked.tenant_code)
            user, credential = await self._known(tenant, asked.email)
            try:
                right = await self._passwords.matches(credential.hash if credential else None, asked.password)
            except Busy:
                return refused(Reason.TOO_MANY_REQUESTS, seconds=1)
            if not right or tenant is None or user is None or credential is None:
                # an unknown account is counted like a known one, so that nothing tells them apart
                return await self._brakes.failed(account, address) or refused(Reason.WRONG_CREDENTIALS)
            await self._brakes.succeeded(account, address)
        user_id = UserId(user.id)
        session_id, tokens = await self._sessions.open(
            tenant.tenant_id, user_id, asked.device_id, asked.device_name, address[:64]
        )
        await self._record(tenant.tenant_id, user_id, asked.device_name, address)
        return _signed_in(tenant, user, session_id, tokens, credential.must_change)

    async def _known(self, tenant: TenantEntry | None, email: str) -> tuple[User | None, Credential | None]:
        if tenant is None or not tenant.active:
            return None, None
        async with self._store.read(tenant.tenant_id) as tx:
            user = await tx.people.user_by_email(email.strip())
        if user is None or not user.active:
            return None, None
        return user, await self._store.credentials.get(tenant.tenant_id, UserId(user.id))

    async def _record(self, tenant_id: TenantId, user_id: UserId, device_name: str, address: str) -> None:
        command = RecordSignIn(user_id=user_id, device_name=device_name, address=address[:64])
        result = await self._runner.do(tenant_id, SYSTEM, CommandId(new_id()), command)
        if result.refused is not None:
            _log.error("a sign-in could not be recorded: %s", result.refused.code)

    async def refresh(self, call: Call) -> Answer:
        rotated = await self._sessions.rotate(call.body.refresh_token, call.body.device_id)
        if rotated is None:
            return refused(Reason.NOT_SIGNED_IN)
        row, tokens = rotated
        tenant = await self._store.control.tenant(row.tenant_id)
        async with self._store.read(row.tenant_id) as tx:
            user = await tx.get(User, row.user_id)
        if tenant is None or not tenant.active or user is None or not user.active:
            await self._sessions.end(row, "the user is no longer one")
            return refused(Reason.NOT_SIGNED_IN)
        credential = await self._store.credentials.get(row.tenant_id, row.user_id)
        return _signed_in(tenant, user, row.id, tokens, credential is not None and credential.must_change)

    async def sign_out(self, call: Call) -> Answer:
        row = await self._store.sessions.get(call.principal.session_id)
        if row is not None:
            await self._sessions.end(row, "signed out")
        return None

    async def sessions(self, call: Call) -> Answer:
        who = call.principal
        assert who.user_id is not None
        rows = await self._store.sessions.of_user(who.tenant_id, who.user_id)
        return words.Sessions(
            sessions=tuple(
                words.Session(
                    id=row.id,
                    device_name=row.device_name,
                    address=row.address,
                    created_at=row.created_at,
                    last_seen_at=row.last_seen_at,
                    current=row.id == who.session_id,
                )
                for row in rows
            )
        )

    async def end_session(self, call: Call) -> Answer:
        """One's own; those of others by an administrator of the same tenant."""
        who = call.principal
        row = await self._store.sessions.get(SessionId(call.path("id")))
        if row is None or row.tenant_id != who.tenant_id:
            return refused(Reason.NOT_FOUND, type="Session")
        if row.user_id != who.user_id and not await self._is_administrator(call):
            return refused(Reason.NOT_FOUND, type="Session")
        await self._sessions.end(row, "revoked")
        return None

    async def change(self, call: Call) -> Answer:
        """By the user, who knows the old one; all other sessions end."""
        who = call.principal
        assert who.user_id is not None
        asked: words.ChangePassword = call.body
        async with self._store.read(who.tenant_id) as tx:
            user = await tx.get(User, who.user_id)
        tenant = await self._store.control.tenant(who.tenant_id)
        if user is None or tenant is None:
            return refused(Reason.NOT_SIGNED_IN)
        account = account_key(tenant.code, user.email)
        async with self._brakes.turn(account, call.address) as held:
            if held is not None:
                return held
            known = await self._store.credentials.get(who.tenant_id, who.user_id)
            try:
                if not await self._passwords.matches(known.hash if known else None, asked.old_password):
                    return await self._brakes.failed(account, call.address) or refused(Reason.WRONG_CREDENTIALS)
                if asked.new_password == asked.old_password:
                    return refused(Reason.INVALID_FIELD, field="new_password", detail="it is the old one")
                fresh = await self._passwords.hash(asked.new_password)
            except Busy:
                return refused(Reason.TOO_MANY_REQUESTS, seconds=1)
        await self._store.credentials.put(who.tenant_id, who.user_id, Credential(fresh, False), self._now())
        await self._sessions.end_all(who.tenant_id, who.user_id, "the password was changed", who.session_id)
        return None

    async def reset(self, call: Call) -> Answer:
        """By whoever manages this person: a one-time password; all their sessions end."""
        who = call.principal
        user_id = UserId(call.path("id"))
        async with self._store.read(who.tenant_id) as tx:
            user = await tx.get(User, user_id)
            by = await tx.get(User, who.actor.id)
        if user is None:
            return refused(Reason.NOT_FOUND, type="User")
        if by is None or not may_reset(by.role, user.role):
            return refused(Reason.NOT_ENTITLED)
        try:
            await self.give_password(who.tenant_id, user_id, call.body.new_password, must_change=True)
        except Busy:
            return refused(Reason.TOO_MANY_REQUESTS, seconds=1)
        tenant = await self._store.control.tenant(who.tenant_id)
        if tenant is not None:
            await self._brakes.forgive(account_key(tenant.code, user.email))
        return None

    async def give_password(self, tenant_id: TenantId, user_id: UserId, password: str, *, must_change: bool) -> None:
        """Also for the command line and the demo. Raises Busy."""
        fresh = await self._passwords.hash(password)
        await self._store.credentials.put(tenant_id, user_id, Credential(fresh, must_change), self._now())
        await self._sessions.end_all(tenant_id, user_id, "a new password was given")

    async def _is_administrator(self, call: Call) -> bool:
        async with self._store.read(call.principal.tenant_id) as tx:
            user = await tx.get(User, call.principal.actor.id)
        return user is not None and user.role.rank >= Role.ADMINISTRATOR.rank


def _signed_in(
    tenant: TenantEntry, user: User, session_id: SessionId, tokens: Tokens, must_change: bool
) -> words.SignedIn:
    return words.SignedIn(
        session_id=session_id,
        tenant_id=tenant.tenant_id,
        tenant_code=tenant.code,
        tenant_name=tenant.name,
        user_id=UserId(user.id),
        user_name=user.name,
        role=user.role,
        access_token=tokens.access,
        access_expires_at=tokens.hashes.access_expires_at,
        refresh_token=tokens.refresh,
        must_change_password=must_change,
    )
