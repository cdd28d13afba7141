"""Names of files that no system takes for a path or a command."""

import re
import unicodedata
from typing import Final

NAME_MAX: Final = 150
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def clean_name(name: str) -> str:
    """The last part, without control characters, not too long."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = _FORBIDDEN.sub("_", name).strip(" .")
    if len(name) > NAME_MAX:
        stem, dot, end = name.rpartition(".")
        name = stem[: NAME_MAX - len(end) - 1] + dot + end if dot and len(end) <= 10 else name[:NAME_MAX]
    return name or "file"
