"""Thumbnails: turned as the picture says, small, silent; after a hostile picture the next one is served."""

import asyncio
import io
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.files.pictures import NoPicture, Pictures
from tests.support.pictures import PLACE, bomb, heic, opened, picture, plain, saved


@pytest.fixture
async def pictures() -> AsyncIterator[Pictures]:
    made = Pictures(20)
    yield made
    await made.close()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
async def test_a_picture_becomes_small_upright_and_silent(pictures: Pictures, kind: str) -> None:
    for turn in (1, 3, 6, 8):
        data = saved(kind, turn, size=(1200, 800))
        made = await pictures.picture(data, 100)
        assert (made.width, made.height) == ((1200, 800) if turn < 5 else (800, 1200))
        small = opened(made.thumbnail)
        assert small.size in ((100, 67), (67, 100), (100, 66), (66, 100))
        assert (small.width > small.height) == (made.width > made.height)
        assert PLACE not in made.thumbnail
        assert not dict(small.getexif())
        assert made.media_type == "image/jpeg"


async def test_what_is_transparent_stays_so_and_what_is_small_does_not_grow(pictures: Pictures) -> None:
    clear = picture((90, 60), "RGBA")
    clear.putalpha(128)
    clear.save(out := io.BytesIO(), "PNG")
    made = await pictures.picture(out.getvalue())
    assert made.media_type == "image/webp"
    small = opened(made.thumbnail)
    assert small.size == (90, 60)
    assert small.convert("RGBA").getpixel((5, 5))[3] == 128  # type: ignore[index]  # a tuple in this mode
    for mode in ("L", "P", "1", "CMYK", "I;16", "F"):
        kind = "TIFF" if mode in ("CMYK", "F") else "PNG"
        assert (await pictures.picture(plain(kind, mode=mode))).width == 64


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no picture"),
        (b"MZ" + bytes(100), "no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (heic(), "no picture"),
        (saved("JPEG")[:300], "broken"),
        (plain("PNG")[:-40], "broken"),
        (bomb(), "too large"),
        (bomb(9000), "too large"),
    ],
)
async def test_hostile_pictures_are_told_in_a_sentence(pictures: Pictures, data: bytes, words: str) -> None:
    with pytest.raises(NoPicture, match=words):
        await pictures.picture(data)
    assert (await pictures.picture(plain("JPEG"))).width == 64


async def test_the_loop_goes_on_while_a_picture_is_made(pictures: Pictures) -> None:
    await pictures.picture(plain("PNG"))
    data = plain("PNG", size=(3000, 3000))
    longest, before = 0.0, time.monotonic()
    making = asyncio.ensure_future(pictures.picture(data))
    while not making.done():
        await asyncio.sleep(0.001)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    assert (await making).width == 3000
    assert longest < 2.0


def child() -> int:
    """The process in which pictures are made."""
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                mine = f"PPid:\t{os.getpid()}\n" in (place / "status").read_text()
                if mine and b"picture_work" in (place / "cmdline").read_bytes():
                    return int(place.name)
            except OSError:
                continue
    raise LookupError("there is no such process")


async def test_a_process_that_died_is_followed_by_another(pictures: Pictures) -> None:
    await pictures.picture(plain("PNG"))
    first = child()
    os.kill(first, signal.SIGSTOP)  # so that it dies while it is asked
    asked = asyncio.ensure_future(pictures.picture(plain("PNG")))
    await asyncio.sleep(0)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(NoPicture, match="could not be opened"):
        await asked
    assert (await pictures.picture(plain("PNG"))).width == 64
    assert child() != first


async def test_a_picture_that_takes_too_long_is_given_up_and_no_answer_is_mixed_up() -> None:
    pictures = Pictures(20)
    await pictures.picture(plain("PNG"))
    os.kill(child(), signal.SIGSTOP)
    slow = Pictures(0.2)
    slow._process, pictures._process = pictures._process, None
    with pytest.raises(NoPicture, match="too long"):
        await slow.picture(plain("PNG"))
    await slow.close()
    asked = asyncio.ensure_future(pictures.picture(plain("PNG", size=(2000, 2000))))
    await asyncio.sleep(0)
    asked.cancel()
    assert (await pictures.picture(plain("PNG"))).width == 64
    await pictures.close()
