"""The web chat's page and its files: what a browser is given, and what it is told to allow."""

import html
import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from backend.channels.webchat.terms import Terms, allowed_origins
from backend.gateway.webchat_colours import palette
from omnix_protocol.channels import Capabilities, ChannelAccount
from omnix_protocol.hours import next_change, zone_of
from omnix_protocol.people import Tenant

FOLDER = Path(__file__).parents[2] / "resources" / "webchat"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
WIDGET = "widget.js"
WIDGET_MARK = '"{{config}}"'


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page, as it is served."""

    body: bytes
    media_type: str


@lru_cache
def assets() -> dict[str, Asset]:
    """Everything beside the page itself, by name; the button's script is made for each account."""
    return {
        path.name: Asset(path.read_bytes(), MEDIA_TYPES[path.suffix])
        for path in FOLDER.iterdir()
        if path.suffix in MEDIA_TYPES and path.name != WIDGET
    }


@lru_cache
def _template(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def office(terms: Terms, tenant: Tenant, now: datetime) -> dict[str, Any]:
    """Whether somebody is there now, and when that changes (ISO 8601, UTC), which is when a page asks again."""
    zone = zone_of(tenant.time_zone)
    change = next_change(terms.hours, now, zone)
    return {"open": terms.is_open(now, zone), "changes_at": change.isoformat() if change else ""}


def page(
    route: str,
    account: ChannelAccount,
    tenant: Tenant,
    terms: Terms,
    capabilities: Capabilities,
    now: datetime,
    mails: bool,
) -> bytes:
    """The page of one account."""
    title = terms.title or account.name
    config = {
        "route": route,
        "base": f"/chat/{route}",
        "title": title,
        "locale": tenant.locale if terms.language == "auto" else terms.language,
        "automatic": terms.language == "auto",
        "zone": tenant.time_zone,
        "greeting": terms.greeting,
        "hello": terms.proactive_text,
        "logo": terms.logo,
        "theme": terms.theme,
        "palette": palette(terms.colour),
        "form": {"asks": dict(terms.asks), "topics": terms.topics, "consent": terms.consent},
        "office": office(terms, tenant, now) | {"outside": terms.outside, "text": terms.outside_text},
        "mails": mails,
        "limits": {
            "text": capabilities.text_max,
            "attachments": capabilities.attachments_max if capabilities.attachments else 0,
            "attachment_bytes": min(capabilities.attachment_max_bytes, tenant.rules.attachment_max_bytes),
            "attachment_types": capabilities.attachment_types,
        },
    }
    values = {
        "title": html.escape(title),
        "locale": html.escape(str(config["locale"])),
        "base": f"/chat/{route}",
        "theme": terms.theme,
        # A script element ends at the first "</script", whatever its type.
        "config": _json(config).replace("<", "\\u003c"),
    }
    text = _template("page.html")
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text.encode()


def widget(terms: Terms) -> bytes:
    """The button's script, with what its account says: any site may load it, under any policy that lets it run."""
    config = {
        "accent": palette(terms.colour)["accent"],
        "letters": palette(terms.colour)["on_accent"],
        "position": terms.position,
        "theme": terms.theme,
        "language": terms.language,
        "hello": terms.proactive_text,
        "seconds": terms.proactive_seconds,
        "paths": terms.proactive_paths,
    }
    return _template(WIDGET).replace(WIDGET_MARK, _json(config)).encode()


def _json(value: object) -> str:
    """As it may stand in a script: the two line separators end a line there."""
    return json.dumps(value, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def page_headers(account: ChannelAccount, own_host: str) -> dict[str, str]:
    """Nothing but our own files runs, and only the account's sites may show the page in a frame."""
    ancestors = " ".join(("'self'", *allowed_origins(account.settings)))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        f"connect-src 'self' ws://{own_host} wss://{own_host}; base-uri 'none'; form-action 'none'; "
        f"require-trusted-types-for 'script'; frame-ancestors {ancestors}"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
