"""Somebody's bot behind a webhook, as our documents describe the handover protocol; it knows no connector."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.simulators.mishaps import CALL_TROUBLES, Faults, Trouble, Unable


def _nothing(_turn: dict[str, Any]) -> None:
    return None


@dataclass
class BotSimulator:
    """Answers each turn by `replies`, in their order, and after them by `script`; `faults` come before all."""

    secret: str
    replies: deque[Any] = field(default_factory=deque)
    script: Callable[[dict[str, Any]], Any] = _nothing
    faults: deque[Any] = field(default_factory=deque)  # a status, or "silent"
    likely: Faults = field(default_factory=Faults)
    turns: list[dict[str, Any]] = field(default_factory=list)
    unsigned: int = 0

    def __post_init__(self) -> None:
        self.app = Starlette(routes=[Route("/bot", self._turn, methods=["POST"])])

    async def _turn(self, request: Request) -> Response:
        body, stamp = await request.body(), request.headers.get("x-omnix-timestamp", "")
        digest = hmac.new(self.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        if request.headers.get("x-omnix-signature") != f"v1={digest}" or abs(time.time() - int(stamp or 0)) > 300:
            self.unsigned += 1
            return Response(status_code=401)
        turn = json.loads(body)
        self.turns.append(turn)
        if self.faults:
            fault = self.faults.popleft()
            if fault == "silent":
                await asyncio.sleep(60)
            return Response(status_code=500 if fault == "silent" else fault)
        return await self.likely.around(
            "turn", lambda: self._reply(turn), lambda fault: Response(status_code=fault.status)
        )

    async def _reply(self, turn: dict[str, Any]) -> Response:
        reply = self.replies.popleft() if self.replies else self.script(turn)
        if reply is None:
            return Response(status_code=204)
        return Response(reply if isinstance(reply, bytes) else json.dumps({"actions": reply}))

    def trouble(self, what: Trouble, share: float) -> None:
        """So much of its turns goes wrong like this from now on. Raises Unable."""
        if what not in CALL_TROUBLES:
            raise Unable(f"A bot has no trouble {what}.")
        self.likely.throw(CALL_TROUBLES[what], share)

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers of what the bot posts by itself."""
        stamp = str(int(time.time()))
        digest = hmac.new(self.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {"x-omnix-timestamp": stamp, "x-omnix-signature": f"v1={digest}"}

    async def post(self, http: httpx.AsyncClient, url: str, **words: Any) -> httpx.Response:
        body = json.dumps(words).encode()
        return await http.post(url, content=body, headers=self.signed(body))
