"""One signed-in life: sign in, open the cache, start sync, sign out; and what is remembered in between."""

import asyncio
import logging
import platform
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from omnix_desktop.cache.beside import NOTHING, Beside
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.queries.status import setting
from omnix_desktop.clock import ServerClock
from omnix_desktop.models.source import Source
from omnix_desktop.platform.keychain import Keychain, session_of
from omnix_desktop.platform.keys import Locked, key_for, rewrap
from omnix_desktop.platform.paths import desk_folder, profile_folder
from omnix_desktop.ports import OFFLINE, Account, Ports
from omnix_desktop.sync.desk import Desk
from omnix_desktop.sync.http import Http, Unreachable
from omnix_protocol.errors import Refused
from omnix_protocol.ids import SessionId, UserId, new_id
from omnix_protocol.messages import Attachment, Draft
from omnix_protocol.sign_in import (
    AskResetCode,
    ChangePassword,
    ResetWithCode,
    Session,
    SignedIn,
    SignIn,
    TenantFound,
)

T = TypeVar("T")
LOOKS = ("theme", "language", "zoom")
_log = logging.getLogger("omnix_desktop.session")


class Known(msgspec.Struct, frozen=True):
    """What a profile remembers in the clear: nothing that opens a door."""

    server: str = ""
    tenant_code: str = ""
    tenant_name: str = ""
    email: str = ""
    device_id: str = ""
    theme: str = "system"
    language: str = "id"
    zoom: str = "1.0"
    stays: str = ""  # somebody stayed signed in: the frame may be shown at once
    ground: str = ""
    place: str = ""


class Profile:
    """One server, as this machine knows it."""

    def __init__(self, name: str, server: str = "", keychain: Keychain | None = None) -> None:
        self.name = name
        self.folder = profile_folder(name)
        self.keychain = keychain or Keychain()
        self._file = self.folder / "profile.json"
        self.known = self._read()
        if not self.known.device_id:
            self.remember(device_id=new_id())
        if server:
            self.remember(server=server)

    def remember(self, **fields: str) -> None:
        self.known = msgspec.structs.replace(self.known, **fields)
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self.known))
        fresh.replace(self._file)

    def remembered(self) -> SignedIn | None:
        """Who stayed signed in here; the tokens come from the keychain."""
        if not self.known.tenant_code:
            return None
        kept = self.keychain.get(self._token_name())
        try:
            return None if kept is None else msgspec.json.decode(kept, type=SignedIn)
        except msgspec.DecodeError:
            return None

    def keep(self, signed_in: SignedIn) -> None:
        """The refresh token's successor, before its first use; runs in a thread."""
        self.keychain.put(self._token_name(), msgspec.json.encode(signed_in).decode())

    def forget(self) -> None:
        self.remember(stays="")
        self.keychain.forget(self._token_name())

    def _token_name(self) -> str:
        return session_of(self.name)

    def _read(self) -> Known:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Known)
        except (OSError, msgspec.DecodeError):
            return Known()


class Door:
    """The two steps of signing in (S0.1–S0.9), as the sign-in window asks for them."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    async def find_tenant(self, server: str, code: str) -> TenantFound | Refused:
        found = await self._ask(server, lambda http: http.find_tenant(code.strip().lower()))
        if isinstance(found, TenantFound):
            self.profile.remember(server=server, tenant_code=found.code, tenant_name=found.name)
        return found

    async def sign_in(self, email: str, password: str) -> SignedIn | Refused:
        known = self.profile.known
        request = SignIn(
            tenant_code=known.tenant_code,
            email=email.strip(),
            password=password,
            device_id=known.device_id,
            device_name=platform.node()[:200],
        )
        answer = await self._ask(known.server, lambda http: http.sign_in(request))
        if isinstance(answer, SignedIn):
            self.profile.remember(email=email.strip())
        return answer

    async def change_password(self, signed_in: SignedIn, old: str, new: str) -> Refused | None:
        """A one-time password becomes the person's own, before they enter."""
        request = ChangePassword(old_password=old, new_password=new)
        server = self.profile.known.server
        return await self._ask(server, lambda http: http.change_password(signed_in.access_token, request))

    async def ask_reset_code(self, email: str) -> Refused | None:
        """A code by mail for a forgotten password (S0.7)."""
        known = self.profile.known
        request = AskResetCode(tenant_code=known.tenant_code, email=email)
        return await self._ask(known.server, lambda http: http.ask_reset_code(request))

    async def reset_with_code(self, email: str, code: str, password: str) -> Refused | None:
        known = self.profile.known
        request = ResetWithCode(tenant_code=known.tenant_code, email=email, code=code, new_password=password)
        return await self._ask(known.server, lambda http: http.reset_with_code(request))

    def can_remember(self) -> bool:
        """Whether this machine has a keychain; without one the password is asked each time."""
        return self.profile.keychain.available

    async def _ask(self, server: str, call: Callable[[Http], Awaitable[T]]) -> T | Refused:
        http = Http(server)
        try:
            return await call(http)
        except Unreachable:
            return OFFLINE
        finally:
            await http.close()


