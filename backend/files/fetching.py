"""Fetching what a provider's link names: so much, so long, and never from an internal address."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final

import httpcore
import httpx

from omnix_protocol.addresses import OddHost, is_outside_text, literal

Resolve = Callable[[str, int], Awaitable[Collection[str]]]
"""Host and port to addresses. Raises OSError."""
REDIRECTS: Final = (301, 302, 303, 307, 308)
AWAY: Final = frozenset({408, 425, 429, *range(500, 600)})
ADDRESSES_TRIED: Final = 4


class NotFetched(Exception):
    """One sentence that never holds more of the link than its host. `passing`: the same may work later."""

    def __init__(self, sentence: str, *, passing: bool = False, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.passing = passing
        self.retry_after = retry_after


class TooMuch(NotFetched):
    """More bytes than are allowed."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """`size` in bytes."""

    size: int
    seconds: float = 60.0
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Arriving:
    """What the other side says about the bytes, not yet believed, and the bytes, which end at the limit."""

    media_type: str
    name: str
    size: int | None
    chunks: AsyncIterator[bytes]


async def by_system(host: str, port: int) -> Collection[str]:
    """What this machine's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """One for the process. A host in `internal_hosts` ("name" or "name:port") may be internal, and without TLS."""

    def __init__(
        self,
        *,
        internal_hosts: Collection[str] = (),
        resolve: Resolve = by_system,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._internal = frozenset(host.lower() for host in internal_hosts)
        self._resolve = resolve
        self._tls = tls

    @asynccontextmanager
    async def opened(
        self, url: str, limits: FetchLimits, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Arriving]:
        """The answer, to be read while the block lasts. `headers` go to the link's own host and no other.

        Raises NotFetched, also from reading the chunks.
        """
        place = _parsed(url)
        deadline = asyncio.timeout(limits.seconds)
        try:
            async with deadline, AsyncExitStack() as stack:
                with _in_words(place.host):
                    pool = await stack.enter_async_context(self._pool())
                    following = self._followed(pool, place, limits, dict(headers or {}))
                    response, place = await stack.enter_async_context(following)
                yield _arriving(response, limits, place.host)
        except TimeoutError:
            if deadline.expired():
                raise NotFetched(f"{place.host} took longer than {limits.seconds:g} seconds.", passing=True) from None
            raise

    def _pool(self) -> httpcore.AsyncConnectionPool:
        self._tls = self._tls or ssl.create_default_context()
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=_Checked(self._resolve, self._is_internal),
        )

    def _is_internal(self, host: str, port: int) -> bool:
        return bool({host.lower(), f"{host.lower()}:{port}"} & self._internal)

    @asynccontextmanager
    async def _followed(
        self, pool: httpcore.AsyncConnectionPool, place: httpx.URL, limits: FetchLimits, headers: dict[str, str]
    ) -> AsyncIterator[tuple[httpcore.Response, httpx.URL]]:
        """The first answer that is no redirection."""
        for _ in range(limits.redirects + 1):
            self._check_scheme(place)
            async with pool.stream(
                "GET", _wire_url(place), headers=_wire_headers(place, headers), extensions=_timeouts(limits.seconds)
            ) as response:
                if response.status not in REDIRECTS:
                    yield response, place
                    return
                target = _header(response, b"location")
            before, place = place, _joined(place, target)
            if _origin(before) != _origin(place):
                headers = {}
        raise NotFetched(f"{place.host} redirects more than {limits.redirects} times.")

    def _check_scheme(self, place: httpx.URL) -> None:
        plain = place.scheme == "http" and self._is_internal(place.host, _port(place))
        if place.scheme != "https" and not plain:
            raise NotFetched("Only links that begin with https:// are fetched.")


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to exactly the address that was checked; the name is kept for the certificate and the Host line."""

    def __init__(self, resolve: Resolve, is_internal: Callable[[str, int], bool]) -> None:
        self._resolve = resolve
        self._is_internal = is_internal
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in (await self._addresses(host, port))[:ADDRESSES_TRIED]:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            known = literal(host)
        except OddHost:
            raise NotFetched("The link's host is written as a number; such links are not fetched.") from None
        try:
            found = [str(known)] if known is not None else list(await self._resolve(host, port))
        except (OSError, UnicodeError):
            raise NotFetched(f"The name {host} is not known.", passing=True) from None
        # One inside is enough to refuse them all: a name that points inside and outside at once is up to something.
        if not self._is_internal(host, port) and not all(is_outside_text(address) for address in found):
            raise NotFetched(f"{host} is an internal address; such links are not fetched.")
        return found


def _parsed(url: str) -> httpx.URL:
    try:
        place = httpx.URL(url)
        whole = bool(place.host) and place.scheme in ("http", "https") and 0 < _port(place) < 65536
    except (httpx.InvalidURL, ValueError, TypeError):
        whole = False
        place = httpx.URL()
    if not whole:
        raise NotFetched("This is no link that can be fetched.")
    if place.userinfo:
        raise NotFetched("Links with a name and password in them are not fetched.")
    return place


def _joined(place: httpx.URL, target: str) -> httpx.URL:
    try:
        return _parsed(str(place.join(target))) if target else _parsed("")
    except (httpx.InvalidURL, ValueError):
        raise NotFetched(f"{place.host} redirects to nowhere.") from None


def _port(place: httpx.URL) -> int:
    return place.port or (443 if place.scheme == "https" else 80)


def _origin(place: httpx.URL) -> tuple[str, str, int]:
    return place.scheme, place.host, _port(place)


def _wire_url(place: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path or b"/")


def _wire_headers(place: httpx.URL, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    # Bytes as they are: what is unpacked here could be a thousand times what came.
    own = {"Host": place.netloc.decode("ascii"), "Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Omnix"}
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in (own | dict(headers)).items()]


def _timeouts(seconds: float) -> dict[str, dict[str, float]]:
    return {"timeout": {"connect": min(10.0, seconds), "read": seconds, "write": seconds, "pool": seconds}}


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1").strip() for key, value in response.headers if key.lower() == name), "")


def _arriving(response: httpcore.Response, limits: FetchLimits, host: str) -> Arriving:
    if response.status != 200:
        raise _refusal(response, host)
    if _header(response, b"content-encoding").lower() not in ("", "identity"):
        raise NotFetched(f"{host} sends it compressed, which was not asked for.")
    media_type = _header(response, b"content-type").partition(";")[0].strip().lower()
    length = _header(response, b"content-length")
    size = int(length) if length.isdigit() and len(length) < 19 else None
    if size is not None and size > limits.size:
        raise too_much(size, limits.size)
    return Arriving(
        media_type, _file_name(_header(response, b"content-disposition")), size, _counted(response, limits, host)
    )


@contextmanager
def _in_words(host: str) -> Iterator[None]:
    """What a network does, as a sentence: never the exception's own text, which may hold the link."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        if _is_about_the_certificate(error):
            raise NotFetched(f"{host} has no certificate that this server trusts.") from None
        raise NotFetched(f"{host} could not be reached ({type(error).__name__}).", passing=True) from None


def _is_about_the_certificate(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _refusal(response: httpcore.Response, host: str) -> NotFetched:
    after = _header(response, b"retry-after")
    return NotFetched(
        f"{host} answered {response.status}.",
        passing=response.status in AWAY,
        retry_after=min(float(after), 3600.0) if after.isdigit() and len(after) < 8 else None,
    )


async def _counted(response: httpcore.Response, limits: FetchLimits, host: str) -> AsyncIterator[bytes]:
    size = 0
    stream = response.aiter_stream()
    while True:
        with _in_words(host):
            chunk = await anext(stream, None)
        if chunk is None:
            return
        size += len(chunk)
        if size > limits.size:
            raise too_much(None, limits.size)
        yield chunk


def too_much(size: int | None, limit: int) -> TooMuch:
    """In megabytes as people count them (a million bytes)."""
    told = f"Too large: {megabytes(size)}" if size and size > limit else "Too large"
    return TooMuch(f"{told}, allowed {megabytes(limit)}.")


def megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.1f} MB"


def _file_name(disposition: str) -> str:
    header = Message()
    header["Content-Disposition"] = disposition
    try:
        return header.get_filename("") or ""
    except (ValueError, LookupError):
        return ""
