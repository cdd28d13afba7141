"""TIFF directories: what EXIF is made of, and TIFF pictures themselves."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

ORIENTATION: Final = 0x112
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
DIRECTORIES_MAX: Final = 256
LOOKED_AT: Final = 500
"""Entries of a directory in which the turning is looked for; they stand in order, and it is among the first."""


class BrokenPicture(ValueError):
    """The file begins as a picture and does not go on as one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag: where it stands, where its values stand, and how many bytes they are."""

    tag: int
    kind: int
    count: int
    place: int
    value: int
    size: int


class Tiff:
    """Directories of a TIFF header. Everything that leaves the file raises BrokenPicture."""

    def __init__(self, data: bytes) -> None:
        if data[:4] not in (b"II*\0", b"MM\0*"):
            raise BrokenPicture
        self._data = data
        self.order = "<" if data[:2] == b"II" else ">"

    def number(self, form: str, place: int) -> int:
        try:
            (value,) = struct.unpack_from(self.order + form, self._data, place)
        except struct.error:
            raise BrokenPicture from None
        return int(value)

    def entries(self, directory: int, most: int = 0xFFFF) -> list[Entry]:
        count = min(self.number("H", directory), most)
        return [self._entry(directory + 2 + 12 * index) for index in range(count)]

    def after(self, directory: int) -> int:
        """The next directory's place, 0 at the end."""
        return self.number("I", directory + 2 + 12 * self.number("H", directory))

    def directories(self) -> Iterator[int]:
        """The main ones. A ring ends after a while."""
        place = self.number("I", 4)
        for _ in range(DIRECTORIES_MAX):
            if place == 0:
                return
            yield place
            place = self.after(place)
        raise BrokenPicture

    def _entry(self, place: int) -> Entry:
        tag, kind, count = self.number("H", place), self.number("H", place + 2), self.number("I", place + 4)
        size = _SIZES.get(kind, 1) * count
        value = place + 8 if size <= 4 else self.number("I", place + 8)
        if value + size > len(self._data):
            raise BrokenPicture
        return Entry(tag, kind, count, place, value, size)


def orientation(data: bytes) -> int:
    """How the picture is turned, 1 to 8 as in EXIF; 1 where that cannot be read."""
    try:
        tiff = Tiff(data)
        for entry in tiff.entries(tiff.number("I", 4), LOOKED_AT):
            if entry.tag == ORIENTATION:
                turn = tiff.number("H", entry.value)
                return turn if 1 <= turn <= 8 else 1
    except BrokenPicture:
        return 1
    return 1
