"""Telegram: customers who write to bots, and the Bot API behind them."""

import asyncio
import time
from typing import Any

import httpx

from tests.simulators.mishaps import CALL_TROUBLES, Fault, Parcel, Trouble, Unable
from tests.simulators.telegram_api import Bot, Person, TelegramApi, without_empty

__all__ = ["Bot", "Fault", "Person", "TelegramSimulator"]


class TelegramSimulator(TelegramApi):
    """What the customers of any bot do."""

    def trouble(self, what: Trouble, share: float) -> None:
        """So much of all goes wrong like this from now on, for every bot. Raises Unable."""
        if what in CALL_TROUBLES:
            for bot in self.bots.values():
                bot.faults.throw(CALL_TROUBLES[what], share)
        elif what is Trouble.EXPIRED:
            for bot in self.bots.values():
                bot.revoked = share > 0
        elif what is Trouble.REPEATED:
            self.courier.trouble(what, share)
        else:
            raise Unable("Telegram keeps the order of what it tells.")

    async def write(self, token: str, person: Person, text: str = "", **content: Any) -> dict[str, Any]:
        """The customer writes, or sends what `content` says (photo=…, sticker=…, caption=…)."""
        message = {"message_id": next(self.bot(token).message_ids), "date": int(time.time())}
        message |= {"from": person.as_user(), "chat": person.as_chat(), **content}
        if text:
            message["text"] = text
        await self.put(token, message=message)
        return message

    def hold(self, data: bytes, name: str = "") -> dict[str, Any]:
        """A file at Telegram: what a message says of it."""
        key = f"file{len(self.files)}"
        self.files[key] = data
        return without_empty(file_id=key, file_unique_id=f"u{key}", file_size=len(data), file_name=name)

    async def press(self, token: str, person: Person, message: dict[str, Any], data: str) -> None:
        """The customer presses a button below one of the bot's messages."""
        query: dict[str, Any] = {
            "id": f"{next(self.bot(token).message_ids)}",
            "from": person.as_user(),
            "chat_instance": "1",
        }
        self.bot(token).pressed[query["id"]] = False
        await self.put(token, callback_query=query | {"message": message, "data": data})

    async def react(self, token: str, person: Person, message_id: int, *emoji: str) -> None:
        """The customer reacts, or with no emoji takes it back."""
        now = [{"type": "emoji", "emoji": one} for one in emoji]
        reaction = {"chat": person.as_chat(), "message_id": message_id, "user": person.as_user()}
        await self.put(
            token, message_reaction=reaction | {"date": int(time.time()), "old_reaction": [], "new_reaction": now}
        )

    async def edit(self, token: str, message: dict[str, Any], text: str) -> dict[str, Any]:
        """The customer changes what was written."""
        edited = message | {"text": text, "edit_date": int(time.time())}
        await self.put(token, edited_message=edited)
        return edited

    async def put(self, token: str, **content: Any) -> dict[str, Any]:
        """An update, to the webhook where one is set, else to whoever polls."""
        bot = self.bot(token)
        update = self.last_update = {"update_id": next(bot.update_ids), **content}
        if bot.webhook:
            await self._push(bot, update)
        else:
            async with self.changed:
                twice = self.courier.dice.random() < self.courier.duplicated
                bot.updates.extend([update] * (2 if twice else 1))
                self.changed.notify_all()
        return update

    async def replies(self, token: str, chat_id: int, count: int = 1, timeout: float = 20) -> list[dict[str, Any]]:
        """What the bot wrote to this chat, as soon as there are so many."""
        bot = self.bot(token)

        def found() -> list[dict[str, Any]]:
            return [message for message in bot.sent if message["chat"]["id"] == chat_id]

        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: len(found()) >= count)
        return found()

    async def close(self) -> None:
        await self.courier.flush()
        await self.http.aclose()

    async def _push(self, bot: Bot, update: dict[str, Any]) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": bot.webhook_secret} if bot.webhook_secret else {}

        def request() -> httpx.Request:
            return self.http.build_request("POST", bot.webhook, json=update, headers=headers)

        async def heard(answer: httpx.Response) -> None:
            await self._called(bot, answer)

        await self.courier.take(Parcel(request, request, heard))

    async def _called(self, bot: Bot, answer: httpx.Response) -> None:
        """A bot may call one method in its answer to a webhook; it does not hear what came of it."""
        if answer.headers.get("content-type", "").startswith("application/json"):
            told = answer.json()
            if told.get("method") == "answerCallbackQuery":
                await self._answer_press(bot, told)
