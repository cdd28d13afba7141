"""The web chat's page and its files: what a browser is given, and what it is told to allow."""

import html
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from backend.channels.webchat import ATTACHMENTS_MAX, allowed_origins
from omnix_protocol.channels import Capabilities, ChannelAccount

FOLDER = Path(__file__).parents[2] / "resources" / "webchat"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
GREETING_MAX = 400


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page, as it is served."""

    body: bytes
    media_type: str


@lru_cache
def assets() -> dict[str, Asset]:
    """Everything beside the page itself, by name."""
    return {
        path.name: Asset(path.read_bytes(), MEDIA_TYPES[path.suffix])
        for path in FOLDER.iterdir()
        if path.suffix in MEDIA_TYPES
    }


@lru_cache
def _template() -> str:
    return (FOLDER / "page.html").read_text(encoding="utf-8")


def page(route: str, account: ChannelAccount, locale: str, capabilities: Capabilities, attachment_max: int) -> bytes:
    """The page of one account."""
    title = account.settings.get("title") or account.name
    config = {
        "route": route,
        "base": f"/chat/{route}",
        "locale": locale,
        "greeting": account.settings.get("greeting", "")[:GREETING_MAX],
        "colour": account.settings.get("colour", ""),
        "limits": {
            "text": capabilities.text_max,
            "attachments": ATTACHMENTS_MAX if capabilities.attachments else 0,
            "attachment_bytes": min(capabilities.attachment_max_bytes, attachment_max),
            "attachment_types": capabilities.attachment_types,
        },
    }
    values = {
        "title": html.escape(title),
        "locale": html.escape(locale),
        "base": f"/chat/{route}",
        # A script element ends at the first "</script", whatever its type.
        "config": json.dumps(config, ensure_ascii=False).replace("<", "\\u003c"),
    }
    text = _template()
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text.encode()


def page_headers(account: ChannelAccount, own_host: str) -> dict[str, str]:
    """Nothing but our own files runs, and only the account's sites may show the page in a frame."""
    ancestors = " ".join(("'self'", *allowed_origins(account.settings)))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        f"connect-src 'self' ws://{own_host} wss://{own_host}; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {ancestors}"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
