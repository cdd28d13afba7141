"""The doors beside commands, over HTTP: sign-in, sessions, passwords, files. Imports httpx when used."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from omnix_protocol import codec
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import FileId, SessionId, UserId
from omnix_protocol.messages import Attachment
from omnix_protocol.sign_in import (
    AskResetCode,
    ChangePassword,
    FindTenant,
    Refresh,
    ResetPassword,
    ResetWithCode,
    Session,
    Sessions,
    SignedIn,
    SignIn,
    TenantFound,
)

S = TypeVar("S", bound=msgspec.Struct)
_CONNECT_SECONDS: Final = 5.0
_SECONDS: Final = 20.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_log = logging.getLogger("omnix_desktop.sync.http")


class Unreachable(Exception):
    """No answer that this program understands: no network, no server, or something else in between."""


class _Refusal(msgspec.Struct, frozen=True):
    refused: Refused


def is_loopback(url: str) -> bool:
    """Whether the server is on this machine; then no proxy of the company stands between."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def tls_context() -> Any:
    """Trusts what the machine trusts, a company's own authorities too. Imports truststore."""
    import ssl

    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Http:
    """One server's HTTP side."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._client: Any = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def find_tenant(self, code: str) -> TenantFound | Refused:
        return await self.call("POST", "/v1/tenant", TenantFound, FindTenant(code=code))

    async def sign_in(self, request: SignIn) -> SignedIn | Refused:
        return await self.call("POST", "/v1/sign-in", SignedIn, request)

    async def refresh(self, refresh_token: str, device_id: str) -> SignedIn | Refused:
        request = Refresh(refresh_token=refresh_token, device_id=device_id)
        return await self.call("POST", "/v1/refresh", SignedIn, request)

    async def sign_out(self, token: str) -> Refused | None:
        return await self._do("POST", "/v1/sign-out", token)

    async def sessions(self, token: str) -> tuple[Session, ...] | Refused:
        found = await self.call("GET", "/v1/sessions", Sessions, token=token)
        return found if isinstance(found, Refused) else found.sessions

    async def end_session(self, token: str, session_id: SessionId) -> Refused | None:
        return await self._do("DELETE", f"/v1/sessions/{session_id}", token)

    async def change_password(self, token: str, request: ChangePassword) -> Refused | None:
        return await self._do("POST", "/v1/password", token, request)

    async def reset_password(self, token: str, user_id: UserId, request: ResetPassword) -> Refused | None:
        return await self._do("POST", f"/v1/users/{user_id}/password", token, request)

    async def ask_reset_code(self, request: AskResetCode) -> Refused | None:
        return await self._do("POST", "/v1/password-reset/code", body=request)

    async def reset_with_code(self, request: ResetWithCode) -> Refused | None:
        return await self._do("POST", "/v1/password-reset", body=request)

    async def upload(
        self, token: str, name: str, media_type: str, size: int, body: AsyncIterator[bytes]
    ) -> Attachment | Refused:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": media_type,
            "Content-Length": str(size),
            "X-File-Name": quote(name),
        }
        client = await self._ready()
        response = await self._send(client.build_request("POST", "/v1/files", headers=headers, content=body))
        return _read(response.status_code, response.content, Attachment)

    async def download(
        self, token: str, file_id: FileId, start: int, *, thumbnail: bool = False
    ) -> "Download | Refused":
        """The file's bytes from `start` on, where the server allows it; from the beginning, where not."""
        headers = {"Authorization": f"Bearer {token}"}
        if start:
            headers["Range"] = f"bytes={start}-"
        client = await self._ready()
        path = f"/v1/files/{file_id}/thumbnail" if thumbnail else f"/v1/files/{file_id}"
        response = await self._send(client.build_request("GET", path, headers=headers), stream=True)
        if response.status_code not in {200, 206}:
            body = await response.aread()
            await response.aclose()
            return _refusal(response.status_code, body)
        return Download(response, start if response.status_code == 206 else 0)

    async def call(
        self, method: str, path: str, kind: type[S], body: msgspec.Struct | None = None, token: str = ""
    ) -> S | Refused:
        """Any door that answers with a Struct."""
        response = await self._request(method, path, token, body)
        return _read(response.status_code, response.content, kind)

    async def _do(self, method: str, path: str, token: str = "", body: msgspec.Struct | None = None) -> Refused | None:
        response = await self._request(method, path, token, body)
        return None if response.is_success else _refusal(response.status_code, response.content)

    async def _request(self, method: str, path: str, token: str, body: msgspec.Struct | None) -> Any:
        client = await self._ready()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = codec.encode(body)
        return await self._send(client.build_request(method, path, headers=headers, content=content))

    async def _send(self, request: Any, stream: bool = False) -> Any:
        import httpx

        client = await self._ready()
        try:
            return await client.send(request, stream=stream)
        except (httpx.HTTPError, OSError) as error:
            _log.info("%s %s: %s", request.method, request.url.path, type(error).__name__)
            raise Unreachable(str(error)) from error

    async def _ready(self) -> Any:
        async with self._opening:
            if self._client is None:
                # 115 ms of imports, and the machine's certificates: not in the loop's thread
                self._client = await asyncio.to_thread(self._open)
        return self._client

    def _open(self) -> Any:
        import httpx

        secure = self.base_url.startswith("https:")
        return httpx.AsyncClient(
            base_url=self.base_url,
            verify=tls_context() if secure else False,
            trust_env=not is_loopback(self.base_url),
            timeout=httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS),
            follow_redirects=False,
        )


class Download:
    """The bytes of a file on their way; `start` is where they begin."""

    def __init__(self, response: Any, start: int) -> None:
        self._response = response
        self.start = start
        self.size = start + int(response.headers.get("Content-Length", 0))

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        import httpx

        try:
            async for piece in self._response.aiter_bytes():
                yield piece
        except (httpx.HTTPError, OSError) as error:
            raise Unreachable(str(error)) from error
        finally:
            await self._response.aclose()


def _read(status: int, body: bytes, kind: type[S]) -> S | Refused:
    if not 200 <= status < 300:
        return _refusal(status, body)
    try:
        return codec.decode(body, kind)
    except codec.Malformed as error:
        raise Unreachable(f"the server's answer is not understood: {error}") from error


def _refusal(status: int, body: bytes) -> Refused:
    try:
        return codec.decode(body, _Refusal).refused
    except codec.Malformed:
        pass
    if status == 401:
        return refused(Reason.NOT_SIGNED_IN)
    raise Unreachable(f"HTTP status {status}")
