"""A customer's side of conversations at Meta: WhatsApp, Messenger, Instagram, and comments."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from tests.simulators import photos
from tests.simulators.graph.accounts import Account, Number, Page, Person, Professional
from tests.simulators.graph.comments import Comment, Post
from tests.simulators.graph.simulator import GraphSimulator
from tests.simulators.graph.world import Sent
from tests.simulators.town.lines import HOME, PATIENCE, Deed


class _AtMeta:
    """What an account sent to this person."""

    def __init__(self, simulator: GraphSimulator, account: Account, person: Person) -> None:
        self.meta, self.account, self.person = simulator, account, person

    def received(self) -> list[Sent]:
        world = self.meta.world
        return [one for one in world.sent if one.account == self.account and world.people.get(one.to) == self.person]

    def answers(self) -> int:
        return len(self.received())

    async def answered(self, count: int) -> None:
        changed = self.meta.world.changed
        async with asyncio.timeout(PATIENCE), changed:
            await changed.wait_for(lambda: self.answers() > count)


class OnWhatsApp(_AtMeta):
    account: Number

    async def say(self, text: str) -> None:
        await self.meta.whatsapp.text(self.account, self.person, text)

    async def sees(self) -> None:
        for sent in self.received():
            for state in ("sent", "delivered", "read"):
                if state not in sent.states:
                    await self.meta.whatsapp.status(sent, state)

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        to, whatsapp = (self.account, self.person), self.meta.whatsapp

        async def reply() -> None:
            if received := self.received():
                await whatsapp.reply(*to, "Yang ini maksudnya ya?", received[-1].id)

        async def heart() -> None:
            if received := self.received():
                await whatsapp.reaction(*to, received[-1].id, "❤️")

        return (
            lambda: whatsapp.file(*to, photos.modem(dice), "image/jpeg", caption="Ini lampu modemnya"),
            lambda: whatsapp.location(*to, *HOME, "Rumah", "Jl. Kenanga, Kota Contoh"),
            lambda: whatsapp.file(*to, photos.sticker(), "image/webp", sticker=True),
            lambda: whatsapp.contacts(*to, Person("628110000777", "Pak RT Contoh")),
            reply,
            heart,
        )


class OnMessenger(_AtMeta):
    account: Page

    async def say(self, text: str) -> None:
        await self.meta.messenger.text(self.account, self.person, text)

    async def sees(self) -> None:
        if received := self.received():
            await self.meta.messenger.delivered(self.account, self.person, *received)
            await self.meta.messenger.read(self.account, self.person)

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        to, messenger = (self.account, self.person), self.meta.messenger
        return (
            lambda: messenger.file(*to, "image", photos.modem(dice), "image/jpeg", "modem.jpg"),
            lambda: messenger.sticker(*to),
        )


class OnInstagram(_AtMeta):
    account: Professional

    async def say(self, text: str) -> None:
        await self.meta.instagram.text(self.account, self.person, text)

    async def sees(self) -> None:
        if received := self.received():
            await self.meta.instagram.read(self.account, self.person, received[-1])
            await self.meta.instagram.reaction(self.account, self.person, received[-1].id, "❤️", "love")

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        to, instagram = (self.account, self.person), self.meta.instagram
        return (
            lambda: instagram.file(*to, "image", photos.modem(dice), "image/jpeg", "modem.jpg"),
            lambda: instagram.story_mention(*to, photos.modem(dice)),
            lambda: instagram.story_reply(*to, "Promo ini masih ada?", image=photos.modem(dice)),
        )


class OnComments:
    """A thread below one of the company's posts, or media; the company may answer in private, too."""

    def __init__(self, simulator: GraphSimulator, post: Post, person: Person) -> None:
        self.meta, self.post, self.person = simulator, post, person
        self._mine: list[Comment] = []

    async def say(self, text: str) -> None:
        await self._write(text)

    def answers(self) -> int:
        mine = {comment.id for comment in self._mine}
        return sum(one.to in mine or one.private_reply_to in mine for one in self.meta.world.sent)

    async def answered(self, count: int) -> None:
        changed = self.meta.world.changed
        async with asyncio.timeout(PATIENCE), changed:
            await changed.wait_for(lambda: self.answers() > count)

    async def sees(self) -> None: ...

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        if not isinstance(self.post.account, Page):
            return ()

        def photo() -> Any:
            media = self.meta.media.put(self.post.account, photos.modem(dice), "image/jpeg", "modem.jpg")
            return self._write("Begini lampunya", self.meta.media.cdn(media))

        return (photo,)

    async def _write(self, text: str, photo: str = "") -> None:
        above = self._mine[0] if self._mine else None
        self._mine.append(await self.meta.comments.write(self.post, self.person, text, above, photo))
