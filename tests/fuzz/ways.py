"""Every way by which a provider's bytes reach a parser, as the gateway goes it: signed, verified, kept, parsed."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, unquote_to_bytes

import msgspec

from backend import clock
from backend.channels import BY_KIND
from backend.channels.base import AccountView, Event, Unreadable, WebhookRequest
from backend.channels.telegram import webhook_secret
from omnix_protocol.ids import is_id
from tests.fuzz import seeds
from tests.simulators import call_sender, line, x_webhooks
from tests.simulators.graph.accounts import App
from tests.simulators.graph.hooks import signed
from tests.support.kannel import HOOK_SECRET

Signing = Callable[[bytes], WebhookRequest]
APP = App()


@dataclass(frozen=True, slots=True)
class Way:
    """One; without `signing` the server fetches or hears what comes, and keeps it as it is."""

    kind: str
    account: AccountView
    seeds: tuple[bytes, ...]
    signing: Signing | None = None


def taken(way: Way, body: bytes) -> list[Event]:
    """The commands in it; none where it is said to be unreadable. Anything else that happens is a finding."""
    channel = BY_KIND[way.kind]
    raw = body
    if way.signing is not None:
        request = way.signing(body)
        assert channel.verify(way.account, request), "what is signed rightly is taken"
        raw = channel.kept(way.account, request)
    try:
        events = channel.parse(way.account, raw)
    except Unreadable as error:
        if not str(error).strip():
            raise
        return []
    for key, command in events:
        assert is_id(key), f"{key} is no id"
        stored = msgspec.json.encode(command)  # as it is kept, and comes back
        assert b"\\u0000" not in stored, "no database takes NUL"
        assert msgspec.json.decode(stored, type=type(command)) == command
    return events


@cache
def ways() -> Mapping[str, Way]:
    """By name: all kinds that have a parser, some by two ways."""
    return asyncio.run(_ways())


async def _ways() -> dict[str, Way]:
    graph = await seeds.graph()
    found = {kind: _way(kind, graph[kind], _graph) for kind in graph}
    found["telegram"] = _way("telegram", await seeds.telegram(), _telegram, secrets={"token": seeds.TOKEN})
    found["line"] = _way("line", await seeds.line(), _line, secrets={"channel_secret": seeds.SECRET})
    keys = {"consumer_secret": seeds.SECRET, "access_token": f"{seeds.X_ID}-token"}
    found["x"] = _way("x", await seeds.x(), _x, secrets=keys)
    found["sms-kannel"] = _way("sms", seeds.kannel(), _kannel, secrets={"hook_secret": HOOK_SECRET})
    found["sms-smpp"] = _way("sms", seeds.smpp(), None, settings={"mode": "smpp"})
    found["email"] = _way("email", seeds.email(), None, settings={"address": "cs@toko.example"})
    found["voice-webhook"] = _way("voice", seeds.voice(), _ours, secrets={"webhook_secret": seeds.SECRET})
    found["voice-ami"] = _way("voice", seeds.ami(), None, settings={"mode": "ami"})
    found["bot"] = _way("bot", seeds.bot(), _ours, settings={"mode": "webhook"}, secrets={"secret": seeds.SECRET})
    found["webchat"] = _way("webchat", (b"{}",), None)
    return found


def _way(
    kind: str, bodies: tuple[bytes, ...], signing: Signing | None,
    settings: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None,
) -> Way:  # fmt: skip
    own = {"app_secret": APP.secret} if signing is _graph else {}
    account = seeds.account(kind, {**seeds.GRAPH_IDS, **(settings or {})}, {**own, **(secrets or {})})
    return Way(kind, account, bodies, signing)


def _graph(body: bytes) -> WebhookRequest:
    return WebhookRequest({name.lower(): value for name, value in signed(APP, body).items()}, body)


def _telegram(body: bytes) -> WebhookRequest:
    return WebhookRequest({"x-telegram-bot-api-secret-token": webhook_secret(seeds.TOKEN)}, body)


def _line(body: bytes) -> WebhookRequest:
    return WebhookRequest({"x-line-signature": line.signature(seeds.SECRET, body)}, body)


def _x(body: bytes) -> WebhookRequest:
    return WebhookRequest({"x-twitter-webhooks-signature": x_webhooks.signature(seeds.SECRET, body)}, body)


def _kannel(body: bytes) -> WebhookRequest:
    """It reports by GET: all that it says is in the address, with fewer than 50 parameters and one secret."""
    pieces = [it for it in body.split(b"&")[:40] if unquote_to_bytes(it.partition(b"=")[0]) != b"secret"]
    query = f"secret={quote(HOOK_SECRET, safe='')}&" + b"&".join(pieces).decode("latin-1")
    return WebhookRequest({}, b"", query, "GET")


def _ours(body: bytes) -> WebhookRequest:
    headers = call_sender.signed(seeds.SECRET, body, clock.now().timestamp())
    return WebhookRequest({name.lower(): value for name, value in headers.items()}, body)


def as_json(body: bytes) -> object | None:
    """What the bytes are, where they are JSON."""
    try:
        found: object = json.loads(body)
    except ValueError:
        return None
    return found
