"""Pictures that go out say nothing of place and camera (N14), and are the same pictures."""

import contextlib
import io
import struct
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from backend.files.exif import BrokenPicture, without_exif
from tests.support.pictures import CAMERA, EXIF, GPS, ORIENTATION, PLACE, heic, pixels, plain, saved

KINDS = ["JPEG", "PNG", "WEBP", "TIFF"]
COLOURS = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + PLACE + b"</x:xmpmeta>"


def silent(data: bytes) -> None:
    assert PLACE not in data
    assert PLACE.decode().encode("utf-16-le") not in data
    assert CAMERA.encode() not in data


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", KINDS)
def test_place_and_camera_are_gone_and_the_picture_is_the_same(kind: str, turn: int) -> None:
    before = saved(kind, turn, icc_profile=COLOURS)
    assert PLACE in before
    after = without_exif(before)
    silent(after)
    assert pixels(after) == pixels(before)
    clean = Image.open(io.BytesIO(after))
    assert clean.getexif().get(ORIENTATION, 1) == turn
    assert clean.info["icc_profile"] == COLOURS
    assert ImageOps.exif_transpose(clean).size == ((64, 48) if turn < 5 else (48, 64))
    assert not clean.getexif().get_ifd(GPS)
    assert not clean.getexif().get_ifd(EXIF)
    assert without_exif(after) == after


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"progressive": True, "xmp": XMP, "comment": PLACE}),
        ("JPEG", {"subsampling": 0, "restart_marker_rows": 1, "quality": 100}),
        ("PNG", {"interlace": 1, "compress_level": 1}),
        ("WEBP", {"lossless": True, "xmp": XMP}),
        ("WEBP", {"quality": 40}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"big_tiff": False, "compression": "jpeg"}),
    ],
)
def test_however_it_was_saved(kind: str, options: dict[str, Any]) -> None:
    before = saved(kind, 6, **options)
    after = without_exif(before)
    silent(after)
    assert b"xmpmeta" not in after
    assert pixels(after) == pixels(before)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGBA", "P", "1"])
def test_in_every_kind_of_colour(mode: str) -> None:
    kinds = {"L": KINDS, "CMYK": ["JPEG", "TIFF"], "RGBA": ["PNG", "WEBP", "TIFF"], "P": ["PNG"], "1": ["PNG", "TIFF"]}
    for kind in kinds[mode]:
        before = saved(kind, mode=mode)
        after = without_exif(before)
        silent(after)
        assert pixels(after) == pixels(before)


def test_what_lies_behind_the_end_is_gone_too() -> None:
    # a telephone's second picture or short film, with a place of its own
    for kind in ("JPEG", "PNG", "WEBP"):
        after = without_exif(plain(kind) + saved("JPEG"))
        silent(after)
        assert pixels(after) == pixels(plain(kind))


def test_texts_of_a_png_are_gone() -> None:
    out = io.BytesIO()
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", PLACE.decode())
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=words)
    silent(without_exif(out.getvalue()))


def test_a_moving_picture_still_moves() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
    for kind in ("PNG", "WEBP"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
        with Image.open(io.BytesIO(without_exif(out.getvalue()))) as clean:
            assert getattr(clean, "n_frames", 1) == 3


def test_a_heic_keeps_its_length_and_loses_its_words() -> None:
    before = heic()
    after = without_exif(before)
    silent(after)
    assert b"xmpmeta" not in after
    assert len(after) == len(before)
    assert after.count(b"hvc1") == before.count(b"hvc1")
    assert without_exif(after) == after


def test_several_pages_of_a_tiff() -> None:
    out = io.BytesIO()
    page = Image.new("RGB", (8, 8), "red")
    page.save(out, "TIFF", save_all=True, append_images=[page, page], description=PLACE.decode())
    assert out.getvalue().count(PLACE) >= 1
    after = without_exif(out.getvalue())
    silent(after)
    with Image.open(io.BytesIO(after)) as clean:
        assert getattr(clean, "n_frames", 1) == 3


def test_other_files_are_left_alone() -> None:
    for data in (
        b"",
        b"hello",
        b"%PDF-1.7",
        plain("GIF"),
        b"RIFF\0\0\0\0WAVE",
        b"\xff\xd8",
        b"\0\0\0\x18ftypmp42" + bytes(8),
    ):
        assert without_exif(data) == data


@pytest.mark.parametrize("kind", [*KINDS, "HEIC"])
def test_a_part_of_a_picture_is_refused_or_silent(kind: str) -> None:
    whole = heic() if kind == "HEIC" else saved(kind)
    for end in range(12, len(whole), 7):
        try:
            without_exif(whole[:end])
        except BrokenPicture:
            continue


@given(st.sampled_from([*KINDS, "HEIC"]), st.lists(st.tuples(st.integers(4, 5000), st.binary(min_size=1, max_size=4))))
def test_a_damaged_picture_never_does_more_than_break(kind: str, damage: list[tuple[int, bytes]]) -> None:
    data = bytearray(heic() if kind == "HEIC" else saved(kind))
    for place, bits in damage:
        data[place % len(data) : place % len(data) + len(bits)] = bits
    try:
        without_exif(bytes(data))
    except BrokenPicture:
        return


def test_a_ring_of_directories_ends() -> None:
    ring = b"II*\0" + struct.pack("<IHI", 8, 0, 8)
    with pytest.raises(BrokenPicture):
        without_exif(ring)


def tiff(entries: list[tuple[int, int, int, int]], padding: int = 0) -> bytes:
    """One directory at 8: tag, kind, count, value of each."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + bytes(4 + padding)


def heif(version: int, items: int, extents: int) -> bytes:
    """So many items, each in so many places of no length, which take no byte to name."""

    def box(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(body), name) + body

    entry = box(b"infe", b"\2\0\0\0" + struct.pack(">HH4s", 1, 0, b"hvc1") + b"\0")
    item = struct.pack(">HHH", 1, 0, extents) if version == 0 else struct.pack(">HHHH", 1, 0, 0, extents)
    places = bytes([version, 0, 0, 0, 0, 0]) + struct.pack(">H", items) + item * items
    meta = box(b"meta", bytes(4) + box(b"iinf", bytes(4) + b"\0\1" + entry) + box(b"iloc", places))
    return box(b"ftyp", b"heic" + bytes(4)) + meta


GPS_TAG, EXIF_TAG, SUB_PICTURES, XMP_TAG = 0x8825, 0x8769, 0x14A, 0x2BC
hostile = st.one_of(
    # directories in themselves; the whole file to be overwritten by each entry; sub-pictures everywhere
    st.builds(
        lambda tag, count: tiff([(tag, 4, 1, 8)] * count), st.sampled_from([GPS_TAG, EXIF_TAG]), st.integers(1, 60_000)
    ),
    st.builds(lambda count: tiff([(XMP_TAG, 1, 1_000_000, 8)] * count, 1_000_000), st.integers(1, 60_000)),
    st.builds(lambda count: tiff([(SUB_PICTURES, 4, 64, 8)] * count), st.integers(40, 60_000)),
    st.builds(heif, st.sampled_from([0, 1]), st.integers(1, 10_000), st.integers(1, 0xFFFF)),
)


@settings(max_examples=12)
@given(hostile)
def test_a_picture_that_means_to_keep_the_server_busy_is_given_up_soon(data: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(BrokenPicture):
        without_exif(data)
    assert time.process_time() - began < 10, "without a bound these take hours"
