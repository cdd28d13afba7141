"""Pictures without what they tell about place, camera and author (N14): JPEG, PNG and WebP, not one pixel touched.

Kept: the picture, its colour profile, and how it is to be turned. TIFF and HEIC are in exif_in_place.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from backend.files.exif_in_place import blanked_heif, blanked_tiff
from backend.files.tiff import BrokenPicture, orientation

__all__ = ["BrokenPicture", "without_exif"]

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"hIST",
    b"sPLT", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT",
})  # fmt: skip
_WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
_HEIF: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN_END: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_EXIF: Final = b"Exif\0\0"


def without_exif(data: bytes) -> bytes:
    """The same picture without EXIF, GPS, XMP, IPTC, comments and anything after its end; other files as they are.

    Raises BrokenPicture, since what cannot be read cannot be vouched for.
    """
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data[:4] in (b"II*\0", b"MM\0*"):
            return blanked_tiff(data)
        if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
            return blanked_heif(data)
    except (struct.error, IndexError, zlib.error):
        raise BrokenPicture from None
    return data


def _turned(exif: bytes) -> bytes:
    """A TIFF header that says nothing but how the picture is turned; empty where it is upright."""
    turn = orientation(exif)
    return b"" if turn == 1 else b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, turn, 0, 0)


def _jpeg(data: bytes) -> bytes:
    kept = [b"\xff\xd8"]
    place = 2
    while True:
        marker, start, end = _segment(data, place)
        body = data[start:end]
        if marker == _EOI:
            return b"".join([*kept, b"\xff\xd9"])
        if marker == _APP1 and body.startswith(_EXIF):
            if small := _turned(body[len(_EXIF) :]):
                kept.append(b"\xff\xe1" + struct.pack(">H", len(small) + len(_EXIF) + 2) + _EXIF + small)
        elif _is_picture(marker, body):
            kept.append(data[place:end])
        place = end
        if marker == _SOS:
            scan = _SCAN_END.search(data, place)
            if scan is None:
                raise BrokenPicture
            kept.append(data[place : scan.start()])
            place = scan.start()


def _segment(data: bytes, place: int) -> tuple[int, int, int]:
    """Marker, start and end of what it holds, at this place."""
    if data[place] != 0xFF:
        raise BrokenPicture
    while data[place + 1] == 0xFF:  # padding
        place += 1
    marker = data[place + 1]
    if marker == _EOI or marker in _STANDALONE:
        return marker, place + 2, place + 2
    (size,) = struct.unpack_from(">H", data, place + 2)
    end = place + 2 + size
    if size < 2 or end > len(data):
        raise BrokenPicture
    return marker, place + 4, end


def _is_picture(marker: int, body: bytes) -> bool:
    if marker == _APP2:
        return body.startswith(b"ICC_PROFILE\0")
    return marker in (_APP0, _APP14) or not (_APP0 <= marker <= _APP15 or marker == _COMMENT)


def _png(data: bytes) -> bytes:
    kept = [_PNG]
    turn = b""
    for kind, body in _png_chunks(data):
        if kind == b"eXIf":
            turn = _turned(body)
        elif kind == b"IEND" and turn:
            kept.append(_png_chunk(b"eXIf", turn))
        if kind in _PNG_KEPT:
            kept.append(_png_chunk(kind, body))
        if kind == b"IEND":
            return b"".join(kept)
    raise BrokenPicture


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        if place + 12 + size > len(data):
            raise BrokenPicture
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        place += 12 + size


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _webp(data: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", data, 4)
    end = 8 + size
    if end > len(data) + 1:
        raise BrokenPicture
    kept = []
    turn = b""
    place = 12
    while place + 8 <= min(end, len(data)):
        kind = data[place : place + 4]
        (size,) = struct.unpack_from("<I", data, place + 4)
        body = data[place + 8 : place + 8 + size]
        if len(body) != size:
            raise BrokenPicture
        if kind == b"EXIF":
            turn = _turned(body.removeprefix(_EXIF))
        elif kind in _WEBP_KEPT:
            kept.append((kind, body))
        place += 8 + size + size % 2
    if turn:
        kept.append((b"EXIF", turn))
    chunks = b"".join(_webp_chunk(kind, body, turned=bool(turn)) for kind, body in kept)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _webp_chunk(kind: bytes, body: bytes, *, turned: bool) -> bytes:
    if kind == b"VP8X":
        flags = body[0] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if turned else 0)
        body = bytes([flags]) + body[1:]
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
