"""The other side of `burst`: uvicorn (websockets-sansio) sends each socket the same bytes, one message at a time."""

import argparse
import asyncio
import contextlib
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

sockets: list[WebSocket] = []


def application(messages: list[bytes]) -> Starlette:
    async def socket(one: WebSocket) -> None:
        await one.accept()
        sockets.append(one)
        with contextlib.suppress(WebSocketDisconnect):
            await one.receive_text()

    async def go(_: Request) -> Response:
        async def each(one: WebSocket) -> None:
            for message in messages:
                await one.send_bytes(message)

        await asyncio.gather(*map(each, sockets))
        return Response()

    return Starlette(routes=[WebSocketRoute("/socket", socket), Route("/go", go, methods=["POST"])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("messages", type=Path, help="one message a line")
    given = parser.parse_args()
    app = application(given.messages.read_bytes().splitlines())
    uvicorn.run(app, port=given.port, ws="websockets-sansio", ws_per_message_deflate=False, log_level="warning")


if __name__ == "__main__":
    main()
