"""clamd as its manual documents it (zINSTREAM over TCP), with faults on demand."""

import asyncio
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from tests.support.tcp import tcp_server


class ClamdFault(StrEnum):
    """What goes wrong with the next file."""

    SILENT = "silent"  # takes it all and never answers
    HANGS_UP = "hangs up"  # ends the connection without a word
    CONFUSED = "confused"  # an error of its own
    NOISE = "noise"  # no reply of the protocol


@dataclass
class ClamdSimulator:
    """`viruses` are byte strings and the names they are known by."""

    viruses: dict[bytes, str] = field(default_factory=dict)
    stream_max: int = 25 * 1024 * 1024
    faults: deque[ClamdFault] = field(default_factory=deque)
    scanned: list[bytes] = field(default_factory=list)
    address: str = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["ClamdSimulator"]:
        async with tcp_server(self._serve) as port:
            self.address = f"tcp://127.0.0.1:{port}"
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readuntil(b"\0") != b"zINSTREAM\0":
            writer.write(b"UNKNOWN COMMAND\0")
            return
        fault = self.faults.popleft() if self.faults else None
        if fault is ClamdFault.HANGS_UP:
            return
        data = b""
        while size := struct.unpack(">I", await reader.readexactly(4))[0]:
            data += await reader.readexactly(size)
            if len(data) > self.stream_max:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                await writer.drain()
                return
        if fault is ClamdFault.SILENT:
            await asyncio.Event().wait()
        self.scanned.append(data)
        writer.write(self._reply(data, fault) + b"\0")
        await writer.drain()

    def _reply(self, data: bytes, fault: ClamdFault | None) -> bytes:
        if fault is ClamdFault.CONFUSED:
            return b"stream: Can't allocate memory ERROR"
        if fault is ClamdFault.NOISE:
            return b"\xff\xfeHTTP/1.1 400 Bad Request"
        found = next((name for virus, name in self.viruses.items() if virus in data), None)
        return b"stream: OK" if found is None else f"stream: {found} FOUND".encode()
