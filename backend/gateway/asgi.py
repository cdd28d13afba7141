"""The application: all routes, and what stands on every answer."""

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.gateway.http import as_response
from omnix_protocol.errors import Reason, refused

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""On every answer that does not say otherwise itself."""


class SecurityHeaders:
    """Careful by default; a page that needs more says so in its own headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


async def _not_found(_: Request, __: Exception) -> Response:
    return as_response(refused(Reason.NOT_FOUND, type="route"))


async def _wrong_method(_: Request, __: Exception) -> Response:
    response = as_response(refused(Reason.MALFORMED, detail="this method is not for this address"))
    response.status_code = 405
    return response


async def _failed(_: Request, __: Exception) -> Response:
    return as_response(refused(Reason.UNAVAILABLE))


def application(routes: Sequence[BaseRoute]) -> Starlette:
    """The whole door as one ASGI application."""
    return Starlette(
        routes=list(routes),
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={404: _not_found, 405: _wrong_method, 500: _failed},
    )
