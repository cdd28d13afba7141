"""LINE: people who write to an official account, and its Messaging API with faults on demand."""

import asyncio
import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx

from tests.simulators.line_api import Bot, Content, LineApi, Person, SentMessage, now_ms
from tests.simulators.mishaps import CALL_TROUBLES, Courier, Fault, Parcel, Trouble

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Event = dict[str, Any]


class LineSimulator(LineApi):
    """Webhooks are signed with the bot's secret and brought again until they are taken.

    `reply_seconds`: how long a reply token lives. `https_only`: links of media must be https, as LINE demands.
    `dice`: the same gives the same ids, duplicates and order. `clock`: seconds, for the life of reply tokens.
    """

    def __init__(
        self,
        *,
        reply_seconds: float = 60,
        https_only: bool = True,
        dice: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(reply_seconds=reply_seconds, https_only=https_only, clock=clock)
        self.courier = Courier(self.http, dice or random.Random())
        self.emitted: list[bytes] = []  # every webhook's body, repeats too
        self._events = count(1)

    def fail(self, token: str, call: str, *faults: Fault) -> None:
        """The next calls of this name fail, one fault each: reply, push, content, preview, transcoding, profile, info,
        markAsRead, loading, endpoint.
        """
        self.bot(token).faults.add(call, *faults)

    def trouble(self, what: Trouble, share: float) -> None:
        """So much of all goes wrong like this from now on, for every account."""
        if what in CALL_TROUBLES:
            for bot in self.bots.values():
                bot.faults.throw(CALL_TROUBLES[what], share)
        elif what is Trouble.EXPIRED:
            for bot in self.bots.values():
                bot.revoked = share > 0
        else:
            self.courier.trouble(what, share)

    async def write(self, token: str, person: Person, text: str, quoting: str = "", **content: Any) -> Event:
        """The person writes; `quoting` is the id of a message that is quoted."""
        return await self.say(token, person, "text", text=text, **_without_empty(quotedMessageId=quoting), **content)

    async def show(
        self, token: str, person: Person, kind: str, data: bytes, media_type: str, preparing: int = 0, **content: Any
    ) -> Event:
        """The person sends an image, video, audio or file; `preparing`: so often its content is not yet there."""
        if kind == "file":
            content = {"fileName": "berkas.pdf", "fileSize": len(data)} | content
        else:
            content = {"contentProvider": {"type": "line"}} | content
        if kind in ("video", "audio"):
            content = {"duration": 6000} | content
        bot = self.bot(token)
        message_id = bot.message_id()
        bot.contents[message_id] = Content(data, media_type, preparing)
        return await self.say(token, person, kind, id=message_id, **content)

    async def stick(
        self, token: str, person: Person, package: str = "446", sticker: str = "1988", **more: Any
    ) -> Event:
        content = {"packageId": package, "stickerId": sticker, "stickerResourceType": "STATIC"} | more
        return await self.say(token, person, "sticker", **content)

    async def be_at(self, token: str, person: Person, latitude: float, longitude: float, **more: Any) -> Event:
        return await self.say(token, person, "location", latitude=latitude, longitude=longitude, **more)

    async def say(self, token: str, person: Person, kind: str, **content: Any) -> Event:
        """A message event of any kind, known or not."""
        bot = self.bot(token)
        message: dict[str, Any] = {"type": kind, "id": bot.message_id()} | content
        if kind in ("text", "image", "video", "sticker"):
            message["quoteToken"] = bot.quote_token(message["id"])
        message["markAsReadToken"] = f"r{message['id']}"
        bot.read_tokens[message["markAsReadToken"]] = message["id"]
        return await self.put(token, person, "message", replyable=True, message=message)

    async def unsend(self, token: str, person: Person, message_id: str) -> Event:
        """The person takes a message back; its content is gone."""
        content = self.bot(token).contents.get(message_id)
        if content is not None:
            content.gone = True
        return await self.put(token, person, "unsend", unsend={"messageId": message_id})

    async def follow(self, token: str, person: Person, unblocked: bool = False) -> Event:
        self.bot(token).blocked_by.discard(person.id)
        return await self.put(token, person, "follow", replyable=True, follow={"isUnblocked": unblocked})

    async def unfollow(self, token: str, person: Person) -> Event:
        """The person blocks the account: what it sends from now on is accepted and shown to nobody."""
        self.bot(token).blocked_by.add(person.id)
        return await self.put(token, person, "unfollow")

    async def press(self, token: str, person: Person, data: str, **params: str) -> Event:
        """The person presses a button with a postback action."""
        postback = {"data": data} | ({"params": params} if params else {})
        return await self.put(token, person, "postback", replyable=True, postback=postback)

    async def put(self, token: str, person: Person, kind: str, replyable: bool = False, **content: Any) -> Event:
        """Any event of a one-on-one chat; it is brought to the webhook where one is set."""
        bot = self.bot(token)
        bot.people[person.id] = person
        event: Event = {"type": kind, "mode": "active", "timestamp": now_ms(), "webhookEventId": self._event_id()}
        event |= {"source": {"type": "user", "userId": person.id}, "deliveryContext": {"isRedelivery": False}}
        if replyable:
            event["replyToken"] = self._reply_token(bot, person)
        event |= content
        await self.bring(token, event)
        return event

    async def bring(self, token: str, *events: Event) -> bool:
        """These events in one webhook (none at all: LINE's test of the connection); whether it was taken."""
        bot = self.bot(token)
        if not bot.webhook:
            self._body(bot, events, again=False)
            return False
        parcel = Parcel(lambda: self._request(bot, events, again=False), lambda: self._request(bot, events, again=True))
        return await self.courier.take(parcel)

    async def replies(self, token: str, person: Person, count: int = 1, timeout: float = 20) -> list[SentMessage]:
        """What the account sent to this person, as soon as there are so many."""

        def found() -> list[SentMessage]:
            return [message for message in self.bot(token).sent if message.to == person.id]

        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: len(found()) >= count)
        return found()

    async def close(self) -> None:
        await self.courier.flush()
        await self.http.aclose()

    def _request(self, bot: Bot, events: tuple[Event, ...], *, again: bool) -> httpx.Request:
        body = self._body(bot, events, again=again)
        headers = {"content-type": "application/json; charset=utf-8", "user-agent": "LineBotWebhook/2.0"}
        headers["x-line-signature"] = signature(bot.secret, body)
        return self.http.build_request("POST", bot.webhook, content=body, headers=headers)

    def _body(self, bot: Bot, events: tuple[Event, ...], *, again: bool) -> bytes:
        told = [event | {"deliveryContext": {"isRedelivery": True}} if again else event for event in events]
        body = json.dumps({"destination": bot.user_id, "events": told}, ensure_ascii=False).encode()
        self.emitted.append(body)
        return body

    def _reply_token(self, bot: Bot, person: Person) -> str:
        token = f"{self.courier.dice.getrandbits(128):032x}"
        bot.reply_tokens[token] = person.id, self.clock() + self.reply_seconds
        return token

    def _event_id(self) -> str:
        """A ULID: the time, then a number that grows."""
        value = now_ms() << 80 | self.courier.dice.getrandbits(40) << 40 | next(self._events)
        return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def signature(secret: str, body: bytes) -> str:
    """What stands in X-Line-Signature."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def _without_empty(**values: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}
