"""Which files do something when they are opened: programs, scripts, pages, office files with macros; one list."""

from typing import Final

PROGRAM_ENDS: Final = frozenset({
    "exe", "dll", "msi", "msp", "mst", "com", "scr", "bat", "cmd", "ps1", "psm1", "psd1", "vbs", "vbe", "vb", "js",
    "jse", "mjs", "cjs", "wsf", "wsh", "wsc", "hta", "lnk", "url", "scf", "jar", "jnlp", "apk", "aab", "ipa", "app",
    "dmg", "pkg", "deb", "rpm", "appimage", "sh", "bash", "zsh", "fish", "csh", "ksh", "command", "desktop", "cpl",
    "pif", "reg", "inf", "sys", "ocx", "chm", "gadget", "msix", "appx", "application", "appref-ms",
    "settingcontent-ms", "xll", "wasm", "py", "pyw", "pyc", "pl", "rb", "php", "lua", "tcl", "run", "bin", "elf", "so",
    "dylib", "service", "terminal", "workflow", "webloc", "library-ms", "search-ms", "iso", "img", "vhd", "vhdx",
    "one", "diagcab", "theme", "themepack", "ade", "adp", "accdb", "accde", "mdb", "mde", "sct", "slk", "iqy", "rqy",
})  # fmt: skip
PAGE_ENDS: Final = frozenset({
    "html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "svg", "svgz", "xml", "xsl", "xslt", "swf", "xul",
})  # fmt: skip
MACRO_ENDS: Final = frozenset({
    "docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "xla", "pptm", "potm", "ppsm", "ppam", "sldm", "vsdm", "vstm",
})  # fmt: skip
ENDS: Final = PROGRAM_ENDS | PAGE_ENDS | MACRO_ENDS
TYPES: Final = frozenset({
    "text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "multipart/related",
    "application/javascript", "text/javascript", "application/ecmascript", "text/ecmascript", "application/wasm",
    "application/x-msdownload", "application/x-msdos-program", "application/vnd.microsoft.portable-executable",
    "application/x-executable", "application/x-elf", "application/x-mach-binary", "application/x-sharedlib",
    "application/x-pie-executable", "application/x-dosexec", "application/x-msi", "application/x-ms-shortcut",
    "application/x-ms-installer", "application/x-sh", "application/x-csh", "application/x-shellscript",
    "text/x-shellscript", "text/x-python", "text/x-script.python", "application/x-python-code", "application/x-perl",
    "text/x-perl", "application/x-php", "application/x-ruby", "text/x-ruby", "application/x-bat",
    "text/x-msdos-batch", "application/x-desktop", "application/java-archive", "application/x-java-archive",
    "application/java-vm", "application/x-java-jnlp-file", "application/vnd.android.package-archive",
    "application/vnd.debian.binary-package", "application/x-debian-package", "application/x-rpm",
    "application/x-redhat-package-manager", "application/x-apple-diskimage", "application/x-iso9660-image",
    "application/hta", "application/x-shockwave-flash", "application/vnd.ms-htmlhelp",
})  # fmt: skip
"""By the server's word, which looked at the bytes; a type with macroEnabled in it belongs here as well."""
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
"""Kinds that the desktop shows itself: pixels, and nothing that runs."""


def is_active(media_type: str, name: str) -> bool:
    """Whether opening this file may do something; every end of its name counts, for a system may hide the last one."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain in TYPES or "macroenabled" in plain:
        return True
    ends = name.lower().rstrip(". ").split(".")[1:]
    return any(end.strip() in ENDS for end in ends)


def is_picture(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() in PICTURES
