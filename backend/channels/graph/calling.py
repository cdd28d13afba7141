"""Calling Graph with an account's token: one question, one answer or what its failure means."""

import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from backend.channels.base import (
    UNANSWERED,
    AccountView,
    NotReached,
    OutFile,
    ProviderFault,
    Rejected,
    Throttled,
    Unknown,
    line,
    unanswered,
)
from backend.channels.graph.errors import Failure, answered, in_words
from backend.channels.graph.settings import ACCESS_TOKEN, APP_SECRET, BASE_URL, DEFAULT_BASE, secret
from backend.files.base import FileGone


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way to Graph as multipart/form-data, never whole in memory."""

    file: OutFile
    fields: Mapping[str, str] = field(default_factory=dict)
    name: str = "file"  # of the part

    def pieces(self, boundary: str) -> tuple[int, AsyncIterator[bytes]]:
        """The length in bytes, and the body."""
        rows = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in self.fields.items()
        ]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{self.name}"; filename="{_quoted(self.file.name)}"'
            f"\r\nContent-Type: {line(self.file.media_type, 150) or 'application/octet-stream'}\r\n\r\n"
        )
        before, after = ("".join(rows) + head).encode("utf-8", "replace"), f"\r\n--{boundary}--\r\n".encode()

        async def body() -> AsyncIterator[bytes]:
            yield before
            left = self.file.size
            async for chunk in self.file.read():
                left -= len(chunk)
                if left >= 0:
                    yield chunk
            if left != 0:  # the length was told: neither less nor more may follow
                raise FileGone
            yield after

        return len(before) + self.file.size + len(after), body()


async def ask(
    account: AccountView,
    http: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    upload: Upload | None = None,
    own: bool = False,
) -> dict[str, Any] | Failure:
    """One call with the account's token: Graph's answer, or what its failure means.

    Raises FileGone of an upload, and nothing for a network.
    `own` where the path begins with the account's own id: that it is unknown is the account's fault then.
    """
    token = secret(account, ACCESS_TOKEN)
    if not token:
        return Rejected("No access token is entered for this account.", account_fault=True)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    content: bytes | AsyncIterator[bytes] | None = None
    if upload is not None:
        boundary = secrets.token_hex(24)
        length, content = upload.pieces(boundary)
        headers |= {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(length)}
    elif body is not None:
        # by hand: half of a surrogate pair is an escape here, where the client would raise
        headers["Content-Type"], content = "application/json", json.dumps(body).encode()
    url = f"{(account.settings.get(BASE_URL.name) or DEFAULT_BASE).rstrip('/')}/{path}"
    try:
        response = await http.request(
            method, url, params={**(params or {}), **_proof(account, token)}, content=content, headers=headers
        )
    except UNANSWERED as error:
        return unanswered(error, "Meta")
    return answered(account, response, own=own)


async def ask_or_fault(
    account: AccountView, http: httpx.AsyncClient, method: str, path: str, **more: Any
) -> dict[str, Any]:
    """As `ask`, for what is done for an administrator. Raises ProviderFault."""
    answer = await ask(account, http, method, path, **more)
    if isinstance(answer, dict):
        return answer
    raise ProviderFault(
        in_words(answer),
        lasting=isinstance(answer, Rejected) and answer.account_fault,
        retry_after=answer.retry_after if isinstance(answer, Throttled) else None,
    )


def unsent(failure: Failure) -> Failure:
    """The same failure where it stopped before the message itself was sent: that may be tried again."""
    return NotReached(failure.detail) if isinstance(failure, Unknown) else failure


def node(*parts: str) -> str:
    """A path of ids and edges, none of which leads elsewhere."""
    return "/".join(quote(part, safe="") if part.strip(".") else "-" for part in parts)


def authorization(account: AccountView) -> dict[str, str]:
    """The header for Meta's files that want the token."""
    return {"Authorization": f"Bearer {secret(account, ACCESS_TOKEN)}"}


def _proof(account: AccountView, token: str) -> dict[str, str]:
    """Shows that the caller knows the app's secret, as apps may require ("Securing Graph API requests")."""
    key = secret(account, APP_SECRET).encode("utf-8", "replace")
    proof = hmac.new(key, token.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    return {"appsecret_proof": proof} if key else {}


def _quoted(name: str) -> str:
    return line(name, 200).replace("%", "%25").replace('"', "%22").replace("\\", "_") or "file"
