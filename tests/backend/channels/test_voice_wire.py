"""Listening at an Asterisk: sign-in, calls as they happen, lost connections, an exchange that misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import panoramisk
import pytest

from backend.channels.base import AccountView, Post, ProviderFault
from backend.channels.voice import Voice
from backend.channels.voice import exchange as wire
from omnix_protocol.content import CallState
from tests.backend.channels.voice_scene import account, news, together
from tests.simulators.asterisk import AsteriskSimulator
from tests.support.waiting import free_port, until

VOICE = Voice()


class Ear:
    """A listener at work, and what it has stored."""

    def __init__(self, view: AccountView) -> None:
        self.view = view
        self.stored: list[bytes] = []
        self.cursor = ""
        self.well = 0

    async def keep(self, updates: Sequence[bytes], cursor: str | None = None) -> None:
        self.stored += updates
        self.cursor = cursor if cursor is not None else self.cursor

    def is_well(self) -> None:
        self.well += 1

    @property
    def state(self) -> CallState | None:
        commands = [command for raw in self.stored for command in news(VOICE.parse(self.view, raw))]
        return together(commands).state if commands else None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["asyncio.Task[None]"]:
        async with httpx.AsyncClient() as http:
            before, post = self.well, Post(self.view, self.cursor, http, self.keep, self.is_well)
            task = asyncio.create_task(VOICE.listen(post))
            await until(lambda: self.well > before or task.done(), "it listens or has failed")
            try:
                yield task
            finally:
                task.cancel()
                await asyncio.wait({task})


def at(exchange: AsteriskSimulator, **settings: str) -> AccountView:
    here = {"mode": "ami", "ami_host": "127.0.0.1", "ami_port": str(exchange.port), "ami_user": "omnix"}
    return account(**(here | settings))


@pytest.mark.parametrize("auth", ["md5", "plain"])
async def test_a_call_is_heard_from_ring_to_end(auth: str) -> None:
    async with AsteriskSimulator() as exchange:
        ear = Ear(at(exchange, ami_auth=auth))
        async with ear.listening():
            call = exchange.call("081234567890")
            await call.rings()
            await until(lambda: ear.state is CallState.RINGING, "it rings")
            await call.queues()
            await call.connects("201")
            await until(lambda: ear.state is CallState.ANSWERED, "it is answered")
            await call.telephone_hangs_up("201")
            await call.hangs_up()
            await until(lambda: ear.state is CallState.ENDED, "it has ended")


async def test_missed_and_dropped() -> None:
    async with AsteriskSimulator() as exchange:
        missed, dropped = Ear(at(exchange)), Ear(at(exchange))
        async with missed.listening():
            call = exchange.call("081234567890")
            await call.rings()
            await call.dials("201")
            await call.dialled("201", "NOANSWER")
            await call.hangs_up("19", "User alerting, no answer")
            await until(lambda: missed.state is CallState.MISSED, "it was missed")
        async with dropped.listening():
            call = exchange.call("081234567891")
            await call.rings()
            await call.queues()
            await call.abandons()
            await until(lambda: dropped.state is CallState.DROPPED, "the caller gave up")


async def test_what_ended_while_nobody_listened_is_found_out() -> None:
    async with AsteriskSimulator() as exchange:
        ear = Ear(at(exchange))
        async with ear.listening() as task:
            call = exchange.call("081234567890")
            await call.rings()
            await until(lambda: ear.state is CallState.RINGING, "it rings")
            exchange.break_off()
            await until(task.done, "the connection is gone")
            assert isinstance(task.exception(), ProviderFault)
        exchange.calls.clear()
        async with ear.listening():
            await until(lambda: ear.state is CallState.MISSED, "it is known that it has ended")


async def test_what_was_answered_while_nobody_listened_is_found_out() -> None:
    async with AsteriskSimulator() as exchange:
        ear = Ear(at(exchange))
        call = exchange.call("081234567890")
        async with ear.listening():
            await call.rings()
            await until(lambda: ear.state is CallState.RINGING, "it rings")
        await call.bridges()
        async with ear.listening():
            await until(lambda: ear.state is CallState.ANSWERED, "it is known that it was answered")


@pytest.mark.parametrize(
    ("exchange", "settings", "words", "lasting"),
    [
        (AsteriskSimulator(users={}), {}, "Authentication failed", True),
        (AsteriskSimulator(greeting="220 mail.example ESMTP"), {}, "no manager interface", True),
        (AsteriskSimulator(), {"ami_host": ""}, "no host", True),
        (AsteriskSimulator(), {"ami_port": "many"}, "no host and port", True),
        (AsteriskSimulator(), {"ami_port": str(free_port())}, "could not be reached", False),
    ],
)
async def test_what_is_wrong_is_said(
    exchange: AsteriskSimulator, settings: dict[str, str], words: str, lasting: bool
) -> None:
    async with exchange, httpx.AsyncClient() as http:
        with pytest.raises(ProviderFault, match=words) as found:
            await VOICE.probe(at(exchange, **settings), http)
        assert found.value.lasting is lasting
        assert "rahasia" not in str(found.value)


async def test_the_probe_names_the_exchange() -> None:
    async with AsteriskSimulator() as exchange, httpx.AsyncClient() as http:
        assert await VOICE.probe(at(exchange), http) == "Asterisk 20.9.2"
        assert await VOICE.probe(account(), http) == "Webhook"


@pytest.mark.parametrize(
    ("flood", "words"),
    [(b"Event: " + b"x" * 20_000, "a line of more than"), (b"Key: value\r\n" * 600, "without an end")],
)
async def test_an_exchange_that_does_not_end_is_left(flood: bytes, words: str) -> None:
    async with AsteriskSimulator() as exchange:
        ear = Ear(at(exchange))
        async with ear.listening() as task:
            await exchange.raw(flood)
            await until(task.done, "it is given up")
            assert words in str(task.exception())


async def test_a_silent_exchange_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PING_SECONDS", 0.05)
    async with AsteriskSimulator() as exchange:
        ear = Ear(at(exchange))
        async with ear.listening() as task:
            await until(lambda: exchange.pings > 2, "it is asked whether it is there")
            assert not task.done()
            exchange.answers_pings = False
            await until(task.done, "the silence is noticed")
            assert "silent" in str(task.exception())


@pytest.mark.parametrize("timestamps", [False, True])
async def test_another_client_reads_the_simulator_alike(timestamps: bool) -> None:
    """panoramisk, which has nothing to do with us, signs in and understands the same events."""
    async with AsteriskSimulator(timestamps=timestamps) as exchange:
        client = panoramisk.Manager(
            host="127.0.0.1", port=exchange.port, username="omnix", secret="rahasia", ssl=False, encoding="utf8"
        )
        heard: list[tuple[str, str]] = []
        client.register_event("*", lambda _, message: heard.append((message.event, message.get("linkedid", ""))))
        await client.connect()
        try:
            await until(lambda: exchange.signed_in == 1, "it has signed in")
            call = exchange.call("081234567890")
            await call.rings()
            await call.queues()
            await call.connects("201")
            await call.hangs_up()
            names = ["Newchannel", "QueueCallerJoin", "AgentConnect", "BridgeEnter", "Hangup"]
            await until(lambda: [name for name, it in heard if it == call.id] == names, "it has heard the call")
        finally:
            client.close()
