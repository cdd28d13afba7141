"""Pictures that a mail names, loaded when its reader allows it: https only, no trace of who asks, not our network."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from omnix_desktop.sync.http import tls_context
from omnix_protocol.addresses import is_outside_text

PICTURE_BYTES: Final = 8 * 1024 * 1024
REDIRECTS: Final = 3
_SECONDS: Final = 15.0
_HEADERS: Final = {"Accept": "image/*", "User-Agent": "Mozilla/5.0"}
_log = logging.getLogger("omnix_desktop.sync.outside")

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def _addresses(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class OutsidePictures:
    """The port Outside. No cookies, no referrer, no proxy; the connection goes to the address that was looked at."""

    def __init__(self, resolve: Resolve = _addresses, transport: Any = None) -> None:
        self._resolve, self._transport = resolve, transport
        self._client: Any = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def picture(self, url: str) -> bytes | None:
        import httpx

        try:
            async with asyncio.timeout(_SECONDS):
                client = await self._ready()
                for _ in range(REDIRECTS + 1):
                    answer = await self._ask(client, url)
                    if not isinstance(answer, str):
                        return answer
                    url = answer
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, ValueError) as error:
            _log.info("a picture of a mail was not loaded: %s", type(error).__name__)
        return None

    async def _ready(self) -> Any:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)  # imports, and the machine's certificates
        return self._client

    def _open(self) -> Any:
        import httpx

        # hosts share addresses: a connection that is kept would serve one host what was agreed with another
        limits = httpx.Limits(max_keepalive_connections=0)
        return httpx.AsyncClient(verify=tls_context(), trust_env=False, limits=limits, transport=self._transport)

    async def _ask(self, client: Any, url: str) -> bytes | str | None:
        """The picture, or where it is said to be."""
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.username is not None:
            return None
        host, port = parts.hostname.encode("idna").decode(), parts.port or 443
        addresses = await self._resolve(host, port)
        # one inside is enough to refuse them all, as on the server
        if not addresses or not all(map(is_outside_text, addresses)):
            return None
        shown = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
        target = parts._replace(netloc=f"{shown}:{port}", fragment="").geturl()
        client.cookies.clear()
        request = client.build_request("GET", target, headers={**_HEADERS, "Host": parts.netloc})
        request.extensions["sni_hostname"] = host
        answer = await client.send(request, stream=True, follow_redirects=False)
        try:
            if answer.is_redirect:
                return urljoin(url, str(answer.headers.get("Location", "")))
            return await _body(answer)
        finally:
            await answer.aclose()


async def _body(answer: Any) -> bytes | None:
    if answer.status_code != 200 or not answer.headers.get("Content-Type", "").lower().startswith("image/"):
        return None
    read = bytearray()
    async for piece in answer.aiter_bytes():
        read += piece
        if len(read) > PICTURE_BYTES:
            return None
    return bytes(read)
