"""An ASGI application on a free port of the loopback, in the loop of the caller."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from tests.support.tcp import settled_sockets, stop_listening
from tests.support.waiting import until


class _Server(uvicorn.Server):
    """Ends when it is told to: uvicorn's own looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ended = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """At once where nobody is being answered: uvicorn's own waits for a tenth of a second in any case."""
        for server in self.servers:
            await stop_listening(server)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await settled_sockets()
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)


@asynccontextmanager
async def serving(app: Any, port: int = 0) -> AsyncIterator[str]:
    """Yields the address; the sockets are closed at the end."""
    listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
    # asyncio sets it on sockets whose protocol is named, and this one's is not: 40 ms an answer with a body
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app,
        log_level="warning",
        ws="websockets-sansio",
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the test run has its own
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started or running.done(), "the server started")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.ended.set()
        server.should_exit = True
        await running
        listener.close()
