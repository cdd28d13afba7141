"""Fetching by link: limits hold whatever the other side says, and nothing internal is ever reached."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from backend.files.fetching import Fetcher, FetchLimits, NotFetched, TooMuch
from tests.support.serving import serving
from tests.support.tcp import tcp_server
from tests.support.tls import certified

SECRET = "token=rahasia"
LIMITS = FetchLimits(size=100_000, seconds=20)
HOST = "127.0.0.1"
PUBLIC = "93.184.216.34"
TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Provider:
    """A provider's file server, and what it was asked."""

    asked: list[Request] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/ok", self._ok),
                Route("/size/{bytes:int}", self._size),
                Route("/liar", self._liar),
                Route("/status/{code:int}", self._status),
                Route("/type", self._type),
                Route("/zipped", self._zipped),
                Route("/slow", self._slow),
                Route("/hop/{left:int}", self._hop),
                Route("/to", self._to),
                Route("/short", self._short),
            ]
        )

    async def _ok(self, request: Request) -> Response:
        self.asked.append(request)
        named = {"Content-Disposition": "attachment; filename*=UTF-8''bukti%20bayar.png"}
        return Response(b"\x89PNG", media_type="image/png", headers=named)

    async def _size(self, request: Request) -> Response:
        return Response(bytes(request.path_params["bytes"]), media_type="image/png")

    async def _liar(self, request: Request) -> Response:
        async def endless() -> AsyncIterator[bytes]:
            while not self.gone.is_set():
                yield bytes(10_000)
                await asyncio.sleep(0)

        return StreamingResponse(endless(), media_type="image/png")

    async def _status(self, request: Request) -> Response:
        return Response(status_code=request.path_params["code"], headers={"Retry-After": "7"})

    async def _type(self, request: Request) -> Response:
        return Response(b"x", media_type=request.query_params["is"])

    async def _zipped(self, request: Request) -> Response:
        return Response(b"x", media_type="image/png", headers={"Content-Encoding": "gzip"})

    async def _slow(self, request: Request) -> Response:
        async def drip() -> AsyncIterator[bytes]:
            yield b"x"
            await self.gone.wait()

        return StreamingResponse(drip(), media_type="image/png")

    async def _hop(self, request: Request) -> Response:
        left = request.path_params["left"]
        return RedirectResponse(f"/hop/{left - 1}?{SECRET}" if left else "/ok", 302)

    async def _to(self, request: Request) -> Response:
        return RedirectResponse(request.query_params["url"])

    async def _short(self, request: Request) -> Response:
        return Response(b"x", media_type="image/png", headers={"Content-Length": "50"})


@pytest.fixture
async def provider() -> AsyncIterator[tuple[Provider, str]]:
    made = Provider()
    async with serving(made.app) as address:
        try:
            yield made, address
        finally:
            made.gone.set()


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(tls=TRUSTING_NOBODY, internal_hosts=(HOST,))


@dataclass(frozen=True)
class Fetched:
    """All of a file."""

    body: bytes
    media_type: str
    name: str


async def fetch(
    fetcher: Fetcher, url: str, limits: FetchLimits = LIMITS, headers: Mapping[str, str] | None = None
) -> Fetched:
    async with fetcher.opened(url, limits, headers) as arriving:
        body = b"".join([chunk async for chunk in arriving.chunks])
    return Fetched(body, arriving.media_type, arriving.name)


async def refusal(fetcher: Fetcher, url: str, limits: FetchLimits = LIMITS) -> NotFetched:
    with pytest.raises(NotFetched) as told:
        await fetch(fetcher, url, limits)
    sentence = str(told.value)
    assert "rahasia" not in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return told.value


def names(**known: str) -> "Known":
    return Known({name.replace("_", "."): address for name, address in known.items()})


