"""By which bytes and names a kind of file is known."""

import re
from typing import Final

PROGRAM_ENDS: Final = frozenset({
    "exe", "dll", "msi", "msp", "mst", "com", "scr", "bat", "cmd", "ps1", "psm1", "psd1", "vbs", "vbe", "vb", "js",
    "jse", "mjs", "wsf", "wsh", "wsc", "hta", "lnk", "url", "scf", "jar", "jnlp", "apk", "aab", "ipa", "app", "dmg",
    "pkg", "deb", "rpm", "appimage", "sh", "bash", "command", "desktop", "cpl", "pif", "reg", "inf", "sys", "ocx",
    "chm", "gadget", "msix", "appx", "application", "appref-ms", "settingcontent-ms", "xll", "wasm",
})  # fmt: skip
PROGRAM_STARTS: Final = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\xfe\xed\xfa\xce", "a macOS program"),
    (b"\xfe\xed\xfa\xcf", "a macOS program"),
    (b"\xce\xfa\xed\xfe", "a macOS program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\xca\xfe\xba\xbe", "a Java or macOS program"),
    (b"\xca\xfe\xba\xbf", "a macOS program"),
    (b"dex\n", "an Android program"),
    (b"\0asm", "a WebAssembly program"),
    (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F", "a Windows shortcut"),
    (b"ITSF", "a Windows help program"),
    (b"!<arch>\ndebian", "a Linux package"),
    (b"\xed\xab\xee\xdb", "a Linux package"),
    (b"xar!", "a macOS package"),
)
SCRIPT: Final = re.compile(
    rb"#!|\s*+(?:@echo\s+off\b|\[InternetShortcut\]|\[Desktop Entry\]|\[\.ShellClassInfo\]|Windows Registry Editor )",
    re.IGNORECASE,
)
# Nothing in it is tried twice: a file made of ten thousand comments costs what it is long.
MARKUP: Final = re.compile(
    rb"(?>\s+|<\?xml[^>]*+>|<!--.*?-->)*+<(!doctype\s+html|!doctype\s+svg|[a-z][a-z0-9:]*)", re.IGNORECASE | re.DOTALL
)
PAGE_TAGS: Final = frozenset(
    b"html head body script iframe title style link meta base a b i p br h1 div font table img form object".split()
)
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_KINDS: Final = (
    ("WordDocument", "application/msword", "application/vnd.ms-word.document.macroEnabled.12"),
    ("Workbook", "application/vnd.ms-excel", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    ("Book", "application/vnd.ms-excel", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    (
        "PowerPoint Document",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    ),
    ("__properties_version1.0", "application/vnd.ms-outlook", "application/vnd.ms-outlook"),
    ("VisioDocument", "application/vnd.visio", "application/vnd.ms-visio.drawing.macroEnabled.12"),
    ("EncryptedPackage", "application/x-ole-storage", "application/x-ole-storage"),
)
_OPEN_XML: Final = "application/vnd.openxmlformats-officedocument"
OFFICE: Final = (
    ("word/", f"{_OPEN_XML}.wordprocessingml.document", "application/vnd.ms-word.document.macroEnabled.12"),
    ("xl/", f"{_OPEN_XML}.spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    ("ppt/", f"{_OPEN_XML}.presentationml.presentation", "application/vnd.ms-powerpoint.presentation.macroEnabled.12"),
    ("visio/", "application/vnd.ms-visio.drawing", "application/vnd.ms-visio.drawing.macroEnabled.12"),
)
PACKED_PROGRAMS: Final = (
    ("AndroidManifest.xml", "an Android program"),
    ("classes.dex", "an Android program"),
    ("META-INF/MANIFEST.MF", "a Java program"),
    ("AppxManifest.xml", "a Windows package"),
    ("AppxBundleManifest.xml", "a Windows package"),
    ("extension.vsixmanifest", "a program's extension"),
)
BY_SIGNATURE: Final = ("image/", "video/", "audio/", "application/pdf", "application/zip", "application/gzip")
"""What claims to be one of these must look like one."""
SIGNATURES: Final = {
    "application/pdf": (b"%PDF-",),
    "application/zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "application/gzip": (b"\x1f\x8b",),
}
HEIF_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}
RECORDINGS: Final = (
    (0, b"OggS", "audio/ogg"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"#!SILK", "audio/silk"),
    (0, b"ID3", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"fLaC", "audio/flac"),
    (0, b"caff", "audio/x-caf"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xfa", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
)
"""Where, which bytes, and what it is where nobody says more: sound and film share their containers."""
