"""Channel secrets: in by this door, sealed under the server's key, opened for the sender alone, never out again."""

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.config import Settings, WrongSetting
from backend.gateway.http import Answer, Call, Operation
from backend.gateway.principal import Principal
from backend.store.store import Store
from omnix_protocol.channel_setup import SecretStored, StoreSecret
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import SecretId, TenantId, new_id
from omnix_protocol.people import Role, User

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEY_FILE: Final = "server.key"


class Unsealable(Exception):
    """This was sealed with another key, or for another place."""


class Seal:
    """AES-256-GCM; what is sealed can only be opened with the tenant and secret id it was sealed for."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, place: str, secret: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """Raises Unsealable."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except InvalidTag:
            raise Unsealable from None


class SecretDoor:
    """By administrators. A secret that went in is replaced or forgotten, never shown."""

    def __init__(self, store: Store, seal: Seal, now: Callable[[], datetime]) -> None:
        self._store = store
        self._seal = seal
        self.now = now

    def operations(self) -> list[Operation]:
        return [Operation("POST", "/v1/secrets", "Store a channel secret.", self.store, StoreSecret, SecretStored)]

    async def store(self, call: Call) -> Answer:
        who = call.principal
        if not await administers(self._store, who):
            return refused(Reason.NOT_ENTITLED)
        asked: StoreSecret = call.body
        try:
            kept = await self.fields(who.tenant_id, asked.base)
        except Unsealable:
            kept = {}
        return SecretStored(secret_id=await self.put(who.tenant_id, kept | asked.fields))

    async def put(self, tenant_id: TenantId, fields: Mapping[str, str]) -> SecretId:
        """Also for the command line and the demo."""
        secret_id = SecretId(new_id())
        sealed = self._seal.close(f"{tenant_id}/{secret_id}", msgspec.json.encode(dict(fields)))
        await self._store.secrets.put(tenant_id, secret_id, sealed, self.now())
        return secret_id

    async def fields(self, tenant_id: TenantId, secret_id: SecretId | None) -> dict[str, str]:
        """For whoever talks to the provider; empty where there is none. Raises Unsealable."""
        sealed = await self._store.secrets.get(tenant_id, secret_id) if secret_id is not None else None
        if sealed is None:
            return {}
        return msgspec.json.decode(self._seal.open(f"{tenant_id}/{secret_id}", sealed), type=dict[str, str])


async def administers(store: Store, who: Principal) -> bool:
    """Whether this is an administrator, by the entitlement of this moment."""
    async with store.read(who.tenant_id) as tx:
        user = await tx.get(User, who.actor.id)
    return user is not None and user.active and user.role.rank >= Role.ADMINISTRATOR.rank


def server_key(settings: Settings) -> bytes:
    """The key of the settings; with SQLite, where nothing is said, one that lies beside the database."""
    if settings.secrets.key:
        return _decoded(settings.secrets.key, "secrets.key")
    if not settings.on_sqlite:
        raise WrongSetting(
            "secrets.key: with PostgreSQL every server process needs the same key; expected 32 random bytes in base64 "
            "(`openssl rand -base64 32`)."
        )
    file = settings.folder / KEY_FILE
    settings.folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _decoded(file.read_text("ascii"), str(file))
    with os.fdopen(handle, "wb") as fresh:
        key = os.urandom(KEY_BYTES)
        fresh.write(base64.b64encode(key) + b"\n")
    return key


def _decoded(text: str, place: str | Path) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise WrongSetting(f"{place}: expected 32 bytes in base64 (`openssl rand -base64 32`).")
    return key