class Known:
    """A resolver that knows these names, and how often each was looked up."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Collection[str]:
        self.asked.append(host)
        if host not in self.known:
            raise socket.gaierror
        return self.known[host].split()


async def test_a_file_comes_with_what_is_said_about_it(provider: tuple[Provider, str], fetcher: Fetcher) -> None:
    got = await fetch(fetcher, f"{provider[1]}/ok?{SECRET}", LIMITS, {"Authorization": "Bearer x"})
    assert got == Fetched(b"\x89PNG", "image/png", "bukti bayar.png")
    asked = provider[0].asked[0]
    assert asked.headers["authorization"] == "Bearer x"
    assert asked.headers["host"] == provider[1].removeprefix("http://")
    assert asked.url.query == SECRET


async def test_more_than_the_limit_never_comes_in(provider: tuple[Provider, str], fetcher: Fetcher) -> None:
    _, address = provider
    assert len((await fetch(fetcher, f"{address}/size/100000", LIMITS)).body) == 100_000
    told = await refusal(fetcher, f"{address}/size/25000000?{SECRET}", FetchLimits(size=20_000_000))
    assert str(told) == "Too large: 25 MB, allowed 20 MB."
    assert not told.passing
    assert isinstance(told, TooMuch)
    assert "allowed 0.1 MB" in str(await refusal(fetcher, f"{address}/liar?{SECRET}"))


@pytest.mark.parametrize(("code", "passing"), [(404, False), (403, False), (204, False), (503, True), (429, True)])
async def test_what_may_pass_is_told_from_what_will_not(
    provider: tuple[Provider, str], fetcher: Fetcher, code: int, passing: bool
) -> None:
    told = await refusal(fetcher, f"{provider[1]}/status/{code}?{SECRET}")
    assert told.passing is passing
    assert told.retry_after == 7


async def test_what_is_said_of_its_type_is_passed_on_and_what_is_packed_is_refused(
    provider: tuple[Provider, str], fetcher: Fetcher
) -> None:
    _, address = provider
    for kind in ("application/pdf", "image/x-anything", "application/octet-stream"):
        assert (await fetch(fetcher, f"{address}/type?is={kind}")).media_type == kind
    assert "compressed" in str(await refusal(fetcher, f"{address}/zipped?{SECRET}"))


async def test_time_is_limited_and_what_breaks_off_may_pass(provider: tuple[Provider, str], fetcher: Fetcher) -> None:
    _, address = provider
    told = await refusal(fetcher, f"{address}/slow?{SECRET}", FetchLimits(size=1000, seconds=0.3))
    assert told.passing
    assert "0.3 seconds" in str(told)
    assert (await refusal(fetcher, f"{address}/short?{SECRET}")).passing


async def test_redirections_are_followed_so_far(provider: tuple[Provider, str], fetcher: Fetcher) -> None:
    _, address = provider
    assert (await fetch(fetcher, f"{address}/hop/2?{SECRET}", LIMITS)).body
    assert "more than 3 times" in str(await refusal(fetcher, f"{address}/hop/3?{SECRET}"))


@pytest.mark.parametrize(
    "target",
    [
        *(
            "http://10.0.0.1/x",
            "https://10.0.0.1/x",
            "https://localhost/",
            "https://[::ffff:7f00:1]/",
            "ftp://127.0.0.1/",
        ),
        *("file:///etc/passwd", "https://0x7f.1/", "https://a:b@127.0.0.1/", "//169.254.169.254/latest", "https://"),
    ],
)
async def test_each_redirection_is_checked_again(provider: tuple[Provider, str], fetcher: Fetcher, target: str) -> None:
    told = await refusal(fetcher, f"{provider[1]}/to?url={target}?{SECRET}")
    assert not told.passing


async def test_a_key_is_not_carried_to_another_host(provider: tuple[Provider, str]) -> None:
    made, address = provider
    port = address.rpartition(":")[2]
    fetcher = Fetcher(tls=TRUSTING_NOBODY, internal_hosts=(HOST, "other.example"), resolve=names(other_example=HOST))
    await fetch(fetcher, f"{address}/to?url=http://other.example:{port}/ok", LIMITS, {"Authorization": "Bearer x"})
    assert "authorization" not in made.asked[0].headers


@pytest.mark.parametrize(
    "url",
    [
        *("", "nonsense", "http://", "https:///path", "gopher://example.com/", "https://user@example.com/"),
        *("https://xn--/", "https://exa mple/", "https://example.com:0/", "https://example.com:99999/"),
        *("https://\n", "https://[::1", "https://\uff11\uff12\uff17.0.0.1/", "http://example.com/"),
    ],
)
async def test_what_is_no_link_of_ours_is_refused(url: str) -> None:
    told = await refusal(Fetcher(tls=TRUSTING_NOBODY, resolve=names()), url)
    assert isinstance(told, NotFetched)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "0.0.0.0", "[::]"),
        *("169.254.169.254", "192.168.1.1", "100.64.0.1", "[fd00:ec2::254]", "224.0.0.1"),
        *("2130706433", "0x7f.1", "017700000001", "127.1"),
    ],
)
async def test_internal_addresses_are_refused_however_they_are_written(host: str) -> None:
    with socket.create_server((HOST, 0)) as door:
        door.settimeout(0)
        told = await refusal(Fetcher(tls=TRUSTING_NOBODY), f"https://{host}:{door.getsockname()[1]}/?{SECRET}")
        with pytest.raises(BlockingIOError):
            door.accept()
    assert not told.passing
    assert "not fetched" in str(told)


@pytest.mark.parametrize("addresses", ["127.0.0.1", f"{PUBLIC} 10.0.0.1", "::1", "fe80::1%lo", "nonsense"])
async def test_a_name_that_points_inside_is_refused(addresses: str) -> None:
    told = await refusal(
        Fetcher(tls=TRUSTING_NOBODY, resolve=names(evil_example=addresses)), f"https://evil.example/?{SECRET}"
    )
    assert "internal" in str(told)
    assert str(await refusal(Fetcher(tls=TRUSTING_NOBODY, resolve=names()), f"https://none.example/?{SECRET}")) == (
        "The name none.example is not known."
    )


async def test_the_name_is_looked_up_once_and_the_checked_address_is_the_one_called(
    provider: tuple[Provider, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    class Rebinding(Known):
        async def __call__(self, host: str, port: int) -> Collection[str]:
            found = await super().__call__(host, port)
            self.known[host] = HOST  # from now on it points inside
            return found

    async def connect(self: object, host: str, *rest: object, **named: object) -> None:
        called.append(host)
        raise ConnectionRefusedError

    resolve = Rebinding({"evil.example": PUBLIC})
    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)
    fetcher = Fetcher(tls=TRUSTING_NOBODY, resolve=resolve)
    await refusal(fetcher, f"https://evil.example/?{SECRET}")
    assert (called, resolve.asked) == ([PUBLIC], ["evil.example"])
    assert "internal" in str(await refusal(fetcher, f"https://evil.example/?{SECRET}"))
    assert called == [PUBLIC]


async def test_the_certificate_is_asked_for_the_name_not_for_the_address(tmp_path: Path) -> None:
    sides = certified(tmp_path, "media.example")
    asked: list[str | None] = []
    sides.server.sni_callback = lambda _, name, __: asked.append(name)

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: image/png\r\n\r\nok")

    known = names(media_example=HOST, other_example=HOST)
    hosts = ("media.example", "other.example")
    async with tcp_server(served, tls=sides.server) as port:
        fetcher = Fetcher(internal_hosts=hosts, resolve=known, tls=sides.client)
        assert (await fetch(fetcher, f"https://media.example:{port}/a", LIMITS)).body == b"ok"
        assert asked[0] == "media.example"
        assert f"Host: media.example:{port}\r\n" in str(asked[1])
        told = await refusal(fetcher, f"https://other.example:{port}/a?{SECRET}")
        assert "certificate" in str(told)
        stranger = Fetcher(internal_hosts=hosts, resolve=known, tls=TRUSTING_NOBODY)
        assert "certificate" in str(await refusal(stranger, f"https://media.example:{port}/a"))


async def test_a_fault_of_the_reader_is_not_blamed_on_the_other_side(
    provider: tuple[Provider, str], fetcher: Fetcher
) -> None:
    with pytest.raises(OSError, match="disk"):
        async with fetcher.opened(f"{provider[1]}/ok", LIMITS):
            raise OSError("the disk is full")
