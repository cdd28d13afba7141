"""Sessions against npm's smpp: what was written, what was answered and what was lost are told apart."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import uvloop

from backend.channels.sms.pdu import Address, Command, Malformed, Pdu, ShortMessage, read_id, read_message
from backend.channels.sms.session import (
    DELIVERIES_KEPT,
    BindRefused,
    Centre,
    Lost,
    NoConnection,
    Patience,
    Session,
    opened,
)
from tests.support.smpp import DROP, PASSWORD, SILENCE, SYSTEM_ID, THROTTLED, Smsc, smsc
from tests.support.tcp import tcp_server
from tests.support.waiting import free_port, until

HALO = ShortMessage(Address("12345"), Address("628111", 1, 1), content=b"Halo")
SHORT = Patience(answer=0.3, quiet=30)


@pytest.fixture
async def centre() -> AsyncIterator[Smsc]:
    async with smsc() as running:
        yield running


def at(port: int) -> Centre:
    return Centre("127.0.0.1", port, SYSTEM_ID, PASSWORD)


async def test_a_submit_is_answered_with_an_id(centre: Smsc) -> None:
    session = await opened(at(centre.port), Command.BIND_TRANSMITTER)
    answers = [await session.submit(HALO) for _ in range(3)]
    assert [read_id(answer.body) for answer in answers] == [one.id for one in await centre.got(3)] == ["N1", "N2", "N3"]
    assert (centre.submitted[0].text, centre.submitted[0].receiver, centre.submitted[0].receiver_ton) == (
        "Halo", "628111", 1,
    )  # fmt: skip
    session.close()
    await until(lambda: session.lost and centre.closed, "the session is unbound")
    with pytest.raises(NoConnection):
        await session.submit(HALO)


def test_it_holds_on_the_loop_that_the_server_has() -> None:
    async def submitted() -> str:
        async with smsc() as centre:
            session = await opened(at(centre.port), Command.BIND_TRANSMITTER)
            answer = await session.submit(HALO)
            session.hang_up()
            return read_id(answer.body)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(submitted()) == "N1"


async def test_many_at_once_go_through_the_window_and_each_gets_its_own_answer(centre: Smsc) -> None:
    session = await opened(at(centre.port), Command.BIND_TRANSMITTER)
    texts = [f"pesan {number}" for number in range(50)]
    answers = await asyncio.gather(*(session.submit(replace(HALO, content=text.encode())) for text in texts))
    by_id = {one.id: one.text for one in await centre.got(50)}
    assert [by_id[read_id(answer.body)] for answer in answers] == texts
    session.hang_up()


async def test_a_delivery_is_the_centres_until_it_is_answered(centre: Smsc) -> None:
    session = await opened(at(centre.port), Command.BIND_RECEIVER)
    first, second = centre.writes("628111", "Halo é"), centre.writes("628112", "😀")
    units = await taken(session, 2)
    assert [read_message(unit.body).source.value for unit in units] == ["628111", "628112"]
    session.answer(units[1])
    assert await centre.acknowledged(second) == 0
    assert not centre.is_acknowledged(first)
    session.answer(units[0], 0x64)
    assert await centre.acknowledged(first) == 0x64
    session.hang_up()


async def test_nothing_is_lost_where_more_comes_than_is_taken(centre: Smsc) -> None:
    session = await opened(at(centre.port), Command.BIND_RECEIVER)
    texts = [f"{number:04}" for number in range(DELIVERIES_KEPT * 3)]
    refs = [centre.writes("628111", text, data_coding=1) for text in texts]
    got: list[str] = []
    while len(got) < len(texts):
        for unit in await session.deliveries():
            got.append(read_message(unit.body).content.decode())
            session.answer(unit)
    assert got == texts
    assert await centre.acknowledged(refs[-1]) == 0
    session.hang_up()


async def test_a_refusal_is_an_answer(centre: Smsc) -> None:
    session = await opened(at(centre.port), Command.BIND_TRANSMITTER)
    await centre.answer(THROTTLED)
    assert (await session.submit(HALO)).status == THROTTLED
    assert (await session.submit(HALO)).status == 0
    session.hang_up()


@pytest.mark.parametrize("fault", [SILENCE, DROP])
async def test_no_answer_after_a_submit_is_lost_not_unsent(centre: Smsc, fault: str) -> None:
    session = await opened(at(centre.port), Command.BIND_TRANSMITTER, SHORT)
    await centre.answer(fault)
    with pytest.raises(Lost):
        await session.submit(HALO)
    assert len(await centre.got(1)) == 1
    if fault == DROP:
        with pytest.raises(NoConnection):
            await session.submit(HALO)
    session.hang_up()


async def test_what_waits_for_a_delivery_learns_that_the_connection_is_lost(centre: Smsc) -> None:
    session = await opened(at(centre.port), Command.BIND_RECEIVER)
    waiting = asyncio.create_task(session.deliveries())
    await asyncio.sleep(0)
    await centre.drop()
    with pytest.raises(Lost):
        await waiting


@pytest.mark.parametrize(("system_id", "password", "status"), [(SYSTEM_ID, "wrong", 0x0E), ("who", PASSWORD, 0x0F)])
async def test_a_bind_that_is_refused_says_why(centre: Smsc, system_id: str, password: str, status: int) -> None:
    with pytest.raises(BindRefused) as refused:
        await opened(Centre("127.0.0.1", centre.port, system_id, password), Command.BIND_TRANSMITTER)
    assert refused.value.status == status
    await until(lambda: centre.closed == 1, "nothing is left open")


async def test_a_password_that_no_bind_can_hold(centre: Smsc) -> None:
    with pytest.raises(Malformed):
        await opened(replace(at(centre.port), password="123456789"), Command.BIND_RECEIVER)


@pytest.mark.parametrize("host", ["127.0.0.1", "no such host", "", "x" * 300, "caf\udce9"])
async def test_a_centre_that_is_not_there(host: str) -> None:
    with pytest.raises(NoConnection):
        await opened(replace(at(free_port()), host=host), Command.BIND_RECEIVER)


async def test_a_quiet_centre_is_asked_for_a_sign_of_life(centre: Smsc) -> None:
    session = await opened(at(centre.port), Command.BIND_RECEIVER, Patience(answer=5, quiet=0.05))
    await until(lambda: centre.enquired >= 2, "enquire_link came twice")
    assert not session.lost
    session.hang_up()


async def test_a_centre_that_shows_none_is_left() -> None:
    async with stand_in(b"") as port, asyncio.timeout(10):
        session = Session(Patience(answer=0.1, quiet=0.1))
        await asyncio.get_running_loop().create_connection(lambda: session, "127.0.0.1", port)
        with pytest.raises(Lost, match="no sign of life"):
            await session.deliveries()


@pytest.mark.parametrize(
    "octets",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", struct.pack(">IIII", 0xFFFFFFFF, 5, 0, 1), bytes(16)],
    ids=["http", "huge", "zero"],
)
async def test_what_speaks_no_smpp_is_left(octets: bytes) -> None:
    async with stand_in(octets) as port:
        with pytest.raises(NoConnection, match="no SMPP"):
            await opened(at(port), Command.BIND_RECEIVER)


async def test_units_come_whole_however_the_network_cuts_them() -> None:
    delivery = Pdu(Command.DELIVER_SM, 0, 7, b"whatever").encode()
    session = Session(Patience())
    for octet in delivery * 2:
        session.data_received(bytes([octet]))
    assert await session.deliveries() == [Pdu(Command.DELIVER_SM, 0, 7, b"whatever")] * 2


async def taken(session: Session, count: int) -> list[Pdu]:
    units: list[Pdu] = []
    while len(units) < count:
        units += await session.deliveries()
    return units


@asynccontextmanager
async def stand_in(octets: bytes) -> AsyncIterator[int]:
    """A listener that says the octets to whoever connects, and nothing else."""

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await asyncio.Event().wait()

    async with tcp_server(say) as port:
        yield port
