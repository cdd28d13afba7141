"""Each fault is what the two ends would see in life."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest

from tests.support.fault_proxy import FaultProxy, fault_proxy
from tests.support.tcp import tcp_server
from tests.support.waiting import until


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    """Before a server that sends back what it gets."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            writer.write(data)

    async with tcp_server(echo) as port, fault_proxy(port) as made:
        yield made


async def say(proxy: FaultProxy, *words: bytes) -> list[bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        answers = []
        for word in words:
            writer.write(word)
            answers.append(await reader.readexactly(len(word)))
        return answers
    finally:
        writer.close()


async def test_without_a_fault_bytes_pass_unchanged(proxy: FaultProxy) -> None:
    assert await say(proxy, b"halo", b"x" * 500) == [b"halo", b"x" * 500]
    assert proxy.connections == 1
    assert proxy.passed == 2 * 504


async def test_a_cut_ends_a_connection_and_the_next_one_works(proxy: FaultProxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"halo")
    await reader.readexactly(4)
    proxy.cut()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    assert await say(proxy, b"lagi") == [b"lagi"]


async def test_a_cut_after_some_bytes_leaves_exactly_those(proxy: FaultProxy) -> None:
    proxy.cut_after(4 + 2)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await say(proxy, b"halo")
    assert proxy.passed == 6


async def test_a_stall_is_silence_until_it_ends(proxy: FaultProxy) -> None:
    proxy.stall()
    saying = asyncio.ensure_future(say(proxy, b"halo"))
    done, _ = await asyncio.wait([saying], timeout=0.2)
    assert not done
    proxy.resume()
    assert await asyncio.wait_for(saying, 5) == [b"halo"]


async def test_a_delay_holds_in_both_directions_and_does_not_pile_up(proxy: FaultProxy) -> None:
    proxy.delay = 0.1
    began = time.monotonic()
    await asyncio.gather(*(say(proxy, b"halo") for _ in range(20)))
    assert 0.2 <= time.monotonic() - began < 1.5


async def test_refused_means_nobody_listens_until_accepted_again(proxy: FaultProxy) -> None:
    await proxy.refuse()
    with pytest.raises(OSError, match=r"Connect call failed"):
        await say(proxy, b"halo")
    await proxy.accept()
    assert await say(proxy, b"halo") == [b"halo"]


@pytest.mark.parametrize("turns", range(6))
async def test_who_comes_while_the_proxy_ends_is_not_left_open(turns: int) -> None:
    served = asyncio.Event()

    async def serve(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await served.wait()

    async with tcp_server(serve) as port:
        async with fault_proxy(port) as proxy:
            client = socket.create_connection(("127.0.0.1", proxy.port))
            for _ in range(turns):
                await asyncio.sleep(0)
        with client:
            client.settimeout(0)
            await until(lambda: is_reset(client), "the proxy has hung up")


def is_reset(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
