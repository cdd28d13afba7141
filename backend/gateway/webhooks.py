"""Providers' webhooks: size, route, signature on the raw bytes, stored as received, and only then 200."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route as HttpRoute

from backend.channels.base import Answer, Channel, WebhookRequest
from backend.gateway.accounts import Accounts
from backend.gateway.fan_out import FanOut
from backend.gateway.http import BodyTooLarge, whole_body
from backend.store.errors import Unavailable
from backend.store.raw import Route
from backend.store.store import Store

ROUTES_KEPT: Final = 10_000
_KEPT_HEADERS: Final = frozenset({"content-type", "user-agent"})
"""Headers stored beside the body: none that could hold a secret."""
_log = logging.getLogger("backend.gateway.webhooks")


class Webhooks:
    """The endpoint of all channels: /hooks/{kind}/{route}."""

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        channels: dict[str, Channel],
        registry: CollectorRegistry,
        stored: Callable[[], None],
        limit: int,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._channels = channels
        self._stored = stored
        self._limit = limit
        self._fan_out = FanOut(store, accounts, channels)
        self._routes: OrderedDict[str, Route] = OrderedDict()
        self._counter = Counter("omnix_webhooks", "Webhooks by outcome", ["kind", "outcome"], registry=registry)

    def routes(self) -> list[HttpRoute]:
        return [HttpRoute("/hooks/{kind}/{route}", self.receive, methods=["GET", "POST"])]

    async def receive(self, request: Request) -> Response:
        """What a provider sent. Its answers say nothing that helps a stranger."""
        kind = request.path_params["kind"]
        channel = self._channels.get(kind)
        if channel is None:
            return self._answer("unknown", "unknown_route", 404)
        try:
            body = await whole_body(request, self._limit)
        except BodyTooLarge:
            return self._answer(kind, "too_large", 413)
        except ClientDisconnect:
            return self._answer(kind, "cut_off", 400)
        try:
            return await self._take(channel, request, body)
        except Exception as error:
            if not isinstance(error, Unavailable):
                _log.exception("a webhook of %s could not be stored", kind)
            return self._answer(kind, "not_stored", 503)

    async def _take(self, channel: Channel, request: Request, body: bytes) -> Response:
        route = await self._route(request.path_params["route"])
        if route is None or route.kind != channel.kind:
            return self._answer(channel.kind, "unknown_route", 404)
        # what comes for a paused account is kept too: a provider that is turned away may never tell it again
        account = await self._accounts.known(route.tenant_id, route.channel_account_id)
        if account is None:
            return self._answer(channel.kind, "gone", 404)
        hook = WebhookRequest(request.headers, body, request.url.query, request.method)
        if (told := channel.challenge(account, hook)) is not None:
            self._counter.labels(channel.kind, "challenge").inc()
            return _told(told)
        if request.method not in channel.methods:
            response = self._answer(channel.kind, "wrong_method", 405)
            response.headers["Allow"] = ", ".join(channel.methods)
            return response
        if not channel.verify(account, hook):
            return self._answer(channel.kind, "unsigned", 401)
        headers = {name: value for name, value in request.headers.items() if name in _KEPT_HEADERS}
        routes = await self._fan_out.routes(route, account, hook)
        if not routes:
            return self._answer(channel.kind, "nobodys", 200)
        kept = channel.kept(account, hook)
        await asyncio.gather(*(self._store.raw.append(its, headers, kept) for its in routes))
        self._stored()
        if (told := channel.acknowledgement(account, hook)) is None:
            return self._answer(channel.kind, "stored", 200)
        self._counter.labels(channel.kind, "stored").inc()
        return _told(told)

    async def _route(self, name: str) -> Route | None:
        """Routes never lead elsewhere once made, so what was found stays found; what was not is looked up again."""
        known = self._routes.get(name)
        if known is None:
            known = await self._store.control.route(name)
            if known is not None:
                self._routes[name] = known
                if len(self._routes) > ROUTES_KEPT:
                    self._routes.popitem(last=False)
        return known

    def _answer(self, kind: str, outcome: str, status: int) -> Response:
        self._counter.labels(kind, outcome).inc()
        return PlainTextResponse("ok" if status == 200 else outcome, status)


def _told(answer: Answer) -> Response:
    return Response(answer.body, media_type=answer.media_type, headers={"X-Content-Type-Options": "nosniff"})
