"""OAuth 1.0a as X wants it: each request signed with HMAC-SHA1 (RFC 5849), so that no token ever travels as it is.

Why not OAuth 2.0: its access tokens live two hours and are refreshed with a secret that changes each time, while the
consumer secret is needed anyway (the challenge and the webhooks' signature), and the pictures in direct messages are
documented to be read with OAuth 1.0a (developer.x.com, direct-messages/message-attachments/guides/retrieving-media).
All that we ask for is open to it: messages, posts, hiding, uploads, webhooks (docs.x.com/openapi.json, `UserToken`).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlsplit

from backend import clock
from backend.channels.base import AccountView

_SAFE = "-._~"


def authorization(account: AccountView, method: str, url: str) -> str:
    """The header for a request whose body is no form (those take part in the signature; we send none)."""
    given = account.secrets
    parameters = {
        "oauth_consumer_key": given.get("consumer_key", ""),
        "oauth_nonce": secrets.token_hex(16),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(clock.now().timestamp())),
        "oauth_token": given.get("access_token", ""),
        "oauth_version": "1.0",
    }
    key = f"{_quoted(given.get('consumer_secret', ''))}&{_quoted(given.get('access_token_secret', ''))}"
    base = base_string(method, url, tuple(parameters.items()))
    digest = hmac.digest(key.encode(), base.encode(), hashlib.sha1)
    signed = parameters | {"oauth_signature": base64.b64encode(digest).decode()}
    return "OAuth " + ", ".join(f'{name}="{_quoted(value)}"' for name, value in sorted(signed.items()))


def base_string(method: str, url: str, parameters: Sequence[tuple[str, str]]) -> str:
    """What is signed (RFC 5849, 3.4.1): the method, the address without its query, and all parameters in order."""
    parts = urlsplit(url)
    pairs = [*parameters, *parse_qsl(parts.query, keep_blank_values=True)]
    ordered = "&".join(f"{name}={value}" for name, value in sorted((_quoted(n), _quoted(v)) for n, v in pairs))
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "") + ("" if parts.port in (None, default) else f":{parts.port}")
    where = f"{parts.scheme}://{host}{parts.path or '/'}"
    return "&".join((method.upper(), _quoted(where), _quoted(ordered)))


def _quoted(text: str) -> str:
    return quote(text, safe=_SAFE)
