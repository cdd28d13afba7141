"""Telegram's Bot API as documented, over HTTP, with faults on demand: what a bot may call."""

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.simulators.mishaps import Courier, Fault, Faults

UPDATES_KEPT = 1000
WORDS = {401: "Unauthorized", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


@dataclass(frozen=True)
class Person:
    """A customer with a private chat."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""

    def as_user(self) -> dict[str, Any]:
        return without_empty(
            id=self.id, is_bot=False, first_name=self.first_name, last_name=self.last_name, username=self.username,
            language_code="id",
        )  # fmt: skip

    def as_chat(self) -> dict[str, Any]:
        return without_empty(
            id=self.id, type="private", first_name=self.first_name, last_name=self.last_name, username=self.username
        )


@dataclass
class Bot:
    token: str
    updates: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=UPDATES_KEPT))
    sent: list[dict[str, Any]] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    pressed: dict[str, bool] = field(default_factory=dict)  # ids of buttons that were pressed: whether it was answered
    revoked: bool = False  # its token was taken back: every call answers 401
    webhook: str = ""
    webhook_secret: str = ""
    update_ids: Any = field(default_factory=lambda: itertools.count(700_001))
    message_ids: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    def as_user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": "Demo", "username": "demo_bot"}


class TelegramApi:
    """Any token in the documented form is a bot."""

    def __init__(self) -> None:
        self.bots: dict[str, Bot] = {}
        self.changed = asyncio.Condition()
        self.http = httpx.AsyncClient(timeout=10, verify=False)  # plain HTTP only
        self.files: dict[str, bytes] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.last_update: dict[str, Any] = {}
        self.courier = Courier(self.http)
        routes = [
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._file),
        ]
        self.app = Starlette(routes=routes)

    def bot(self, token: str) -> Bot:
        return self.bots.setdefault(token, Bot(token))

    def fail(self, token: str, method: str, *faults: Fault) -> None:
        """The next calls of this method fail, one fault each."""
        self.bot(token).faults.add(method, *faults)

    async def _call(self, request: Request) -> Response:
        bot, method = self.bot(request.path_params["token"]), request.path_params["method"]
        arguments = dict(request.query_params) | await _body(request)
        if bot.revoked:
            return _error(401, "Unauthorized")

        async def work() -> Response:
            self.calls.append((method, arguments))
            if method in SENDING:
                return await self._sent(bot, arguments, _what_was_sent(method, arguments))
            known = self._methods.get(method)
            return _error(404, "Not Found: method not found") if known is None else await known(bot, arguments)

        return await bot.faults.around(method, work, _failed)

    @property
    def _methods(self) -> dict[str, Callable[[Bot, dict[str, Any]], Awaitable[Response]]]:
        return {
            "getMe": self._get_me, "getUpdates": self._get_updates, "sendMessage": self._send_message,
            "setWebhook": self._set_webhook, "deleteWebhook": self._delete_webhook, "getFile": self._get_file,
            "editMessageText": self._edit_text, "editMessageCaption": self._edit_caption,
            "deleteMessage": self._delete_message, "setMessageReaction": self._set_reaction,
            "answerCallbackQuery": self._answer_press,
        }  # fmt: skip

    async def _get_me(self, bot: Bot, _: dict[str, Any]) -> Response:
        return _ok(bot.as_user())

    async def _get_updates(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        if bot.webhook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
        offset, patience = int(arguments.get("offset", 0)), float(arguments.get("timeout", 0))
        while bot.updates and bot.updates[0]["update_id"] < offset:
            bot.updates.popleft()
        async with self.changed:
            try:
                async with asyncio.timeout(patience):
                    await self.changed.wait_for(lambda: bool(bot.updates))
            except TimeoutError:
                return _ok([])
        return _ok(list(itertools.islice(bot.updates, int(arguments.get("limit", 100)))))

    async def _send_message(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        text = arguments.get("text", "")
        if not text:
            return _error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return _error(400, "Bad Request: message is too long")
        return await self._sent(bot, arguments, {"text": text})

    async def _sent(self, bot: Bot, arguments: dict[str, Any], what: dict[str, Any]) -> Response:
        chat_id = arguments.get("chat_id")
        if not isinstance(chat_id, int | str) or not str(chat_id).lstrip("-").isdigit():
            return _error(400, "Bad Request: chat not found")
        message = {
            "message_id": next(bot.message_ids),
            "from": bot.as_user(),
            "chat": {"id": int(chat_id), "type": "private", "first_name": "Pelanggan"},
            "date": int(time.time()),
            **what,
        }
        if "reply_markup" in arguments:
            message["reply_markup"] = arguments["reply_markup"]
        async with self.changed:
            bot.sent.append(message)
            self.changed.notify_all()
        return _ok(message)

    async def _get_file(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        key = arguments.get("file_id", "")
        if key not in self.files:
            return _error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[key]) > 20 * 1024 * 1024:
            return _error(400, "Bad Request: file is too big")
        return _ok({"file_id": key, "file_unique_id": f"u{key}", "file_path": f"documents/{key}"})

    async def _file(self, request: Request) -> Response:
        data = self.files.get(request.path_params["path"].rpartition("/")[2])
        return Response(data, media_type="application/octet-stream") if data is not None else _error(404, "Not Found")

    async def _edit_text(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        return self._edited(bot, arguments, "text")

    async def _edit_caption(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        return self._edited(bot, arguments, "caption")

    def _edited(self, bot: Bot, arguments: dict[str, Any], field: str) -> Response:
        message = _sent_before(bot, arguments)
        if message is None:
            return _error(400, "Bad Request: message to edit not found")
        if ("text" in message) is not (field == "text"):
            return _error(400, f"Bad Request: there is no {field} in the message to edit")
        if message.get(field) == arguments.get(field):
            return _error(400, "Bad Request: message is not modified: specified new message content is the same")
        message.pop("reply_markup", None)  # an edit that names no buttons takes them away
        markup = {"reply_markup": arguments["reply_markup"]} if "reply_markup" in arguments else {}
        message |= {field: arguments.get(field, ""), "edit_date": int(time.time())} | markup
        return _ok(message)

    async def _delete_message(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        message = _sent_before(bot, arguments)
        if message is None:
            return _error(400, "Bad Request: message to delete not found")
        bot.sent.remove(message)
        return _ok(True)

    async def _answer_press(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        query_id = str(arguments.get("callback_query_id", ""))
        if bot.pressed.get(query_id, True):
            return _error(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        async with self.changed:
            bot.pressed[query_id] = True
            self.changed.notify_all()
        return _ok(True)

    async def _set_reaction(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        return _ok(True)

    async def _set_webhook(self, bot: Bot, arguments: dict[str, Any]) -> Response:
        bot.webhook, bot.webhook_secret = arguments.get("url", ""), arguments.get("secret_token", "")
        return _ok(True)

    async def _delete_webhook(self, bot: Bot, _: dict[str, Any]) -> Response:
        bot.webhook = bot.webhook_secret = ""
        return _ok(True)


def _sent_before(bot: Bot, arguments: dict[str, Any]) -> dict[str, Any] | None:
    return next((it for it in bot.sent if it["message_id"] == int(arguments.get("message_id", 0))), None)


SENDING = {
    "sendPhoto": "photo", "sendVideo": "video", "sendAudio": "audio", "sendVoice": "voice", "sendDocument": "document",
    "sendAnimation": "animation", "sendLocation": "location", "sendVenue": "venue", "sendContact": "contact",
}  # fmt: skip


def _what_was_sent(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The part of a message that this method makes, as the Bot API gives it back."""
    kind = SENDING[method]
    if kind == "location":
        return {"location": {"latitude": arguments["latitude"], "longitude": arguments["longitude"]}}
    if kind == "venue":
        place = {"latitude": arguments["latitude"], "longitude": arguments["longitude"]}
        return {
            "location": place,
            "venue": {"location": place, "title": arguments["title"], "address": arguments["address"]},
        }
    if kind == "contact":
        return {"contact": {key: arguments[key] for key in ("phone_number", "first_name", "vcard") if key in arguments}}
    name, data = arguments[kind]
    file = {"file_id": f"sent-{name}", "file_unique_id": "u", "file_size": len(data), "file_name": name}
    size = {"width": 1, "height": 1, "duration": 1}
    shown = [file | size] if kind == "photo" else file | (size if kind != "document" else {})
    return {kind: shown} | ({"caption": arguments["caption"]} if "caption" in arguments else {})


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if "json" in request.headers.get("content-type", ""):
        value = json.loads(raw)
        return value if isinstance(value, dict) else {}
    values: dict[str, Any] = {}
    if raw:
        async with request.form() as form:
            for key, value in form.items():
                values[key] = value if isinstance(value, str) else (value.filename, await value.read())
    return values


def _failed(fault: Fault) -> Response:
    parameters = {} if fault.retry_after is None else {"parameters": {"retry_after": fault.retry_after}}
    return _error(fault.status, fault.text or WORDS.get(fault.status, "Bad Request"), **parameters)


def _ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _error(status: int, description: str, **more: Any) -> Response:
    return JSONResponse({"ok": False, "error_code": status, "description": description, **more}, status_code=status)


def without_empty(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value != ""}
