"""A customer's side of one conversation, whatever carries it; and those of Telegram, web chat, LINE, X and SMS."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from omnix_protocol.ids import new_id
from tests.simulators import line_api, photos
from tests.simulators.line import LineSimulator
from tests.simulators.telegram import Person, TelegramSimulator
from tests.simulators.visitor import Visitor
from tests.simulators.x import XSimulator
from tests.simulators.x_api import Account
from tests.simulators.x_words import Person as XPerson
from tests.simulators.x_words import Post
from tests.support.smpp import Smsc
from tests.support.waiting import until

PATIENCE = 3600.0
"""How long a customer waits for an answer before giving up."""
HOME = (-6.9147, 107.6098)
Deed = Callable[[], Awaitable[Any]]


class Line(Protocol):
    async def say(self, text: str) -> None: ...
    def answers(self) -> int:
        """How many have come so far."""
        ...

    async def answered(self, count: int) -> None:
        """As soon as there are more than so many. Raises TimeoutError."""
        ...

    async def sees(self) -> None:
        """The newest answer is on the customer's screen: receipts, as far as the provider has them."""
        ...

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        """What can be sent here besides words."""
        ...


class OnTelegram:
    """A private chat with the bot."""

    def __init__(self, simulator: TelegramSimulator, token: str, person: Person) -> None:
        self._simulator, self._token, self._person = simulator, token, person

    async def say(self, text: str) -> None:
        await self._send(text)

    def answers(self) -> int:
        return len(self._received())

    async def answered(self, count: int) -> None:
        await self._simulator.replies(self._token, self._person.id, count + 1, PATIENCE)

    async def sees(self) -> None:
        """Telegram has no receipts for bots: the customer's thumb does it."""
        if received := self._received():
            await self._simulator.react(self._token, self._person, received[-1]["message_id"], "👍")

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        def photo() -> Awaitable[Any]:
            held = self._simulator.hold(photos.modem(dice)) | {"width": 640, "height": 480}
            return self._send(photo=[held], caption="Ini lampu modemnya")

        def place() -> Awaitable[Any]:
            return self._send(location={"latitude": HOME[0], "longitude": HOME[1]})

        def sticker() -> Awaitable[Any]:
            held = self._simulator.hold(photos.sticker()) | {"width": 512, "height": 512}
            return self._send(
                sticker=held | {"is_animated": False, "is_video": False, "type": "regular", "emoji": "😊"}
            )

        def reply() -> Awaitable[Any]:
            received = self._received()
            return self._send("Maksudnya yang ini ya?", **({"reply_to_message": received[-1]} if received else {}))

        return photo, place, sticker, reply

    def _received(self) -> list[dict[str, Any]]:
        return [one for one in self._simulator.bot(self._token).sent if one["chat"]["id"] == self._person.id]

    async def _send(self, text: str = "", **content: Any) -> None:
        await self._simulator.write(self._token, self._person, text, **content)


class OnWebChat:
    """A visitor of the page, which tells by itself what was read."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def say(self, text: str) -> None:
        await self._visitor.say(text, timeout=PATIENCE)

    def answers(self) -> int:
        return self._visitor.answers()

    async def answered(self, count: int) -> None:
        await self._visitor.reply_after(count, PATIENCE)

    async def sees(self) -> None: ...

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        return ()


class OnLine:
    """Somebody who added the official account as a friend; LINE tells no receipts."""

    def __init__(self, simulator: LineSimulator, token: str, person: line_api.Person) -> None:
        self._simulator, self._token, self._person = simulator, token, person

    async def say(self, text: str) -> None:
        await self._simulator.write(self._token, self._person, text)

    def answers(self) -> int:
        return sum(one.to == self._person.id for one in self._simulator.bot(self._token).sent)

    async def answered(self, count: int) -> None:
        await self._simulator.replies(self._token, self._person, count + 1, PATIENCE)

    async def sees(self) -> None: ...

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        to = self._token, self._person
        return (
            lambda: self._simulator.show(*to, "image", photos.modem(dice), "image/jpeg"),
            lambda: self._simulator.be_at(*to, *HOME, title="Rumah", address="Jl. Kenanga, Kota Contoh"),
            lambda: self._simulator.stick(*to),
        )


class OnX:
    """Direct messages to the account."""

    def __init__(self, simulator: XSimulator, account: Account, person: XPerson) -> None:
        self._simulator, self._account, self._person = simulator, account, person

    async def say(self, text: str) -> None:
        await self._simulator.type(self._account, self._person)
        await self._simulator.write(self._account, self._person, text)

    def answers(self) -> int:
        return sum(one.to == self._person.id for one in self._account.sent)

    async def answered(self, count: int) -> None:
        await self._simulator.replies(self._account, self._person, count + 1, PATIENCE)

    async def sees(self) -> None:
        mine = [one.id for one in self._account.sent if one.to == self._person.id]
        if mine:
            await self._simulator.read(self._account, self._person, mine[-1])

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        to = self._account, self._person
        return (lambda: self._simulator.show(*to, "photo", photos.modem(dice), "image/jpeg", "Ini fotonya"),)


class OnMention:
    """A thread of posts that mention the account."""

    def __init__(self, simulator: XSimulator, account: Account, person: XPerson) -> None:
        self._simulator, self._account, self._person = simulator, account, person
        self._mine: list[Post] = []

    async def say(self, text: str) -> None:
        said = f"@{self._account.person.screen_name} {text}"
        answers = self._received()[-1] if self._received() else None
        self._mine.append(await self._simulator.mention(self._account, self._person, said, answers))

    def answers(self) -> int:
        return len(self._received())

    async def answered(self, count: int) -> None:
        changed = self._simulator.changed
        async with asyncio.timeout(PATIENCE), changed:
            await changed.wait_for(lambda: self.answers() > count)

    async def sees(self) -> None: ...

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        return ()

    def _received(self) -> list[Post]:
        mine = {post.id for post in self._mine}
        return [post for post in self._account.posted if post.answers is not None and post.answers.id in mine]


class OnSms:
    """A handset; it tells that a message has arrived."""

    def __init__(self, centre: Smsc, number: str) -> None:
        self._centre, self._number = centre, number

    async def say(self, text: str) -> None:
        ref = self._centre.writes(self._number, text, receipted_message_id=new_id())
        await self._centre.acknowledged(ref)

    def answers(self) -> int:
        return len(self._received())

    async def answered(self, count: int) -> None:
        await until(lambda: self.answers() > count, f"{self._number} is answered", PATIENCE, pause=0.5)

    async def sees(self) -> None:
        for message_id in self._received():
            self._centre.reports(message_id)

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        return ()

    def _received(self) -> list[str]:
        return [
            one.id for one in self._centre.submitted if one.receiver.lstrip("+") == self._number and one.answer == "ok"
        ]
