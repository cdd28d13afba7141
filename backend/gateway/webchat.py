"""The web chat: its page and script, visitors' tokens, and the visitor socket."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.routing import Route as HttpRoute
from starlette.websockets import WebSocket

from backend.channels.webchat import WebChat
from backend.channels.webchat.terms import terms_of
from backend.channels.webchat.words import OpenChat
from backend.gateway.http import BodyTooLarge, as_response, whole_body
from backend.gateway.limit import Buckets
from backend.gateway.socket import House, Socket
from backend.gateway.visitors import VisitorDoor, Visitors
from backend.gateway.webchat_page import MEDIA_TYPES, assets, office, page, page_headers, widget
from backend.store.raw import Route
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.errors import Reason, refused
from omnix_protocol.people import Tenant

BODY_MAX: Final = 4096
SESSIONS_PER_SECOND: Final = 5.0
SESSIONS_AT_ONCE: Final = 200.0
"""New visitors from one address: an office, a school or a mobile network shares one."""


class ChatOpened(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to OpenChat."""

    visitor_token: str


class WebChatDoor:
    """All that a browser asks for when somebody chats."""

    def __init__(
        self,
        store: Store,
        visitors: Visitors,
        door: VisitorDoor,
        house: House,
        now: Callable[[], datetime],
        public_url: str = "",
        *,
        mails: bool = False,
    ) -> None:
        """`mails`: whether this server can mail transcripts."""
        self._now = now
        self._mails = mails
        self._store = store
        self._visitors = visitors
        self._door = door
        self._house = house
        self._public_host = urlsplit(public_url).netloc.lower()
        self._opening = Buckets(SESSIONS_PER_SECOND, SESSIONS_AT_ONCE)

    def routes(self) -> list[BaseRoute]:
        return [
            HttpRoute("/chat/{route}", self.show),
            HttpRoute("/chat/{route}/session", self.open, methods=["POST"]),
            HttpRoute("/chat/{route}/office", self.office),
            HttpRoute("/chat/{route}/widget.js", self.widget),
            HttpRoute("/chat/{route}/{name}", self.asset),
            WebSocketRoute("/v1/visitor", self.socket),
        ]

    async def show(self, request: Request) -> Response:
        """The page of an account."""
        found = await self._account(request.path_params["route"])
        if found is None:
            return as_response(refused(Reason.NOT_FOUND, type="chat"))
        route, account = found
        tenant = await self._tenant(route)
        terms = terms_of(account.settings)
        body = page(route.route, account, tenant, terms, WebChat.capabilities, self._now(), self._mails)
        headers = page_headers(account, request.headers.get("host", ""))
        return Response(body, headers=headers, media_type="text/html; charset=utf-8")

    async def office(self, request: Request) -> Response:
        """Whether somebody is there: asked by a page that stood open when that changed."""
        found = await self._account(request.path_params["route"])
        if found is None:
            return as_response(refused(Reason.NOT_FOUND, type="chat"))
        body = office(terms_of(found[1].settings), await self._tenant(found[0]), self._now())
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    async def widget(self, request: Request) -> Response:
        """The button's script; it may be taken by any site."""
        found = await self._account(request.path_params["route"])
        if found is None:
            return as_response(refused(Reason.NOT_FOUND, type="chat"))
        headers = {"Cache-Control": "public, max-age=60", "Cross-Origin-Resource-Policy": "cross-origin"}
        return Response(widget(terms_of(found[1].settings)), headers=headers, media_type=MEDIA_TYPES[".js"])

    async def asset(self, request: Request) -> Response:
        """A script or style of the page."""
        asset = assets().get(request.path_params["name"])
        if asset is None:
            return as_response(refused(Reason.NOT_FOUND, type="file"))
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(asset.body, headers=headers, media_type=asset.media_type)

    async def open(self, request: Request) -> Response:
        """A visitor comes, or comes back."""
        if not self._own_origin(request.headers):
            return as_response(refused(Reason.NOT_ENTITLED))
        address = request.client.host if request.client else ""
        if not self._opening.take(address, asyncio.get_running_loop().time()):
            return as_response(refused(Reason.TOO_MANY_REQUESTS, seconds=5))
        try:
            asked = codec.decode(await whole_body(request, BODY_MAX) or b"{}", OpenChat)
        except BodyTooLarge:
            return as_response(refused(Reason.TOO_LARGE, limit=BODY_MAX))
        except codec.Malformed as error:
            return as_response(refused(Reason.MALFORMED, detail=str(error)[:300]))
        found = await self._account(request.path_params["route"])
        if found is None:
            return as_response(refused(Reason.NOT_FOUND, type="chat"))
        return as_response(ChatOpened(visitor_token=await self._visitors.welcome(found[0], asked.visitor_token)))

    async def socket(self, wire: WebSocket) -> None:
        """Frames as on a user's socket; a page of another site may not open one."""
        if not self._own_origin(wire.headers):
            await wire.close(1008)
            return
        await Socket(wire, self._door, self._house).live()

    async def _account(self, name: str) -> tuple[Route, ChannelAccount] | None:
        route = await self._store.control.route(name)
        if route is None or route.kind != WebChat.kind:
            return None
        async with self._store.read(route.tenant_id) as tx:
            account = await tx.get(ChannelAccount, route.channel_account_id)
        return None if account is None or not account.active else (route, account)

    async def _tenant(self, route: Route) -> Tenant:
        """Raises KeyError where a route has no tenant, which the schema forbids."""
        async with self._store.read(route.tenant_id) as tx:
            tenant = await tx.get(Tenant, route.tenant_id)
        if tenant is None:
            raise KeyError(route.tenant_id)
        return tenant

    def _own_origin(self, headers: Headers) -> bool:
        """The page comes from this server, also inside a frame; whoever names no origin is no browser."""
        origin = headers.get("origin")
        if origin is None:
            return True
        host = urlsplit(origin).netloc.lower()
        return bool(host) and host in (headers.get("host", "").lower(), self._public_host)
