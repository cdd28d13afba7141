"""A webhook endpoint for tests of the simulator itself: takes what is signed, keeps it, refuses on demand."""

import hashlib
import hmac
import json
from collections import deque
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.simulators.graph.accounts import App


class Receiver:
    """What came, in order: `bodies` as bytes, `payloads` decoded."""

    def __init__(self, app: App | None = None) -> None:
        self._app = app or App()
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.refusals: deque[int] = deque()  # statuses for the next deliveries
        self.app = Starlette(
            routes=[Route("/hook", self._verify, methods=["GET"]), Route("/hook", self._take, methods=["POST"])]
        )

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    async def _verify(self, request: Request) -> Response:
        asked = request.query_params
        if asked.get("hub.mode") != "subscribe" or asked.get("hub.verify_token") != self._app.verify_token:
            return PlainTextResponse("Forbidden", 403)
        return PlainTextResponse(asked["hub.challenge"])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        expected = "sha256=" + hmac.new(self._app.secret.encode(), body, hashlib.sha256).hexdigest()
        signature = request.headers.get("x-hub-signature-256", "")
        if signature != expected:
            return Response(status_code=401)
        if self.refusals:
            return Response(status_code=self.refusals.popleft())
        self.bodies.append(body)
        self.signatures.append(signature)
        return Response()