class _SigningOut(msgspec.Struct, frozen=True):
    """The port Account, which also ends this life on the screen."""

    inner: Account
    profile: Profile
    ended: Callable[[], None]
    folder: Path
    key: bytes

    @property
    def me(self) -> SignedIn:
        return self.inner.me

    async def sessions(self) -> tuple[Session, ...] | Refused:
        return await self.inner.sessions()

    async def end_session(self, session_id: SessionId) -> Refused | None:
        return await self.inner.end_session(session_id)

    async def change_password(self, old: str, new: str) -> Refused | None:
        refused = await self.inner.change_password(old, new)
        if refused is None:
            await asyncio.to_thread(rewrap, self.folder, self.key, new)
        return refused

    async def reset_password(self, user_id: UserId, password: str) -> Refused | None:
        return await self.inner.reset_password(user_id, password)

    async def sign_out(self) -> None:
        self.profile.forget()
        self.ended()  # the screens let go of the cache before it is closed
        await self.inner.sign_out()


class Life:
    """The desk of whoever signed in, opened from this machine's files."""

    def __init__(
        self,
        profile: Profile,
        signed_in: SignedIn,
        *,
        password: str | None = None,
        remember: bool,
        ended: Callable[[], None],
    ) -> None:
        self.profile = profile
        self.signed_in = signed_in
        self.stays = remember
        folder = desk_folder(profile.name, signed_in.tenant_code, signed_in.user_id)
        name = f"{profile.name}|{signed_in.tenant_code}|{signed_in.user_id}|files"
        key = key_for(folder, name, profile.keychain, password, ServerClock().now())
        keep = profile.keep if remember else _not_kept
        if remember and password is not None:  # who stayed signed in stands there already
            profile.keep(signed_in)
        self.desk = Desk(profile.known.server, signed_in, profile.known.device_id, folder, key, keep)
        account = _SigningOut(self.desk.ports.account, profile, ended, folder, key)
        self.ports: Ports = msgspec.structs.replace(self.desk.ports, account=account)

    @property
    def source(self) -> Source:
        """The cache, as models read it."""
        made = self.desk.engine
        return Source(made.reader, made.feed, UserId(self.signed_in.user_id))

    @property
    def local(self) -> "HandWritten":
        """What the user's hand writes."""
        return HandWritten(self.profile, self.desk.local)

    def now(self) -> datetime:
        return self.desk.clock.now()

    def setting(self, name: str) -> bytes | None:
        if name in LOOKS:
            looks: dict[str, str] = msgspec.structs.asdict(self.profile.known)
            return looks[name].encode()
        return setting(self.desk.engine.reader(), name)

    def start(self) -> None:
        """Begin to reach for the server; the screens stand already."""
        self.desk.start()

    async def close(self) -> None:
        await self.desk.close()


class HandWritten:
    """Drafts and settings; looks belong to the profile, because they are needed before anybody signs in."""

    def __init__(self, profile: Profile, local: Local) -> None:
        self._profile, self._local = profile, local

    def save_draft(
        self,
        conversation_id: str,
        mode: str,
        text: str,
        files: tuple[Attachment, ...] = (),
        before: str | None = None,
        seen: Draft | None = None,
        beside: Beside = NOTHING,
    ) -> Future[None]:
        return self._local.save_draft(conversation_id, mode, text, files, before, seen, beside)

    def leave_draft(self, conversation_id: str) -> None:
        self._local.leave_draft(conversation_id)

    def save_setting(self, name: str, value: bytes) -> Future[None]:
        if name not in LOOKS:
            return self._local.save_setting(name, value)
        self._profile.remember(**{name: value.decode()})
        written: Future[None] = Future()
        written.set_result(None)
        return written


def _not_kept(_signed_in: SignedIn) -> None:
    """Not to be remembered: the tokens end with the program."""


class Lives:
    """Signing in and staying signed in, on one server."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.door = Door(profile)

    def prefill(self) -> tuple[str, str, str, str]:
        known = self._profile.known
        return known.server, known.tenant_code, known.tenant_name, known.email

    def resume(self, ended: Callable[[], None]) -> Life | None:
        """Whoever stayed signed in, without the network; None where somebody has to sign in."""
        signed_in = self._profile.remembered()
        if signed_in is None:
            return None
        try:
            return Life(self._profile, signed_in, remember=True, ended=ended)
        except Locked:
            return None

    async def unlock(self, signed_in: SignedIn, password: str, *, remember: bool, ended: Callable[[], None]) -> Life:
        """After signing in. The key under the password takes its time, so it is derived in a thread."""
        stays = await asyncio.to_thread(lambda: remember and self._profile.keychain.available)
        self._profile.remember(stays="yes" if stays else "")
        return await asyncio.to_thread(Life, self._profile, signed_in, password=password, remember=stays, ended=ended)

    def forget(self) -> None:
        self._profile.forget()

    def looks(self, **seen: str) -> None:
        self._profile.remember(**seen)
