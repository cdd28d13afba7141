"""Access tokens by the refresh token grant (RFC 6749, section 6), as Google's and Microsoft's token endpoints do it."""

import asyncio
import hashlib
from dataclasses import dataclass

import httpx

from backend.channels.base import ProviderFault, without_secrets
from backend.channels.email.mailbox import Mailbox
from backend.channels.reading import answer_of, seconds

SPARE_SECONDS = 120.0
"""A token that ends sooner is not used any more."""
USUAL_SECONDS = 3600.0
LONGEST_SECONDS = 86_400.0
_ENDED = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "interaction_required", "invalid_scope"})


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    ends_at: float  # of the event loop's clock


class Tokens:
    """The access tokens in use, by what they were granted for; in memory only."""

    def __init__(self) -> None:
        self._held: dict[str, _Token] = {}

    async def token(self, mailbox: Mailbox, http: httpx.AsyncClient) -> str:
        """A token that works for some minutes. Raises ProviderFault."""
        now, key = asyncio.get_running_loop().time(), _key(mailbox)
        held = self._held.get(key)
        if held is None or held.ends_at - SPARE_SECONDS < now:
            self._held = {name: token for name, token in self._held.items() if token.ends_at > now}
            held = self._held[key] = await _granted(mailbox, http, now)
        return held.value

    def forget(self, mailbox: Mailbox) -> None:
        """A server did not take it: the next one is a new one."""
        self._held.pop(_key(mailbox), None)


def _key(mailbox: Mailbox) -> str:
    parts = (mailbox.token_url, mailbox.client_id, mailbox.scope, mailbox.secrets.get("refresh_token", ""))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


async def _granted(mailbox: Mailbox, http: httpx.AsyncClient, now: float) -> _Token:
    form = {
        "grant_type": "refresh_token",
        "client_id": mailbox.client_id,
        "refresh_token": mailbox.secrets.get("refresh_token", ""),
    }
    if secret := mailbox.secrets.get("client_secret"):
        form["client_secret"] = secret
    if mailbox.scope:
        form["scope"] = mailbox.scope
    try:
        response = await http.post(mailbox.token_url, data=form, timeout=20)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise ProviderFault(f"The OAuth2 token address could not be reached ({type(error).__name__}).") from None
    answer = answer_of(response.content) or {}
    token = answer.get("access_token")
    if response.status_code == 200 and isinstance(token, str) and token:
        return _Token(token, now + seconds(answer.get("expires_in"), USUAL_SECONDS, LONGEST_SECONDS))
    reason = str(answer.get("error", ""))
    told = str(answer.get("error_description") or reason or response.status_code)
    words = without_secrets(told, mailbox.secrets, 200)
    if reason in _ENDED or response.status_code in (400, 401, 403):
        raise ProviderFault(
            f"The permission to use {mailbox.address} has ended ({words}). Sign in to the mailbox again and enter its"
            " new refresh token.",
            lasting=True,
        )
    raise ProviderFault(f"The OAuth2 token address answered {response.status_code} ({words}).")
