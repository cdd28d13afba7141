"""Pictures that a mail names: asked for without a trace, from the public network alone, within limits."""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial

import httpx
import pytest

from omnix_desktop.sync import outside
from omnix_desktop.sync.outside import OutsidePictures

HOSTS = {
    "pics.example": ["93.184.216.34"],
    "inside.example": ["10.0.0.7"],
    "self.example": ["127.0.0.1"],
    "both.example": ["93.184.216.34", "10.0.0.7"],
    "nowhere.example": [],
}


async def resolve(host: str, port: int) -> list[str]:
    del port
    return HOSTS.get(host, [host])


def ask(url: str, answer: Callable[[httpx.Request], httpx.Response]) -> tuple[bytes | None, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(request)

    pictures = OutsidePictures(resolve, httpx.MockTransport(note))
    return asyncio.run(pictures.picture(url)), asked


def picture(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Type": "image/png", "Set-Cookie": "a=b"}, content=b"PNG")


def test_a_picture_is_asked_for_without_a_trace_at_the_address_that_was_looked_at() -> None:
    body, asked = ask("https://pics.example/p.png?id=7#x", picture)
    assert body == b"PNG"
    request = asked[0]
    assert str(request.url) == "https://93.184.216.34/p.png?id=7"
    assert request.headers["Host"] == "pics.example"
    assert request.extensions["sni_hostname"] == "pics.example"
    assert not {"cookie", "referer", "authorization"} & set(request.headers)


def test_a_machine_without_certificates_has_no_picture_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> ssl.SSLContext:
        raise PermissionError("certificates")

    monkeypatch.setattr(outside, "tls_context", unreadable)
    assert ask("https://pics.example/p.png", picture) == (None, [])


@pytest.mark.parametrize(
    "url",
    [
        "http://pics.example/p.png",
        "file:///etc/passwd",
        "https://inside.example/p.png",
        "https://self.example/p.png",
        "https://both.example/p.png",
        "https://nowhere.example/p.png",
        "https://[::ffff:10.0.0.7]/p.png",
        "https://[64:ff9b::a00:7]/p.png",
        "https://168.63.129.16/p.png",
        "https://127.0.0.1/p.png",
        "https://[::1]/p.png",
        "https://169.254.169.254/latest",
        "https://user:word@pics.example/p.png",
        "https://",
        "https://[x/p.png",
        "https://pics.example:99999/p.png",
        "nonsense",
    ],
)
def test_what_is_not_https_or_not_public_is_never_asked(url: str) -> None:
    assert ask(url, picture) == (None, [])


def test_all_pictures_share_what_is_slow_to_make(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []

    def context() -> ssl.SSLContext:
        made.append(ssl.create_default_context())
        return made[-1]

    monkeypatch.setattr(outside, "tls_context", context)

    async def several() -> None:
        pictures = OutsidePictures(resolve, httpx.MockTransport(picture))
        bodies = await asyncio.gather(*(pictures.picture("https://pics.example/p.png") for _ in range(3)))
        assert bodies == [b"PNG"] * 3
        await pictures.close()

    asyncio.run(several())
    assert len(made) == 1


def test_a_redirect_is_looked_at_like_the_first_address() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a":
            return httpx.Response(302, headers={"Location": "/b", "Set-Cookie": "a=b"})
        return picture(request)

    body, asked = ask("https://pics.example/a", away)
    assert body == b"PNG"
    assert "cookie" not in asked[1].headers

    def inward(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "https://inside.example/p.png"})

    assert len(ask("https://pics.example/a", inward)[1]) == 1

    def around(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "/a"})

    body, asked = ask("https://pics.example/a", around)
    assert body is None
    assert len(asked) == outside.REDIRECTS + 1


def _always(answer: httpx.Response, _request: httpx.Request) -> httpx.Response:
    return answer


def test_what_is_too_large_or_no_picture_is_left() -> None:
    large = b"x" * (outside.PICTURE_BYTES + 1)
    answers = [
        httpx.Response(200, headers={"Content-Type": "image/png"}, content=large),
        httpx.Response(200, headers={"Content-Type": "text/html"}, content=b"<p>"),
        httpx.Response(404, headers={"Content-Type": "image/png"}, content=b"x"),
    ]
    for answer in answers:
        assert ask("https://pics.example/p.png", partial(_always, answer))[0] is None
