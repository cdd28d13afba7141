"""Webhooks out: handshake, signature, batches, retries, duplicates and disorder.

Format: developers.facebook.com/docs/graph-api/webhooks/getting-started (handshake, signature over the escaped
body, retries of what is not answered with 200).
"""

import asyncio
import hashlib
import hmac
import json
import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from tests.simulators.graph.accounts import Account, App

Shape = Literal["entries", "changes", "messages"]
"""How a batch is packed: an entry for each event, one entry with many changes, or one change with many messages."""


@dataclass
class Event:
    """One thing to tell: a `changes` item ({field, value}), or a `messaging` or `standby` item."""

    account: Account
    under: Literal["changes", "messaging", "standby"]
    item: dict[str, Any]


@dataclass
class Delivery:
    """One POST to a hook; `statuses` are the answers so far, 0 for none."""

    url: str
    body: bytes
    headers: dict[str, str]
    statuses: list[int] = field(default_factory=list)

    @property
    def arrived(self) -> bool:
        return 200 in self.statuses

    @property
    def payload(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value


@dataclass
class Retries:
    """Every delivery is tried so often; the pause (seconds) doubles up to a longest."""

    attempts: int = 8
    pause: float = 0.05
    longest: float = 1.0


@dataclass
class Disorder:
    """Shares (0 to 1) of deliveries sent twice, and of those overtaken by the next one."""

    duplicates: float = 0.0
    reordered: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    repeats: int = 0  # sent again, and answered
    overtaken: int = 0


def signed(app: App, body: bytes) -> dict[str, str]:
    """The headers of a delivery."""
    key = app.secret.encode()
    return {
        "Content-Type": "application/json",
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


def encoded(payload: dict[str, Any]) -> bytes:
    r"""Compact, with \uXXXX and \/ as Meta writes them; the signature is over these bytes."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


class Hooks:
    """Delivers to whoever subscribed; without a subscription an event is only kept in `events`."""

    def __init__(self, http: httpx.AsyncClient, now: Callable[[], float]) -> None:
        self._http = http
        self._now = now
        self._urls: dict[str, str] = {}
        self._held: list[tuple[Delivery, int]] = []  # and how often it is brought
        self._batch: list[Event] | None = None
        self._later: list[Delivery] | None = None
        self._duplicate_next = 0
        self.retries = Retries()
        self.disorder = Disorder()
        self.events: list[Event] = []
        self.deliveries: list[Delivery] = []

    def subscribe(self, account: Account, url: str) -> None:
        self._urls[account.id] = url

    def unsubscribe(self, account: Account) -> None:
        self._urls.pop(account.id, None)

    def url_of(self, account: Account) -> str:
        """Where its deliveries go; "" for nowhere."""
        return self._urls.get(account.id, "")

    async def verify(self, account: Account, url: str, token: str | None = None) -> bool:
        """The handshake of the app dashboard: the hook must echo the challenge. Subscribes on success."""
        challenge = str(secrets.randbelow(10**10))
        asked = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": account.app.verify_token if token is None else token,
        }
        answer = await self._http.get(url, params=asked)
        if answer.status_code != 200 or answer.text != challenge:
            return False
        self.subscribe(account, url)
        return True

    async def tell(self, *events: Event) -> None:
        """Deliver (or, in a batch, collect); returns when the hook took it or every attempt failed."""
        self.events.extend(events)
        if self._batch is not None:
            self._batch.extend(events)
        else:
            await self._send(list(events), "entries")

    @asynccontextmanager
    async def batch(self, shape: Shape = "entries") -> AsyncIterator[None]:
        """All that is told inside goes out in one delivery to each hook."""
        self._batch = []
        try:
            yield
        finally:
            collected, self._batch = self._batch, None
        await self._send(collected, shape)

    @asynccontextmanager
    async def backwards(self) -> AsyncIterator[None]:
        """The deliveries made inside arrive afterwards, the last one first."""
        self._later = []
        try:
            yield
        finally:
            later, self._later = self._later, None
        for delivery in reversed(later):
            await self.post(delivery)

    def duplicate(self, deliveries: int = 1) -> None:
        """The next so many deliveries arrive twice."""
        self._duplicate_next += deliveries

    async def settle(self) -> None:
        """Deliver what disorder held back."""
        held, self._held = self._held, []
        for delivery, times in held:
            await self._bring(delivery, times)

    async def forge(self, account: Account, payload: dict[str, Any], headers: dict[str, str] | None = None) -> int:
        """Post what Meta did not send: unsigned, or with these headers. The status that came back."""
        answer = await self._http.post(
            self._urls[account.id],
            content=encoded(payload),
            headers={"Content-Type": "application/json"} | (headers or {}),
        )
        return answer.status_code

    async def post(self, delivery: Delivery) -> bool:
        """Try until 200, as often as `retries` says; also for sending one again."""
        pause = self.retries.pause
        for attempt in range(self.retries.attempts):
            try:
                answer = await self._http.post(delivery.url, content=delivery.body, headers=delivery.headers)
                delivery.statuses.append(answer.status_code)
            except httpx.HTTPError:
                delivery.statuses.append(0)
            if delivery.statuses[-1] == 200:
                return True
            if attempt + 1 < self.retries.attempts:
                await asyncio.sleep(pause)
                pause = min(pause * 2, self.retries.longest)
        return False

    async def _send(self, events: list[Event], shape: Shape) -> None:
        by_hook: dict[tuple[str, str], list[Event]] = {}
        for event in events:
            if url := self._urls.get(event.account.id):
                by_hook.setdefault((url, event.account.kind), []).append(event)
        for (url, kind), told in by_hook.items():
            body = encoded({"object": kind, "entry": entries(told, shape, self._now())})
            delivery = Delivery(url, body, signed(told[0].account.app, body))
            self.deliveries.append(delivery)
            await self._dispatch(delivery)

    async def _dispatch(self, delivery: Delivery) -> None:
        if self._later is not None:
            self._later.append(delivery)
            return
        disorder = self.disorder
        twice = self._duplicate_next > 0 or disorder.dice.random() < disorder.duplicates
        self._duplicate_next = max(0, self._duplicate_next - 1)
        if disorder.dice.random() < disorder.reordered:
            disorder.overtaken += 1
            self._held.append((delivery, 1 + twice))
            return
        await self._bring(delivery, 1 + twice)
        await self.settle()

    async def _bring(self, delivery: Delivery, times: int) -> None:
        arrived = [await self.post(delivery) for _ in range(times)]
        self.disorder.repeats += sum(arrived[1:])


def entries(events: list[Event], shape: Shape, now: float) -> list[dict[str, Any]]:
    """`time` is in milliseconds for messaging, else in seconds; WhatsApp's messages have none."""
    packed: list[dict[str, Any]] = []
    for event in events:
        entry: dict[str, Any] = {"id": event.account.entry_id}
        if event.account.kind != "whatsapp_business_account" or event.item.get("field") != "messages":
            entry["time"] = int(now) if event.under == "changes" else int(now * 1000)
        same = packed and packed[-1]["id"] == entry["id"] and event.under in packed[-1]
        if shape == "entries" or not same:
            packed.append(entry | {event.under: [dict(event.item)]})
        elif shape == "messages" and _merged(packed[-1][event.under][-1], event.item):
            continue
        else:
            packed[-1][event.under].append(dict(event.item))
    return packed


def _merged(into: dict[str, Any], item: dict[str, Any]) -> bool:
    """Messages of one number in one `value`; what cannot be merged stays a change of its own."""
    mine, other = into.get("value", {}), item.get("value", {})
    for key in ("messages", "statuses"):
        if key in mine and key in other and mine["metadata"] == other["metadata"]:
            known = {json.dumps(one, sort_keys=True) for one in mine.get("contacts", [])}
            fresh = [one for one in other.get("contacts", []) if json.dumps(one, sort_keys=True) not in known]
            into["value"] = mine | {key: mine[key] + other[key]}
            if "contacts" in mine or fresh:
                into["value"]["contacts"] = mine.get("contacts", []) + fresh
            return True
    return False
