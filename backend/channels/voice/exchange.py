"""Asterisk's manager interface on the wire: blocks of `Key: Value` lines, sign-in, events; every length is bounded.

The exchange is believed to be what it says, but not that it ends a line: a block that does not end is a fault.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Mapping
from typing import Final

from backend.channels.base import ProviderFault

LINE_MAX: Final = 8192  # bytes
LINES_MAX: Final = 500  # in one block
CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 10.0
PING_SECONDS: Final = 20.0
"""Silence after which the exchange is asked whether it is there; after as much again, it is not."""
CLASSES: Final = "call,agent"

Block = dict[str, str]
"""One message: keys in lower case. Of a key that comes several times the first counts."""


class Exchange:
    """One connection. Not shared: one task sends actions and reads."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._early: list[Block] = []  # events that came while an answer was waited for
        self._begun: list[str] = []  # lines of a message whose end has not come yet

    @classmethod
    async def open(cls, host: str, port: int, *, tls: bool) -> "Exchange":
        """Connected and greeted. Raises ProviderFault."""
        context = ssl.create_default_context() if tls else None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(host, port, limit=LINE_MAX, ssl=context)
        except TimeoutError:
            raise ProviderFault("The exchange did not take the connection in time.") from None
        except (OSError, UnicodeError, ValueError) as error:
            raise ProviderFault(f"The exchange could not be reached ({type(error).__name__}).") from None
        exchange = cls(reader, writer)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                greeting = await exchange._line()
        except TimeoutError:
            exchange.close()
            raise ProviderFault("The exchange did not greet.") from None
        except ProviderFault:
            exchange.close()
            raise
        if "call manager" not in greeting.lower():
            exchange.close()
            raise ProviderFault("What answers there is no manager interface of Asterisk.", lasting=True)
        return exchange

    async def sign_in(self, user: str, secret: str, *, plain: bool) -> None:
        """Raises ProviderFault, lasting where name or secret are wrong."""
        words = {"Username": user, "Events": CLASSES}
        if plain:
            answer = await self.ask("Login", words | {"Secret": secret})
        else:
            challenge = (await self.ask("Challenge", {"AuthType": "MD5"})).get("challenge", "")
            if not challenge:
                raise ProviderFault("The exchange does not know the MD5 sign-in; choose plain.", lasting=True)
            # the manager interface knows no other digest; the secret itself does not travel
            key = hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()
            answer = await self.ask("Login", words | {"AuthType": "MD5", "Key": key})
        if answer.get("response", "").lower() != "success":
            raise ProviderFault(answer.get("message", "")[:200] or "The exchange refused the sign-in.", lasting=True)

    async def ask(self, action: str, words: Mapping[str, str] | None = None) -> Block:
        """The response to an action; events that come before it are kept for `next`."""
        number = self.send(action, words)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    block = await self._block()
                    if "response" in block and block.get("actionid", number) == number:
                        return block
                    self._early.append(block)
        except TimeoutError:
            raise ProviderFault(f"The exchange did not answer {action}.") from None

    def send(self, action: str, words: Mapping[str, str] | None = None) -> str:
        """Ask without waiting; the action's number."""
        self._number += 1
        lines = {"Action": action, "ActionID": str(self._number)} | dict(words or {})
        text = "".join(f"{key}: {_one_line(value)}\r\n" for key, value in lines.items())
        self._writer.write(f"{text}\r\n".encode())
        return str(self._number)

    async def next(self) -> Block:
        """The next event or response; asks now and then whether the exchange is there. Raises ProviderFault."""
        if self._early:
            return self._early.pop(0)
        for patience in (True, False):
            try:
                async with asyncio.timeout(PING_SECONDS):
                    return await self._block()
            except TimeoutError:
                if patience:
                    self.send("Ping")
        raise ProviderFault("The exchange has fallen silent.")

    def close(self) -> None:
        self._writer.close()

    async def _block(self) -> Block:
        """The next message; what has come of it stays where waiting for the rest is cut off."""
        while len(self._begun) < LINES_MAX:
            text = await self._line()
            if text:
                self._begun.append(text)
            elif self._begun:
                lines, self._begun = self._begun, []
                return _words(lines)
        raise ProviderFault("The exchange sent a message without an end.")

    async def _line(self) -> str:
        try:
            raw = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise ProviderFault(f"The exchange sent a line of more than {LINE_MAX} bytes.") from None
        except (asyncio.IncompleteReadError, OSError):
            raise ProviderFault("The exchange ended the connection.") from None
        return raw.decode("utf-8", "replace").rstrip("\r\n")


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _words(lines: list[str]) -> Block:
    block: Block = {}
    for text in lines:
        key, colon, value = text.partition(":")
        if colon:
            block.setdefault(key.strip().lower(), value.strip())
    return block
