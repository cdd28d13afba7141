"""Opaque random tokens: the client has the token, the server its SHA-256."""

import hashlib
import re
import secrets
from typing import Final

ACCESS: Final = "oxa"
REFRESH: Final = "oxr"
_FORM: Final = re.compile(r"ox[a-z]_[A-Za-z0-9_-]{43}")


def new_token(kind: str) -> str:
    """256 random bits; the prefix tells people and log filters what it is."""
    return f"{kind}_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> bytes:
    """What is stored. Random tokens need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def looks_like(token: str, kind: str) -> bool:
    """Whether it may be one of ours: a look-up is spared otherwise."""
    return token.startswith(kind) and _FORM.fullmatch(token) is not None
