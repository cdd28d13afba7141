"""An exchange that tells calls by webhook, as docs/channels.md describes it; it knows no connector."""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx


def signed(secret: str, body: bytes, seconds: float) -> dict[str, str]:
    """The headers of a body that is sent at this moment."""
    stamp = str(int(seconds))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"x-omnix-timestamp": stamp, "x-omnix-signature": f"v1={digest}"}


async def post_call(http: httpx.AsyncClient, url: str, secret: str, **event: Any) -> httpx.Response:
    """One call event, signed now."""
    body = json.dumps(event).encode()
    return await http.post(url, content=body, headers=signed(secret, body, time.time()))
