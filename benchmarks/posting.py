"""Posts HTTP requests over connections that stay open, as fast as they are answered; says how many a second."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass
class Posted:
    seconds: float
    answered: int
    refused: int

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


async def post(
    port: int, path: str, headers: dict[str, str], body: Callable[[int], bytes], count: int, at_once: int
) -> Posted:
    """`count` requests in all, numbered from 1, `at_once` connections."""
    return await ask(port, (request("POST", path, headers, body(number)) for number in range(1, count + 1)), at_once)


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """As it goes over the wire."""
    fixed = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{fixed}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def ask(port: int, requests: Iterable[bytes], at_once: int) -> Posted:
    """All of them, over so many connections."""
    waiting = iter(requests)
    result = Posted(0, 0, 0)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for data in waiting:
            writer.write(data)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            if answer.startswith(b"HTTP/1.1 200"):
                result.answered += 1
            else:
                result.refused += 1
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    result.seconds = time.perf_counter() - began
    return result
