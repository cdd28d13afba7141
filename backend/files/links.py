"""Links to one file for minutes: for providers that take an address, and for a reader that shows a mail's pictures."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from omnix_protocol.ids import FileId, TenantId

TOKEN_MAX: Final = 400
_MARK_BYTES: Final = 32


class Purpose(StrEnum):
    """Whom a link is for; one that was made for something else opens no file."""

    PROVIDER = "provider"
    READER = "reader"


class _Said(msgspec.Struct, frozen=True, array_like=True):
    tenant_id: str
    file_id: str
    purpose: Purpose
    until: int  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Named:
    """What a token that still holds stands for."""

    tenant_id: TenantId
    file_id: FileId
    purpose: Purpose


class FileLinks:
    """`key` is the server's; all its processes know each other's links. `minutes` is how long a new one holds."""

    def __init__(self, key: bytes, public_url: str, now: Callable[[], datetime], minutes: float) -> None:
        self._key = hmac.new(key, b"omnix: links to files, 1", hashlib.sha256).digest()
        self._public_url = public_url
        self._now = now
        self._lasting = timedelta(minutes=minutes)

    def link(self, tenant_id: TenantId, file_id: FileId, purpose: Purpose = Purpose.PROVIDER) -> str:
        """An address that anybody may fetch the file from until it ends."""
        return f"{self._public_url}/f/{self.token(tenant_id, file_id, purpose)}"

    def token(self, tenant_id: TenantId, file_id: FileId, purpose: Purpose) -> str:
        until = int((self._now() + self._lasting).timestamp())
        said = msgspec.msgpack.encode(_Said(tenant_id, file_id, purpose, until))
        return _coded(self._mark(said) + said)

    def read(self, token: str) -> Named | None:
        """None for one that is over, was changed, or was never ours."""
        if len(token) > TOKEN_MAX:
            return None
        try:
            whole = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mark, said = whole[:_MARK_BYTES], whole[_MARK_BYTES:]
        if token != _coded(whole) or not hmac.compare_digest(mark, self._mark(said)):
            return None
        try:
            named = msgspec.msgpack.decode(said, type=_Said)
        except msgspec.MsgspecError:
            return None
        if datetime.fromtimestamp(named.until, UTC) <= self._now():
            return None
        return Named(TenantId(named.tenant_id), FileId(named.file_id), named.purpose)

    def _mark(self, said: bytes) -> bytes:
        return hmac.new(self._key, said, hashlib.sha256).digest()


def _coded(whole: bytes) -> str:
    return base64.urlsafe_b64encode(whole).rstrip(b"=").decode()
