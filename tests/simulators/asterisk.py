"""An Asterisk as far as its manager interface shows it: sign-in, the events of scripted calls, faults on demand.

The blocks are those of Asterisk's documented AMI (versions 16 to 22). As a server of its own: it knows no connector.
"""

import asyncio
import hashlib
import itertools
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.support.tcp import tcp_server

GREETING = "Asterisk Call Manager/9.0.0"


@dataclass
class ScriptedCall:
    """A caller's channel, and the channel of the telephone that rings."""

    exchange: "AsteriskSimulator"
    number: str
    line: str = "1500123"
    context: str = "from-trunk"
    name: str = ""
    id: str = ""
    up: bool = False
    bridge: str = ""

    def _channel(self, **more: str) -> dict[str, str]:
        return {
            "Channel": f"PJSIP/trunk-{self.id[-8:]}", "ChannelState": "6" if self.up else "4",
            "ChannelStateDesc": "Up" if self.up else "Ring", "CallerIDNum": self.number or "<unknown>",
            "CallerIDName": self.name or "<unknown>", "ConnectedLineNum": "<unknown>",
            "ConnectedLineName": "<unknown>", "Language": "id", "AccountCode": "", "Context": self.context,
            "Exten": self.line, "Priority": "1", "Uniqueid": self.id, "Linkedid": self.id,
        } | more  # fmt: skip

    def _telephone(self, extension: str) -> dict[str, str]:
        return {
            "DestChannel": f"PJSIP/{extension}-{self.id[-8:]}", "DestChannelState": "5",
            "DestChannelStateDesc": "Ringing", "DestCallerIDNum": extension, "DestCallerIDName": extension,
            "DestContext": "from-internal", "DestExten": self.line, "DestPriority": "1",
            "DestUniqueid": f"{self.id}9", "DestLinkedid": self.id,
        }  # fmt: skip

    async def rings(self) -> None:
        await self.exchange.tell("Newchannel", self._channel())

    async def dials(self, extension: str) -> None:
        self.context = "macro-dial"  # the dialplan moves on: only Newchannel names the trunk's context
        await self.exchange.tell("DialBegin", self._channel() | self._telephone(extension) | {"DialString": extension})

    async def dialled(self, extension: str, status: str) -> None:
        await self.exchange.tell("DialEnd", self._channel() | self._telephone(extension) | {"DialStatus": status})

    async def queues(self, queue: str = "layanan") -> None:
        self.up, self.context = True, "ext-queues"
        await self.exchange.tell("QueueCallerJoin", self._channel(Queue=queue, Position="1", Count="1"))

    async def connects(self, extension: str, queue: str = "layanan") -> None:
        told = self._channel() | self._telephone(extension)
        member = {
            "Queue": queue,
            "MemberName": "Ayu",
            "Interface": f"PJSIP/{extension}",
            "RingTime": "3",
            "HoldTime": "7",
        }
        await self.exchange.tell("AgentConnect", told | member)
        await self.bridges()

    async def bridges(self, technology: str = "simple_bridge") -> None:
        self.up, self.bridge = True, f"bridge-{self.id}"
        bridge = {
            "BridgeUniqueid": self.bridge, "BridgeType": "basic", "BridgeTechnology": technology,
            "BridgeCreator": "<unknown>", "BridgeName": "<unknown>", "BridgeNumChannels": "1",
        }  # fmt: skip
        await self.exchange.tell("BridgeEnter", bridge | self._channel())

    async def abandons(self, queue: str = "layanan") -> None:
        waited = {"Queue": queue, "Position": "1", "OriginalPosition": "1", "HoldTime": "41"}
        await self.exchange.tell("QueueCallerAbandon", self._channel() | waited)
        await self.hangs_up()

    async def hangs_up(self, cause: str = "16", words: str = "Normal Clearing") -> None:
        self.exchange.calls.pop(self.id, None)
        await self.exchange.tell("Hangup", self._channel(Cause=cause, **{"Cause-txt": words}))

    async def telephone_hangs_up(self, extension: str) -> None:
        """The other leg: its Uniqueid is not the call's."""
        leg = {
            "Channel": f"PJSIP/{extension}-1",
            "Uniqueid": f"{self.id}9",
            "Cause": "16",
            "Cause-txt": "Normal Clearing",
        }
        await self.exchange.tell("Hangup", self._channel() | leg)


