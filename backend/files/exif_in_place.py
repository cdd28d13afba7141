"""Formats in which everything has its place by number: what must go is overwritten, nothing moves."""

import struct
from collections.abc import Iterator
from typing import Final

from backend.files.tiff import DIRECTORIES_MAX, BrokenPicture, Entry, Tiff

_GPS, _EXIF_TAG, _INTEROPERABILITY = 0x8825, 0x8769, 0xA005
_INSIDE: Final = frozenset({_GPS, _EXIF_TAG, _INTEROPERABILITY})
_SUB_PICTURES: Final = 0x14A
# DocumentName, ImageDescription, Make, Model, Software, DateTime, Artist, HostComputer, XMP, Copyright, IPTC,
# Photoshop, Windows' own titles, the camera's serial numbers, maker's private data of DNG.
_TOLD: Final = frozenset({
    0x10D, 0x10E, 0x10F, 0x110, 0x131, 0x132, 0x13B, 0x13C, 0x2BC, 0x8298, 0x83BB, 0x8649, 0x9C9B, 0x9C9C, 0x9C9D,
    0x9C9E, 0x9C9F, 0xC614, 0xC62F, 0xC634, 0xC65D, 0xC68B,
})  # fmt: skip
_UPRIGHT_TIFF: Final = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
STEPS_MAX: Final = 100_000
"""Entries, boxes and places of one file; a telephone's picture has some hundreds, a scanned book some thousands."""


class _Work:
    """What may be done about one file: places can be named again and again, and one in the other, without end."""

    def __init__(self, data: bytes) -> None:
        self.out = bytearray(data)
        self._steps = STEPS_MAX
        self._octets = 2 * len(data)

    def step(self, count: int = 1) -> None:
        """Before so many are looked at. Raises BrokenPicture."""
        self._steps -= count
        if self._steps < 0:
            raise BrokenPicture

    def blank(self, place: int, size: int, beginning: bytes = b"") -> None:
        """Raises BrokenPicture where that is not in the file, or the file was overwritten twice already."""
        self._octets -= size
        if place < 8 or place + size > len(self.out) or self._octets < 0:
            raise BrokenPicture
        self.out[place : place + size] = beginning + bytes(size - len(beginning))


def blanked_tiff(data: bytes) -> bytes:
    """The picture with those tags taken out of its directories and their values overwritten."""
    tiff, work = Tiff(data), _Work(data)
    waiting = list(tiff.directories())
    seen: set[int] = set()
    while waiting:
        directory = waiting.pop()
        if directory in seen:
            continue
        seen.add(directory)
        if len(seen) > DIRECTORIES_MAX:
            raise BrokenPicture
        entries = _entries(tiff, work, directory)
        for entry in entries:
            if entry.tag == _SUB_PICTURES:
                work.step(min(entry.count, 64))
                waiting += [tiff.number("I", entry.value + 4 * index) for index in range(min(entry.count, 64))]
            elif entry.tag in _INSIDE:
                _blank_directory(tiff, work, tiff.number("I", entry.value), depth=0)
            elif entry.tag in _TOLD:
                work.blank(entry.value, entry.size)
        _rewrite(tiff, work.out, directory, [e for e in entries if e.tag not in _INSIDE | _TOLD])
    return bytes(work.out)


def _entries(tiff: Tiff, work: _Work, directory: int) -> list[Entry]:
    work.step(1 + tiff.number("H", directory))
    return tiff.entries(directory)


def _rewrite(tiff: Tiff, out: bytearray, directory: int, kept: list[Entry]) -> None:
    """The directory with fewer entries; what follows it is named right after the last one."""
    count, after = tiff.number("H", directory), tiff.after(directory)
    rows = b"".join(bytes(out[entry.place : entry.place + 12]) for entry in kept)
    body = struct.pack(tiff.order + "H", len(kept)) + rows + struct.pack(tiff.order + "I", after)
    whole = 2 + 12 * count + 4
    out[directory : directory + whole] = body + bytes(whole - len(body))


def _blank_directory(tiff: Tiff, work: _Work, directory: int, depth: int) -> None:
    if depth > 3:
        raise BrokenPicture
    for entry in _entries(tiff, work, directory):
        if entry.tag in _INSIDE:
            _blank_directory(tiff, work, tiff.number("I", entry.value), depth + 1)
        work.blank(entry.value, entry.size)
    work.blank(directory, 2 + 12 * tiff.number("H", directory) + 4)


def blanked_heif(data: bytes) -> bytes:
    """HEIC and AVIF: the items that are EXIF or XMP are overwritten; their turning stands elsewhere and stays."""
    work = _Work(data)
    for kind, start, end in _boxes(data, work, 0, len(data)):
        if kind == b"meta":
            _blank_items(data, work, start + 4, end)
    return bytes(work.out)


def _blank_items(data: bytes, work: _Work, start: int, end: int) -> None:
    boxes = {kind: (first, last) for kind, first, last in _boxes(data, work, start, end)}
    if b"iinf" not in boxes or b"iloc" not in boxes:
        return
    told = set(_told_items(data, work, *boxes[b"iinf"]))
    within = boxes.get(b"idat", (0, 0))[0]
    for item, method, offset, size in _extents(data, work, boxes[b"iloc"][0]):
        if item not in told:
            continue
        if method not in (0, 1) or size == 0:
            raise BrokenPicture
        empty = (bytes(4) + _UPRIGHT_TIFF) if size >= 4 + len(_UPRIGHT_TIFF) else b""
        work.blank(offset + (within if method == 1 else 0), size, empty)


def _boxes(data: bytes, work: _Work, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, and where its contents start and end."""
    while start + 8 <= end:
        work.step()
        size, kind = struct.unpack_from(">I4s", data, start)
        header = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            header = 16
        elif size == 0:
            size = end - start
        if size < header or start + size > end:
            raise BrokenPicture
        yield kind, start + header, start + size
        start += size


def _told_items(data: bytes, work: _Work, start: int, end: int) -> Iterator[int]:
    """Ids of the items that are EXIF, or documents of another kind (XMP)."""
    start += 4 + (2 if data[start] == 0 else 4)
    for kind, first, _ in _boxes(data, work, start, end):
        if kind != b"infe" or data[first] < 2:
            continue
        wide = data[first] > 2
        (item,) = struct.unpack_from(">I" if wide else ">H", data, first + 4)
        place = first + (10 if wide else 8)
        if data[place : place + 4] in (b"Exif", b"mime", b"uri "):
            yield item


def _extents(data: bytes, work: _Work, start: int) -> Iterator[tuple[int, int, int, int]]:
    """Item, construction method, place and size (ISO/IEC 14496-12, 8.11.3)."""
    version = data[start]
    sizes = data[start + 4 : start + 6]
    offset_size, length_size, base_size = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index_size = sizes[1] & 15 if version in (1, 2) else 0
    place = start + 6

    def number(size: int) -> int:
        nonlocal place
        if place + size > len(data):
            raise BrokenPicture
        value = int.from_bytes(data[place : place + size], "big")
        place += size
        return value

    for _ in range(number(4 if version == 2 else 2)):
        work.step()
        item = number(4 if version == 2 else 2)
        method = number(2) & 15 if version in (1, 2) else 0
        number(2)  # where the bytes are: 0, this file
        base = number(base_size)
        for _ in range(number(2)):
            work.step()
            number(index_size)
            offset, length = number(offset_size), number(length_size)
            yield item, method, base + offset, length
