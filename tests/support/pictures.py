"""Pictures of every kind, made here, that tell where they were taken until somebody takes that away."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, TiffImagePlugin

PLACE = b"-6.175392,106.827153"
"""What no byte of a picture that goes out may say any more."""
CAMERA = "Kamera Rahasia"
GPS, EXIF, XMP, ORIENTATION, MAKE, EXIF_COMMENT = 0x8825, 0x8769, 0x2BC, 0x112, 0x10F, 0x9286


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Something with edges and slopes, so that a pixel that moved would be seen."""
    whole = Image.linear_gradient("L").resize(size)
    turned = whole.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    made = Image.merge("RGB", (whole, turned, Image.radial_gradient("L").resize(size)))
    return made.convert(mode)


def told(turn: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    exif[MAKE] = CAMERA
    exif.get_ifd(GPS)[29] = PLACE.decode()  # GPSDateStamp: any text will do
    exif.get_ifd(EXIF)[EXIF_COMMENT] = b"ASCII\0\0\0" + PLACE
    return exif


def saved(kind: str, turn: int = 1, *, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """A file of that kind that tells place and camera."""
    out = io.BytesIO()
    words = (
        {"tiffinfo": _told_in_tiff(turn, nested="compression" not in options)}
        if kind == "TIFF"
        else {"exif": told(turn)}
    )
    picture(size, mode).save(out, kind, **words, **options)
    return out.getvalue()


def _told_in_tiff(turn: int, *, nested: bool) -> TiffImagePlugin.ImageFileDirectory_v2:
    words = TiffImagePlugin.ImageFileDirectory_v2()
    words[ORIENTATION] = turn
    words[MAKE] = CAMERA
    words[XMP] = b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"
    words.tagtype[XMP] = 1
    if nested:  # libtiff, which compresses, takes none
        words[GPS] = {29: PLACE.decode()}
        words[EXIF] = {EXIF_COMMENT: b"ASCII\0\0\0" + PLACE}
    return words


def plain(kind: str, *, size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    picture(size, mode).save(out, kind)
    return out.getvalue()


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as opened:
        return opened.convert("RGBA").tobytes()


def opened(data: bytes) -> Image.Image:
    made = Image.open(io.BytesIO(data))
    made.load()
    return made


def bomb(side: int = 40_000) -> bytes:
    """A PNG of a few kilobytes that claims, and holds, more dots than any memory has."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * 1000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def heic(exif: bytes = b"Exif\0\0" + PLACE + bytes(40)) -> bytes:
    """The boxes of a HEIC as a telephone writes them, with an EXIF item in mdat and an XMP item in idat."""

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    def full(kind: bytes, version: int, body: bytes) -> bytes:
        return box(kind, bytes([version, 0, 0, 0]) + body)

    def item(number: int, kind: bytes) -> bytes:
        named = b"\0" + (b"application/rdf+xml\0" if kind == b"mime" else b"")
        return full(b"infe", 2, struct.pack(">HH", number, 0) + kind + named)

    image, xmp = b"\x00\x00\x00\x04hvc1" * 8, b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"
    exif = struct.pack(">I", 6) + exif
    items = full(b"iinf", 0, struct.pack(">H", 3) + item(1, b"hvc1") + item(2, b"Exif") + item(3, b"mime"))

    def meta(start: int) -> bytes:
        rows = b"".join(
            struct.pack(">HHHHII", number, method, 0, 1, place, size)
            for number, method, place, size in (
                (1, 0, start, len(image)),
                (2, 0, start + len(image), len(exif)),
                (3, 1, 0, len(xmp)),
            )
        )
        place = full(b"iloc", 1, b"\x44\x00" + struct.pack(">H", 3) + rows)
        return full(b"meta", 0, items + place + box(b"idat", xmp))

    first = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    start = len(first) + len(meta(0)) + 8
    return first + meta(start) + box(b"mdat", image + exif)
