"""The key of a user's two files: in the keychain, or wrapped under the password where there is none."""

import hashlib
import hmac
import importlib
import os
from datetime import datetime
from pathlib import Path

import msgspec

from omnix_desktop.platform.keychain import Keychain

LENGTH = 32
_TIME, _MEMORY, _LANES = 3, 65_536, 2


class Locked(Exception):
    """There are files here, and nothing at hand opens them: the password is needed."""


class Wrapped(msgspec.Struct, frozen=True):
    """The key under Argon2id of the password; the salt is used for this one key only."""

    salt: bytes
    covered: bytes
    mark: bytes


def key_for(folder: Path, name: str, keychain: Keychain, password: str | None, now: datetime) -> bytes:
    """The key that opens what lies in the folder, made where there is none. Raises Locked without a password."""
    kept = keychain.get(name)
    if kept is not None:
        return bytes.fromhex(kept)
    wrapped = folder / "key"
    key = _unwrapped(wrapped, password)
    if key is None and wrapped.exists():
        if password is None:
            raise Locked(str(folder))
        _set_aside(folder, now)  # the password was reset: what the old one opens is kept beside
    key = key or os.urandom(LENGTH)
    if not keychain.put(name, key.hex()):
        if password is None:
            raise Locked(str(folder))
        _wrap(wrapped, key, password)
    return key


def rewrap(folder: Path, key: bytes, password: str) -> None:
    """The password was changed: where the key lies under it, it lies under the new one from now on."""
    if (folder / "key").exists():
        _wrap(folder / "key", key, password)


def _derived(password: str, salt: bytes) -> bytes:
    argon2 = importlib.import_module("argon2.low_level")
    derived: bytes = argon2.hash_secret_raw(password.encode(), salt, _TIME, _MEMORY, _LANES, LENGTH * 2, argon2.Type.ID)
    return derived


def _wrap(target: Path, key: bytes, password: str) -> None:
    salt = os.urandom(16)
    derived = _derived(password, salt)
    covered = bytes(a ^ b for a, b in zip(key, derived[:LENGTH], strict=True))
    mark = hmac.digest(derived[LENGTH:], covered, hashlib.sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name("key.new")
    fresh.write_bytes(msgspec.json.encode(Wrapped(salt, covered, mark)))
    fresh.chmod(0o600)
    fresh.replace(target)


def _unwrapped(source: Path, password: str | None) -> bytes | None:
    if password is None or not source.exists():
        return None
    try:
        wrapped = msgspec.json.decode(source.read_bytes(), type=Wrapped)
    except (msgspec.DecodeError, OSError):
        return None
    derived = _derived(password, wrapped.salt)
    if not hmac.compare_digest(wrapped.mark, hmac.digest(derived[LENGTH:], wrapped.covered, hashlib.sha256)):
        return None
    return bytes(a ^ b for a, b in zip(wrapped.covered, derived[:LENGTH], strict=True))


def _set_aside(folder: Path, now: datetime) -> None:
    aside = folder / f"old-{now:%Y%m%d-%H%M%S}"
    aside.mkdir()
    for name in ("key", "local.db", "local.db-wal", "local.db-shm"):
        if (folder / name).exists():
            (folder / name).rename(aside / name)
