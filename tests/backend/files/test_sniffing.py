"""What a file is, whatever it is called."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.files.sniffing import FALLBACK, Nature, declared_type, nature
from tests.support.pictures import heic, plain

OPEN_XML = "application/vnd.openxmlformats-officedocument"
DOCX = f"{OPEN_XML}.wordprocessingml.document"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def looked(data: bytes, declared: str = FALLBACK, name: str = "a") -> Nature:
    return nature(io.BytesIO(data), declared, name)


def packed(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name in names:
            archive.writestr(name, "x" * 50)
    return out.getvalue()


def ole(*streams: str) -> bytes:
    """A compound file's directory with these streams, as far as anybody looks."""
    entries = b""
    for stream in ("Root Entry", *streams):
        coded = stream.encode("utf-16-le")
        entries += coded.ljust(64, b"\0") + struct.pack("<H", len(coded) + 2) + bytes(62)
    return OLE + entries


PROGRAMS = {
    "PE": b"MZ\x90\x00" + bytes(60),
    "ELF": b"\x7fELF" + bytes(60),
    "Mach-O": b"\xcf\xfa\xed\xfe" + bytes(60),
    "fat Mach-O or class": b"\xca\xfe\xba\xbe" + bytes(60),
    "script": b"#!/bin/sh\nrm -rf /",
    "script behind a mark": b"\xef\xbb\xbf#!/bin/sh\n",
    "batch": b"@ECHO OFF\r\ndel *",
    "batch in UTF-16": "\ufeff@echo off\r\n".encode("utf-16-le"),
    "internet shortcut": b"[InternetShortcut]\r\nURL=file:///",
    "desktop entry": b"[Desktop Entry]\nExec=sh",
    "registry": b"Windows Registry Editor Version 5.00\r\n",
    "shortcut": b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(40),
    "dex": b"dex\n035\0",
    "wasm": b"\0asm\x01\0\0\0",
    "chm": b"ITSF\x03\0\0\0",
    "deb": b"!<arch>\ndebian-binary",
    "rpm": b"\xed\xab\xee\xdb\x03",
    "xar": b"xar!\0\x1c",
    "MSI": ole("\u4840\u3f3f\u4577", "\x05SummaryInformation"),
    "jar": packed("META-INF/MANIFEST.MF", "A.class"),
    "apk": packed("AndroidManifest.xml", "classes.dex"),
    "ipa": packed("Payload/Evil.app/Info.plist"),
    "appx": packed("AppxManifest.xml", "[Content_Types].xml"),
}


@pytest.mark.parametrize("kind", PROGRAMS)
@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("photo.jpg", "image/jpeg"),
        ("paper.pdf", "application/pdf"),
        ("a.docx", DOCX),
        ("a.txt", "text/plain"),
        ("a", ""),
    ],
)
def test_a_program_is_one_whatever_it_is_called(kind: str, name: str, declared: str) -> None:
    found = looked(PROGRAMS[kind], declared, name)
    assert found.program
    assert not found.may_come_in


@pytest.mark.parametrize("name", ["a.exe", "a.EXE", "a.pdf.scr", "a.exe.", "a.Exe ", "a.js", "a.hta", "a.apk", "a.ps1"])
def test_names_that_a_click_would_run_are_programs(name: str) -> None:
    assert looked(b"hello", "text/plain", name).program


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"  \r\n<HTML><script>alert(1)</script>", "text/html"),
        (b"<!-- a --> <!-- b -->\n<script>", "text/html"),
        (b"\xef\xbb\xbf<html>", "text/html"),
        ("\ufeff<html>".encode("utf-16-le"), "text/html"),
        (b"<iframe src=x>", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'>", "image/svg+xml"),
        (b"<?xml version='1.0'?>\n<!-- x --><svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?><!DOCTYPE svg PUBLIC>", "image/svg+xml"),
        (b"<s:svg xmlns:s='http://www.w3.org/2000/svg'>", "image/svg+xml"),
        (b"<?xml version='1.0'?><h:html xmlns:h='http://www.w3.org/1999/xhtml'>", "text/html"),
    ],
)
def test_pages_are_pages_whatever_they_are_called(data: bytes, kind: str) -> None:
    for declared in ("text/plain", "application/json", FALLBACK, "audio/../x"):
        assert looked(data, declared, "a.txt") == Nature(kind)
    assert looked(data, "image/png", "a.png") == Nature(kind, mismatch=True)


@pytest.mark.parametrize(
    "data", [b"a < b", b"<note>hi</note>", b"<?xml version='1.0'?><order/>", b"halo <b>", b"<", b""]
)
def test_what_is_no_page_is_none(data: bytes) -> None:
    assert looked(data, "text/plain", "a.txt") == Nature("text/plain")


