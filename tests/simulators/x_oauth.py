"""Who is asking X: OAuth 1.0a signatures checked by oauthlib, OAuth 2.0 bearers by comparing."""

import base64
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import unquote

from oauthlib.oauth1.rfc5849.signature import (
    base_string_uri,
    collect_parameters,
    normalize_parameters,
    sign_hmac_sha1_with_client,
    signature_base_string,
)
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header
from starlette.requests import Request

STAMP_SECONDS = 300
"""How far a timestamp may be from now."""


@dataclass(frozen=True)
class Keys:
    """What the developer console shows for one app and one user of it."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    user_bearer: str  # an OAuth 2.0 access token of the same user
    app_bearer: str  # the app's own, for webhooks


def keys(name: str, user_id: str) -> Keys:
    """Invented keys in the usual shape, the same for the same name; a user's token begins with the user's id."""
    return Keys(
        consumer_key=f"ck{name}",
        consumer_secret=f"consumer-secret-{name}",
        access_token=f"{user_id}-at{name}",
        access_token_secret=f"token-secret-{name}",
        user_bearer=f"user-bearer-{name}",
        app_bearer=f"app-bearer-{name}",
    )


@dataclass
class Door:
    """All keys that are known; a nonce is good once."""

    known: dict[str, Keys] = field(default_factory=dict)  # by access token
    revoked: set[str] = field(default_factory=set)  # access tokens
    nonces: set[tuple[str, str]] = field(default_factory=set)

    def who(self, request: Request) -> tuple[Keys | None, str]:
        """Whose keys, and by which way: "oauth1", "user" or "app"."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            for one in self.known.values():
                if secrets.compare_digest(token, one.user_bearer) and one.access_token not in self.revoked:
                    return one, "user"
                if secrets.compare_digest(token, one.app_bearer):
                    return one, "app"
            return None, ""
        keys = self._signer(request) if scheme == "OAuth" else None
        return (None, "") if keys is None else (keys, "oauth1")

    def app(self, request: Request) -> Keys | None:
        """Whose app names itself with its key and secret."""
        given = request.headers.get("authorization", "")
        for one in self.known.values():
            pair = f"{one.consumer_key}:{one.consumer_secret}".encode()
            if secrets.compare_digest(given, f"Basic {base64.b64encode(pair).decode()}"):
                return one
        return None

    def _signer(self, request: Request) -> Keys | None:
        """Whose signature it is; a nonce is good once, a timestamp for minutes."""
        try:
            pairs = parse_authorization_header(request.headers["authorization"])
            given = {name: unquote(value) for name, value in pairs}
            stamp = int(given["oauth_timestamp"])
        except (ValueError, KeyError):
            return None
        keys, nonce = self.known.get(given.get("oauth_token", "")), given.get("oauth_nonce", "")
        if keys is None or keys.access_token in self.revoked or given.get("oauth_consumer_key") != keys.consumer_key:
            return None
        if not nonce or (given["oauth_timestamp"], nonce) in self.nonces or abs(time.time() - stamp) > STAMP_SECONDS:
            return None
        self.nonces.add((given["oauth_timestamp"], nonce))
        right = sign_hmac_sha1_with_client(
            _base_string(request), _Client(keys.consumer_secret, keys.access_token_secret)
        )
        return keys if secrets.compare_digest(right, given.get("oauth_signature", "")) else None


@dataclass(frozen=True)
class _Client:
    """What oauthlib signs with."""

    client_secret: str
    resource_owner_secret: str


def _base_string(request: Request) -> str:
    # A body that is not a form takes no part in the signature (RFC 5849, 3.4.1.3.1).
    parameters = collect_parameters(
        uri_query=request.url.query, headers={"Authorization": request.headers["authorization"]}
    )
    text: str = signature_base_string(
        request.method, base_string_uri(str(request.url)), normalize_parameters(parameters)
    )
    return text
