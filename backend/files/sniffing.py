"""What a file is, whatever it is called: by its bytes, with programs, macros and active pages recognised."""

import re
import zipfile
from dataclasses import dataclass
from typing import IO, Final

import puremagic

from backend.files.signatures import (
    BY_SIGNATURE,
    HEIF_BRANDS,
    MARKUP,
    OFFICE,
    OLE,
    OLE_KINDS,
    PACKED_PROGRAMS,
    PAGE_TAGS,
    PROGRAM_ENDS,
    PROGRAM_STARTS,
    RECORDINGS,
    SCRIPT,
    SIGNATURES,
)

HEAD: Final = 4096
FALLBACK: Final = "application/octet-stream"
TAIL_READ: Final = 64 * 1024 * 1024
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")
_PACKED: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


@dataclass(frozen=True, slots=True)
class Nature:
    """What it is. `program` says which kind of program, "" for none; `mismatch`: it is not what it claims to be.

    An office file with macros has a `media_type` that says so; a page or drawing that may hold scripts is text/html
    or image/svg+xml, whatever it was called.
    """

    media_type: str
    program: str = ""
    mismatch: bool = False

    @property
    def may_come_in(self) -> bool:
        return not self.program and not self.mismatch


def nature(file: IO[bytes], declared: str, name: str) -> Nature:
    """Of a whole file, which is read where needed and left at its beginning."""
    file.seek(0)
    head = file.read(HEAD)
    try:
        return _nature(file, head, declared_type(declared), name)
    finally:
        file.seek(0)


def declared_type(media_type: str) -> str:
    """What the sender says, without parameters; application/octet-stream for what is no media type."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else FALLBACK


def _nature(file: IO[bytes], head: bytes, declared: str, name: str) -> Nature:
    if program := _program(head, name):
        return Nature(declared, program)
    if head.startswith(OLE):
        return _ole(file)
    if head.startswith(_PACKED) and (packed := _packed(file)) is not None:
        return packed
    if page := _page(head):
        return Nature(page, mismatch=declared.startswith(BY_SIGNATURE) and declared != page)
    return _signed(head, declared)


def _program(head: bytes, name: str) -> str:
    for start, words in PROGRAM_STARTS:
        if head.startswith(start):
            return words
    text = _text(head)
    if SCRIPT.match(text) and not _recording(head):
        return "a script"
    end = name.lower().rstrip(". ").rpartition(".")[2] if "." in name else ""
    return f"a program (.{end})" if end in PROGRAM_ENDS else ""


def _recording(head: bytes) -> str:
    """The media type of sound or film, as far as its container tells."""
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return ""
    return next((kind for place, mark, kind in RECORDINGS if head.startswith(mark, place)), "")


def _text(head: bytes) -> bytes:
    """The first letters, whichever way they are written."""
    for mark, coding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[len(mark) :].decode(coding, "replace").encode("utf-8", "replace")
    return head


def _page(head: bytes) -> str:
    """The media type of a page or drawing that can hold scripts, as a browser would take it for one."""
    found = MARKUP.match(_text(head))
    if found is None:
        return ""
    tag = b" ".join(found[1].lower().split())
    if tag in (b"svg", b"!doctype svg") or tag.endswith(b":svg"):
        return "image/svg+xml"
    return "text/html" if tag == b"!doctype html" or tag.rpartition(b":")[2] in PAGE_TAGS else ""


def _signed(head: bytes, declared: str) -> Nature:
    found = _found(head)
    if declared == FALLBACK and found.startswith(("image/", "video/", "audio/")):
        return Nature(found)
    if not declared.startswith(BY_SIGNATURE):
        return Nature(declared)
    if declared.startswith("application/"):
        return Nature(declared, mismatch=not head.startswith(SIGNATURES[declared]))
    if declared.startswith("image/"):
        fits = found.startswith("image/")
        return Nature(found if fits else declared, mismatch=not fits)
    return Nature(declared, mismatch=not found.startswith(("audio/", "video/")))


def _found(head: bytes) -> str:
    """The media type that the bytes show, as far as they show one."""
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return HEIF_BRANDS[head[8:12]]
    if recording := _recording(head):
        return recording
    try:
        return puremagic.from_string(head, mime=True) or ""
    except (puremagic.PureError, ValueError):
        return ""


def _ole(file: IO[bytes]) -> Nature:
    """Microsoft's older container: documents, messages, and installers."""
    file.seek(0)
    data = file.read(TAIL_READ)
    macros = any(_stream(word) in data for word in ("_VBA_PROJECT", "VBA", "_VBA_PROJECT_CUR", "Macros"))
    for stream, plain, with_macros in OLE_KINDS:
        if _stream(stream) in data:
            return Nature(with_macros if macros else plain)
    return Nature("application/x-ole-storage", "a Windows installer or something like it")


def _stream(name: str) -> bytes:
    """A directory entry's name (MS-CFB 2.6.1): UTF-16, ended by a zero, its length counted at the 64th byte."""
    coded = name.encode("utf-16-le")
    return (coded + bytes(64 - len(coded)))[:64] + (len(coded) + 2).to_bytes(2, "little")


def _packed(file: IO[bytes]) -> Nature | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            first = archive.infolist()[0] if names else None
            stored = first is not None and first.filename == "mimetype" and first.file_size < 100
            said = archive.read("mimetype") if stored else b""
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return None
    for inside, words in PACKED_PROGRAMS:
        if inside in names:
            return Nature("application/zip", words)
    if any(name.startswith("Payload/") and ".app/" in name for name in names):
        return Nature("application/zip", "an iOS program")
    if "[Content_Types].xml" in names:
        macros = any(
            name.lower().endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in names
        )
        for folder, plain, with_macros in OFFICE:
            if any(name.startswith(folder) for name in names):
                return Nature(with_macros if macros else plain)
    if said:
        return _open_document(said, names)
    return Nature("application/zip")


def _open_document(said: bytes, names: list[str]) -> Nature:
    media_type = declared_type(said.decode("ascii", "replace"))
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        media_type = f"{media_type}-macroEnabled"[:140]
    return Nature(media_type)
