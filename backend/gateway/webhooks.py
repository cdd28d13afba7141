"""Providers' webhooks: size, route, signature on the raw bytes, stored as received, and only then 200."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route as HttpRoute

from backend.channels.base import Channel, WebhookRequest
from backend.gateway.accounts import Accounts
from backend.gateway.http import BodyTooLarge, whole_body
from backend.store.errors import Unavailable
from backend.store.raw import Route
from backend.store.store import Store

ROUTES_KEPT: Final = 10_000
_KEPT_HEADERS: Final = frozenset({"content-type", "user-agent"})
"""Headers stored beside the body: none that could hold a secret."""
_log = logging.getLogger("backend.gateway.webhooks")


class Webhooks:
    """The endpoint of all channels: POST /hooks/{kind}/{route}."""

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
        self._routes: OrderedDict[str, Route] = OrderedDict()
        self._counter = Counter("omnix_webhooks", "Webhooks by outcome", ["kind", "outcome"], registry=registry)

    def routes(self) -> list[HttpRoute]:
        return [HttpRoute("/hooks/{kind}/{route}", self.receive, methods=["POST"])]

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
        account = await self._accounts(route.tenant_id, route.channel_account_id)
        if account is None:
            return self._answer(channel.kind, "inactive", 404)
        if not channel.verify(account, WebhookRequest(headers=request.headers, body=body)):
            return self._answer(channel.kind, "unsigned", 401)
        headers = {name: value for name, value in request.headers.items() if name in _KEPT_HEADERS}
        await self._store.raw.append(route, headers, body)
        self._stored()
        return self._answer(channel.kind, "stored", 200)

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