@dataclass
class AsteriskSimulator:
    """`users`: name -> secret. `timestamps`: as with timestampevents=yes in manager.conf."""

    users: dict[str, str] = field(default_factory=lambda: {"omnix": "rahasia"})
    greeting: str = GREETING
    timestamps: bool = False
    answers_pings: bool = True
    port: int = 0
    calls: dict[str, ScriptedCall] = field(default_factory=dict)
    signed_in: int = 0
    pings: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _all: set[asyncio.StreamWriter] = field(default_factory=set)
    _door: AsyncExitStack = field(default_factory=AsyncExitStack)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def __aenter__(self) -> "AsteriskSimulator":
        self.port = await self._door.enter_async_context(tcp_server(self._serve, self.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._door.aclose()

    def call(self, number: str, **more: Any) -> ScriptedCall:
        call = ScriptedCall(self, number, **more)
        call.id = f"{int(time.time())}.{next(self._ids)}"
        self.calls[call.id] = call
        return call

    async def tell(self, event: str, words: dict[str, str]) -> None:
        """To everybody who is signed in."""
        stamp = {"Timestamp": f"{time.time():.6f}"} if self.timestamps else {}
        for writer in tuple(self._writers):
            await self._write(writer, {"Event": event, "Privilege": "call,all"} | stamp | words)

    async def raw(self, text: bytes) -> None:
        for writer in tuple(self._writers):
            writer.write(text)
            await writer.drain()

    def break_off(self) -> None:
        """Every connection is gone, as when the exchange restarts."""
        for writer in tuple(self._all):
            writer.transport.abort()
        self._writers.clear()
        self._all.clear()

    async def _write(self, writer: asyncio.StreamWriter, words: dict[str, str]) -> None:
        try:
            writer.write("".join(f"{key}: {value}\r\n" for key, value in words.items()).encode() + b"\r\n")
            await writer.drain()
        except OSError:
            self._writers.discard(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._all.add(writer)
        writer.write(f"{self.greeting}\r\n".encode())
        challenge = ""
        try:
            while True:
                action = await self._action(reader)
                name = action.get("action", "").lower()
                answer = {"ActionID": action["actionid"]} if "actionid" in action else {}
                if name == "challenge":
                    challenge = "151482327"
                    await self._write(writer, {"Response": "Success"} | answer | {"Challenge": challenge})
                elif name == "login":
                    await self._sign_in(writer, action, answer, challenge)
                elif writer not in self._writers:
                    await self._write(writer, {"Response": "Error"} | answer | {"Message": "Permission denied"})
                else:
                    await self._answer(writer, name, answer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._writers.discard(writer)
            self._all.discard(writer)

    async def _action(self, reader: asyncio.StreamReader) -> dict[str, str]:
        words: dict[str, str] = {}
        while (text := (await reader.readuntil(b"\n")).decode().rstrip("\r\n")) or not words:
            key, _, value = text.partition(":")
            words[key.strip().lower()] = value.strip()
        return words

    async def _sign_in(
        self, writer: asyncio.StreamWriter, action: dict[str, str], answer: dict[str, str], challenge: str
    ) -> None:
        secret = self.users.get(action.get("username", ""))
        if action.get("authtype", "").upper() == "MD5":
            fine = secret is not None and action.get("key") == hashlib.md5((challenge + secret).encode()).hexdigest()
        else:
            fine = secret is not None and action.get("secret") == secret
        if not fine:
            await self._write(writer, {"Response": "Error"} | answer | {"Message": "Authentication failed"})
            return
        await self._write(writer, {"Response": "Success"} | answer | {"Message": "Authentication accepted"})
        self._writers.add(writer)
        self.signed_in += 1
        await self._write(writer, {"Event": "FullyBooted", "Privilege": "system,all", "Status": "Fully Booted"})

    async def _answer(self, writer: asyncio.StreamWriter, name: str, answer: dict[str, str]) -> None:
        if name == "ping":
            self.pings += 1
            if self.answers_pings:
                await self._write(writer, {"Response": "Success"} | answer | {"Ping": "Pong"})
        elif name == "coresettings":
            await self._write(writer, {"Response": "Success"} | answer | {"AsteriskVersion": "20.9.2"})
        elif name == "coreshowchannels":
            listing = {"EventList": "start", "Message": "Channels will follow"}
            await self._write(writer, {"Response": "Success"} | answer | listing)
            for call in self.calls.values():
                shown = {"Event": "CoreShowChannel"} | answer | call._channel() | {"BridgeId": call.bridge}
                await self._write(writer, shown)
            end = {"EventList": "Complete", "ListItems": str(len(self.calls))}
            await self._write(writer, {"Event": "CoreShowChannelsComplete"} | answer | end)
        elif name == "logoff":
            await self._write(writer, {"Response": "Goodbye"} | answer | {"Message": "Thanks for all the fish."})
            writer.close()
        else:
            await self._write(writer, {"Response": "Error"} | answer | {"Message": "Invalid/unknown command"})
