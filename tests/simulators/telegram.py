"""Telegram's Bot API as documented, over HTTP, with customers who write and faults on demand."""

import asyncio
import itertools
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

UPDATES_KEPT = 1000


@dataclass(frozen=True)
class Person:
    """A customer with a private chat."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""

    def as_user(self) -> dict[str, Any]:
        return _without_empty(
            id=self.id, is_bot=False, first_name=self.first_name, last_name=self.last_name, username=self.username,
            language_code="id",
        )  # fmt: skip

    def as_chat(self) -> dict[str, Any]:
        return _without_empty(
            id=self.id, type="private", first_name=self.first_name, last_name=self.last_name, username=self.username
        )


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: an answer instead of the right one, before or after the work was done."""

    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    after_work: bool = False  # the message went out, and yet this is the answer
    silent: bool = False  # no answer at all until the caller gives up


@dataclass
class Bot:
    token: str
    updates: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=UPDATES_KEPT))
    sent: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    webhook: str = ""
    webhook_secret: str = ""
    update_ids: Any = field(default_factory=lambda: itertools.count(700_001))
    message_ids: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    def as_user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": "Demo", "username": "demo_bot"}


class TelegramSimulator:
    """Any token in the documented form is a bot."""

    def __init__(self) -> None:
        self.bots: dict[str, Bot] = {}
        self._changed = asyncio.Condition()
        self._http = httpx.AsyncClient(timeout=10)
        self.app = Starlette(routes=[Route("/bot{token}/{method}", self._call, methods=["GET", "POST"])])

    def bot(self, token: str) -> Bot:
        return self.bots.setdefault(token, Bot(token))

    def fail(self, token: str, method: str, *faults: Fault) -> None:
        """The next calls of this method fail, one fault each."""
        self.bot(token).faults.setdefault(method, deque()).extend(faults)

    async def write(self, token: str, person: Person, text: str = "", **content: Any) -> dict[str, Any]:
        """The customer writes, or sends what `content` says (photo=…, sticker=…, caption=…)."""
        message = {"message_id": next(self.bot(token).message_ids), "date": int(time.time())}
        message |= {"from": person.as_user(), "chat": person.as_chat(), **content}
        if text:
            message["text"] = text
        await self.put(token, message=message)
        return message

    async def edit(self, token: str, message: dict[str, Any], text: str) -> dict[str, Any]:
        """The customer changes what was written."""
        edited = message | {"text": text, "edit_date": int(time.time())}
        await self.put(token, edited_message=edited)
        return edited

    async def put(self, token: str, **content: Any) -> dict[str, Any]:
        """An update, to the webhook where one is set, else to whoever polls."""
        bot = self.bot(token)
        update = {"update_id": next(bot.update_ids), **content}
        if bot.webhook:
            await self._push(bot, update)
        else:
            async with self._changed:
                bot.updates.append(update)
                self._changed.notify_all()
        return update

    async def replies(self, token: str, chat_id: int, count: int = 1, timeout: float = 20) -> list[dict[str, Any]]:
        """What the bot wrote to this chat, as soon as there are so many."""
        bot = self.bot(token)

        def found() -> list[dict[str, Any]]:
            return [message for message in bot.sent if message["chat"]["id"] == chat_id]

        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(found()) >= count)
        return found()

    async def close(self) -> None:
        await self._http.aclose()

    async def _push(self, bot: Bot, update: dict[str, Any]) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": bot.webhook_secret} if bot.webhook_secret else {}
        for attempt in range(6):
            try:
                answer = await self._http.post(bot.webhook, json=update, headers=headers)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 200:
                return
            await asyncio.sleep(0.05 * 2**attempt)

    async def _call(self, request: Request) -> Response:
        bot, method = self.bot(request.path_params["token"]), request.path_params["method"]
        arguments = dict(request.query_params) | await _body(request)
        faults = bot.faults.get(method)
        fault = faults.popleft() if faults else None
        if fault is not None and not fault.after_work:
            return await _failed(fault)
        work = {
            "getMe": self._get_me, "getUpdates": self._get_updates, "sendMessage": self._send_message,
            "setWebhook": self._set_webhook, "deleteWebhook": self._delete_webhook,
        }.get(method)  # fmt: skip
        if work is None:
            return _error(404, "Not Found: method not found")
        answer = await work(bot, arguments)
        return answer if fault is None else await _failed(fault)

    async def _get_me(self, bot: Bot, _: dict[str, Any]) -> Response:
        return _ok(bot.as_user())

    async def _get_updates(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        if bot.webhook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
        offset, patience = int(arguments.get("offset", 0)), float(arguments.get("timeout", 0))
        while bot.updates and bot.updates[0]["update_id"] < offset:
            bot.updates.popleft()
        async with self._changed:
            try:
                async with asyncio.timeout(patience):
                    await self._changed.wait_for(lambda: bool(bot.updates))
            except TimeoutError:
                return _ok([])
        return _ok(list(itertools.islice(bot.updates, int(arguments.get("limit", 100)))))

    async def _send_message(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        text, chat_id = arguments.get("text", ""), arguments.get("chat_id")
        if not text:
            return _error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return _error(400, "Bad Request: message is too long")
        if not isinstance(chat_id, int | str) or not str(chat_id).lstrip("-").isdigit():
            return _error(400, "Bad Request: chat not found")
        message = {
            "message_id": next(bot.message_ids),
            "from": bot.as_user(),
            "chat": {"id": int(chat_id), "type": "private", "first_name": "Pelanggan"},
            "date": int(time.time()),
            "text": text,
        }
        async with self._changed:
            bot.sent.append(message)
            self._changed.notify_all()
        return _ok(message)

    async def _set_webhook(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        bot.webhook, bot.webhook_secret = arguments.get("url", ""), arguments.get("secret_token", "")
        return _ok(True)

    async def _delete_webhook(self, bot: Bot, _: dict[str, Any]) -> Response:
        bot.webhook = bot.webhook_secret = ""
        return _ok(True)


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if "json" in request.headers.get("content-type", ""):
        value = json.loads(raw)
        return value if isinstance(value, dict) else {}
    return dict(await request.form()) if raw else {}


async def _failed(fault: Fault) -> Response:
    if fault.silent:
        await asyncio.sleep(60)
    parameters = {} if fault.retry_after is None else {"parameters": {"retry_after": fault.retry_after}}
    return _error(fault.status, fault.description, **parameters)


def _ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _error(status: int, description: str, **more: Any) -> Response:
    return JSONResponse({"ok": False, "error_code": status, "description": description, **more}, status_code=status)


def _without_empty(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value != ""}
