"""X's webhooks of API v2: registered with a challenge, and subscribed to by a user."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.requests import Request

from tests.simulators.x_media import Refused, fields
from tests.simulators.x_oauth import Keys

EVENT_TYPES = ("dm.received", "dm.sent", "dm.read", "post.create", "post.mention.create", "post.reply.create")


@dataclass
class Webhook:
    id: str
    url: str
    valid: bool
    subscribed: bool = False


@dataclass
class Hooked:
    """One whose activity is told."""

    keys: Keys
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)  # event type: id of the webhook (X Activity API)

    @property
    def webhook(self) -> str:
        """Where events go: a valid webhook that this user is subscribed to, if any."""
        told = {*self.activities.values()}
        return next((it.url for it in self.webhooks.values() if it.valid and (it.subscribed or it.id in told)), "")

    @webhook.setter
    def webhook(self, url: str) -> None:
        """Set up by hand, without a check."""
        self.webhooks = {"1": Webhook("1", url, valid=True, subscribed=True)}


class Webhooks:
    """What can be done with them over the API; each returns the answer's body."""

    def __init__(self, http: httpx.AsyncClient, new_id: Callable[[], str]) -> None:
        self._http = http
        self._new_id = new_id

    async def add(self, account: Hooked, request: Request) -> dict[str, Any]:
        url = str((await fields(request)).get("url", ""))
        if any(one.url == url for one in account.webhooks.values()):
            raise Refused("DuplicateUrlFailed: Webhook URL already exists.")
        if not await self._passes(account, url):
            raise Refused("CrcValidationFailed: The webhook URL did not answer the challenge.")
        webhook = Webhook(self._new_id(), url, valid=True)
        account.webhooks[webhook.id] = webhook
        return {"data": _told(webhook)}

    async def all(self, account: Hooked, _: Request) -> dict[str, Any]:
        told = [_told(one) for one in account.webhooks.values()]
        return {"data": told, "meta": {"result_count": len(told)}}

    async def check(self, account: Hooked, request: Request) -> dict[str, Any]:
        webhook = self._named(account, request)
        webhook.valid = await self._passes(account, webhook.url)
        return {"data": {"valid": webhook.valid}}

    async def subscribe(self, account: Hooked, request: Request) -> dict[str, Any]:
        webhook = self._named(account, request)
        if webhook.subscribed:
            raise Refused("DuplicateSubscriptionFailed: The subscription already exists.")
        webhook.subscribed = True
        return {"data": {"subscribed": True}}

    async def subscribe_to_one(self, account: Hooked, request: Request) -> dict[str, Any]:
        """A kind of event, of the X Activity API; private ones are the signing user's own."""
        asked = await fields(request)
        event_type, told = asked.get("event_type"), asked.get("filter")
        if event_type not in EVENT_TYPES:
            raise Refused(f"The event_type [{event_type}] is not one of [{', '.join(EVENT_TYPES)}].")
        if not isinstance(told, dict) or told.get("user_id") != account.keys.access_token.partition("-")[0]:
            raise Refused("The filter must be of the authenticated user for this event_type.")
        if asked.get("webhook_id") not in account.webhooks:
            raise Refused("WebhookIdInvalid: The webhook ID was not found.")
        if event_type in account.activities:
            raise Refused("DuplicateSubscriptionFailed: The subscription already exists.")
        account.activities[event_type] = asked["webhook_id"]
        return {"data": {"subscription": {"subscription_id": self._new_id(), **asked}}}

    async def subscribed(self, account: Hooked, request: Request) -> dict[str, Any]:
        return {"data": {"subscribed": self._named(account, request).subscribed}}

    def _named(self, account: Hooked, request: Request) -> Webhook:
        webhook = account.webhooks.get(request.path_params["id"])
        if webhook is None:
            raise Refused("WebhookIdInvalid: The webhook ID was not found.")
        return webhook

    async def _passes(self, account: Hooked, url: str) -> bool:
        """The challenge-response check."""
        token = f"crc{self._new_id()}"
        try:
            answer = await self._http.get(url, params={"crc_token": token, "nonce": self._new_id()})
            told = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return False
        right = signature(account.keys.consumer_secret, token.encode())
        return answer.is_success and isinstance(told, dict) and told.get("response_token") == right


def signature(secret: str, body: bytes) -> str:
    """Of a challenge, and of a webhook in x-twitter-webhooks-signature."""
    return f"sha256={base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()}"


def _told(webhook: Webhook) -> dict[str, Any]:
    return {"id": webhook.id, "url": webhook.url, "valid": webhook.valid, "created_at": "2026-01-01T00:00:00.000Z"}
