"""TCP servers of the tests: with them every connection ends, so that none is found open in another test."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def settled_sockets() -> None:
    """What was accepted has become a connection, and what was given up has closed its socket: both take a few turns."""
    for _ in range(4):
        await asyncio.sleep(0)


async def stop_listening(server: asyncio.Server) -> None:
    """Nobody is accepted any more. Who just was is connected first: Python 3.11 would leave it open for ever."""
    for listener in server.sockets:
        asyncio.get_running_loop().remove_reader(listener)
    await settled_sockets()
    server.close()


@asynccontextmanager
async def tcp_server(serve: Serve, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Yields the port. A connection ends with what serves it, and all of them with the server."""
    connections: dict[asyncio.StreamWriter, asyncio.Future[None]] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections[writer] = asyncio.ensure_future(serve(reader, writer))
        try:
            await connections[writer]
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()
            del connections[writer]

    server = await asyncio.start_server(connected, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await stop_listening(server)
        for writer, serving in list(connections.items()):
            serving.cancel()
            writer.transport.abort()
        await settled_sockets()
