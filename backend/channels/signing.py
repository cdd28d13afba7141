"""Webhooks of our own making (voice, bot): signed with a shared secret, and good for a few minutes only.

Headers: `X-Omnix-Timestamp` (seconds since 1970) and `X-Omnix-Signature`, which is `v1=` and the hexadecimal
HMAC-SHA256, under the shared secret, of the timestamp, a full stop and the body's bytes.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

TIMESTAMP: Final = "x-omnix-timestamp"
SIGNATURE: Final = "x-omnix-signature"
REPLAY_SECONDS: Final = 300
"""How far the two clocks may be apart, and for how long a signed body may be sent."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


def signed_headers(secret: str, body: bytes, seconds: float) -> dict[str, str]:
    """The headers of a body that is sent at this moment (seconds since 1970)."""
    timestamp = str(int(seconds))
    return {TIMESTAMP: timestamp, SIGNATURE: signature(secret, timestamp, body)}


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, seconds: float) -> bool:
    """Whether whoever holds the secret signed this body, at most five minutes from this moment."""
    timestamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not secret or not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
        return False
    if abs(seconds - int(timestamp)) > REPLAY_SECONDS:
        return False
    return hmac.compare_digest(given.encode("utf-8", "replace"), signature(secret, timestamp, body).encode())