def test_many_comments_cost_no_more_than_their_length() -> None:
    assert looked(b"<!---->" * 600 + b"<", "text/plain") == Nature("text/plain")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (packed("[Content_Types].xml", "word/document.xml"), DOCX),
        (packed("[Content_Types].xml", "xl/workbook.xml"), f"{OPEN_XML}.spreadsheetml.sheet"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), f"{OPEN_XML}.presentationml.presentation"),
        (
            packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "application/vnd.ms-word.document.macroEnabled.12",
        ),
        (
            packed("[Content_Types].xml", "xl/workbook.xml", "xl/macrosheets/sheet1.xml"),
            "application/vnd.ms-excel.sheet.macroEnabled.12",
        ),
        (
            packed("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (
            packed("content.xml", "Basic/Standard/Module1.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text-macroEnabled",
        ),
        (packed("a.txt"), "application/zip"),
        (ole("WordDocument"), "application/msword"),
        (ole("WordDocument", "Macros", "_VBA_PROJECT"), "application/vnd.ms-word.document.macroEnabled.12"),
        (ole("Workbook"), "application/vnd.ms-excel"),
        (ole("Workbook", "_VBA_PROJECT_CUR"), "application/vnd.ms-excel.sheet.macroEnabled.12"),
        (ole("PowerPoint Document"), "application/vnd.ms-powerpoint"),
        (ole("__properties_version1.0"), "application/vnd.ms-outlook"),
    ],
)
def test_office_files_are_known_and_their_macros_flagged(data: bytes, kind: str) -> None:
    for declared in (DOCX, "application/zip", "text/plain", "image/png", FALLBACK):
        assert looked(data, declared, "a.docx") == Nature(kind)


def test_a_broken_archive_is_believed_to_be_no_more_than_an_archive() -> None:
    assert looked(packed("a.txt")[:40], "application/zip") == Nature("application/zip")
    assert looked(packed("a.txt")[:40], "image/png").mismatch


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_pictures_are_known_by_their_bytes(kind: str) -> None:
    found = looked(plain(kind), "image/anything", "a")
    assert found.media_type.startswith("image/")
    assert found.may_come_in
    assert looked(plain(kind)).media_type == found.media_type
    assert looked(plain(kind), "application/pdf", "a.pdf").mismatch


SOUNDS = [
    ("audio/ogg", b"OggS\0\x02" + bytes(22) + b"\x01\x13OpusHead\x01\x01"),
    ("audio/mpeg", b"ID3\x04\0\0\0\0\0\x23TSSE"),
    ("audio/mpeg", b"\xff\xfb\x90\x64" + bytes(200)),
    ("audio/aac", b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(200)),
    ("audio/amr", b"#!AMR\n" + bytes(60)),
    ("audio/mp4", b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0" + bytes(40)),
    ("audio/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(40)),
    ("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(40)),
    ("video/mp4", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes(40)),
    ("video/3gpp", b"\0\0\0\x18ftyp3gp4\0\0\0\x003gp4isom" + bytes(40)),
    ("video/quicktime", b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(40)),
    ("video/webm", b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(40)),
    ("audio/webm", b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(40)),
    ("audio/wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0" + bytes(40)),
    ("image/heic", heic()),
]


@pytest.mark.parametrize(("kind", "data"), SOUNDS)
def test_what_telephones_record_comes_in_as_what_it_is(kind: str, data: bytes) -> None:
    assert looked(data, f"{kind}; codecs=opus", "a") == Nature(kind)


@pytest.mark.parametrize("kind", ["audio/ogg", "audio/mpeg", "video/mp4", "image/heic", "image/png", "application/pdf"])
def test_what_only_says_so_does_not(kind: str) -> None:
    assert looked(b"hello, this is a text", kind).mismatch


def test_what_has_no_signature_is_what_it_is_said_to_be() -> None:
    assert looked(b"a;b;c", "text/csv; charset=utf-8", "a.csv") == Nature("text/csv")
    assert looked(b"hello", "no type at all") == Nature(FALLBACK)
    assert declared_type("TEXT/Plain;x=y") == "text/plain"


@given(st.binary(max_size=5000), st.sampled_from(["image/png", "text/plain", "application/zip", FALLBACK]), st.text())
def test_any_bytes_are_something(data: bytes, declared: str, name: str) -> None:
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<", b"\xff\xfe"):
        file = io.BytesIO(start + data)
        found = nature(file, declared, name)
        assert found.media_type
        assert file.tell() == 0
