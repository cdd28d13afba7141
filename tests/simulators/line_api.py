"""LINE's Messaging API as documented (line-openapi, messaging-api.yml): what a bot may call, and what it is told."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.simulators.mishaps import Fault, Faults

TEXT_MAX_UTF16 = 5000
MESSAGES_MAX = 5
LINK_MAX = 2000
USER = re.compile(r"U[0-9a-f]{32}")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MONTHLY_LIMIT = "You have reached your monthly limit."
WORDS = {
    400: "The request body has 1 error(s)",
    401: "Authentication failed. Confirm that the access token in the authorization header is valid.",
    403: "Access to this API is not available for your account",
    404: "Not found",
    409: "The retry key is already accepted",
    410: "Gone",
    429: "The API rate limit has been exceeded. Try again later.",
    500: "Internal server error",
}
Answer = Callable[["Bot", Request, dict[str, Any]], Awaitable[Response]]


@dataclass(frozen=True)
class Person:
    """A LINE user: the id has the documented form."""

    id: str
    name: str
    language: str = "id"
    picture: str = ""


def user_id(number: int | str) -> str:
    """An invented user's id, the same for the same number."""
    return "U" + hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


@dataclass
class Content:
    """The bytes of an image, video, audio or file that a user sent."""

    data: bytes
    media_type: str
    preparing: int = 0  # so many times the answer is "not yet"
    state: str = "succeeded"  # of the preparation, once it is over
    gone: bool = False


@dataclass(frozen=True)
class SentMessage:
    """What the bot had LINE deliver."""

    id: str
    to: str
    by: str  # "reply" or "push"
    message: dict[str, Any]
    quote_token: str


@dataclass
class Bot:
    """One official account: known by its channel access token, signing with its channel secret."""

    token: str
    secret: str
    webhook: str = ""
    sent: list[SentMessage] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    blocked_by: set[str] = field(default_factory=set)
    contents: dict[str, Content] = field(default_factory=dict)
    reply_tokens: dict[str, tuple[str, float]] = field(default_factory=dict)  # token: user, end of life
    quote_tokens: dict[str, str] = field(default_factory=dict)  # token: id of the message
    read_tokens: dict[str, str] = field(default_factory=dict)  # token: id of the message
    read: list[str] = field(default_factory=list)  # ids of messages that the bot marked as read
    loading: list[str] = field(default_factory=list)  # users who were shown the loading animation
    accepted: dict[str, tuple[str, list[dict[str, str]]]] = field(default_factory=dict)  # retry key: request, messages
    revoked: bool = False  # its token was revoked: every call answers 401
    faults: Faults = field(default_factory=Faults)
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def user_id(self) -> str:
        return user_id(self.token)

    def message_id(self) -> str:
        return str(500_000_000_000_000_000 + next(self.numbers))

    def quote_token(self, message_id: str) -> str:
        token = f"q{hashlib.sha256(f'{self.token}{message_id}'.encode()).hexdigest()[:40]}"
        self.quote_tokens[token] = message_id
        return token

    def request_id(self) -> str:
        return f"80ad7c4f-3ebb-4b33-8d2c-{next(self.numbers):012d}"


class Invalid(Exception):
    """A request that LINE refuses: status, and the property that is wrong with the reason."""

    def __init__(self, message: str, status: int = 400, reason: str = "", where: str = "") -> None:
        super().__init__(message)
        self.answer = error(status, message, *([{"message": reason, "property": where}] if reason else []))


class LineApi:
    """Both hosts in one: api.line.me and api-data.line.me have no path in common."""

    def __init__(self, *, reply_seconds: float, https_only: bool, clock: Callable[[], float]) -> None:
        self.bots: dict[str, Bot] = {}
        self.reply_seconds = reply_seconds
        self.https_only = https_only
        self.clock = clock
        self.changed = asyncio.Condition()
        self.http = httpx.AsyncClient(timeout=10, trust_env=False, verify=False)  # plain HTTP only
        self.app = Starlette(
            routes=[
                self._route("POST", "/v2/bot/message/reply", "reply", self._reply),
                self._route("POST", "/v2/bot/message/push", "push", self._push),
                self._route("GET", "/v2/bot/message/{id}/content", "content", self._content),
                self._route("GET", "/v2/bot/message/{id}/content/preview", "preview", self._content),
                self._route("GET", "/v2/bot/message/{id}/content/transcoding", "transcoding", self._transcoding),
                self._route("GET", "/v2/bot/profile/{user}", "profile", self._profile),
                self._route("GET", "/v2/bot/info", "info", self._info),
                self._route("POST", "/v2/bot/chat/markAsRead", "markAsRead", self._mark_as_read),
                self._route("POST", "/v2/bot/chat/loading/start", "loading", self._loading),
                self._route("PUT", "/v2/bot/channel/webhook/endpoint", "endpoint", self._set_endpoint),
                self._route("GET", "/v2/bot/channel/webhook/endpoint", "endpoint", self._get_endpoint),
            ],
            exception_handlers={404: lambda *_: error(404)},
        )

    def bot(self, token: str, secret: str = "") -> Bot:
        """The account of this access token, which is known from now on."""
        bot = self.bots.setdefault(token, Bot(token, secret or f"secret-of-{token}"))
        bot.secret = secret or bot.secret
        return bot

    def _route(self, method: str, path: str, call: str, work: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            bot = self.bots.get(token)
            if scheme.lower() != "bearer" or bot is None or bot.revoked:
                return error(401)

            async def answered() -> Response:
                try:
                    return await work(bot, request, await body_of(request))
                except Invalid as invalid:
                    return invalid.answer

            answer = await bot.faults.around(call, answered, failed)
            answer.headers.setdefault("x-line-request-id", bot.request_id())
            return answer

        return Route(path, endpoint, methods=[method])

    async def _reply(self, bot: Bot, request: Request, body: dict[str, Any]) -> Response:
        if "x-line-retry-key" in request.headers:
            raise Invalid("Retry key is not supported for this API")
        token = body.get("replyToken")
        user, ends = bot.reply_tokens.get(token, ("", 0.0)) if isinstance(token, str) else ("", 0.0)
        self._check(bot, body)
        if not user or self.clock() > ends:
            raise Invalid("Invalid reply token")
        del bot.reply_tokens[str(token)]
        return JSONResponse({"sentMessages": await self._deliver(bot, user, "reply", body)})

    async def _push(self, bot: Bot, request: Request, body: dict[str, Any]) -> Response:
        key = request.headers.get("x-line-retry-key", "")
        if key and not UUID.fullmatch(key):
            raise Invalid("Invalid retry key")
        if key in bot.accepted:
            accepted, sent = bot.accepted[key]
            return JSONResponse(
                {"message": WORDS[409], "sentMessages": sent}, 409, {"x-line-accepted-request-id": accepted}
            )
        to = body.get("to")
        if not isinstance(to, str) or not USER.fullmatch(to):
            raise Invalid("The property, 'to', in the request body is invalid (line: -, column: -)")
        self._check(bot, body)
        sent, request_id = await self._deliver(bot, to, "push", body), bot.request_id()
        if key:
            bot.accepted[key] = request_id, sent
        return JSONResponse({"sentMessages": sent}, headers={"x-line-request-id": request_id})

    async def _deliver(self, bot: Bot, user: str, by: str, body: dict[str, Any]) -> list[dict[str, str]]:
        told: list[dict[str, str]] = []
        async with self.changed:
            for message in body["messages"]:
                message_id = bot.message_id()
                quotable = message["type"] in ("text", "image", "video", "sticker", "template")
                quote = bot.quote_token(message_id) if quotable else ""
                if user not in bot.blocked_by:  # a user who blocked the account gets nothing, and LINE does not say so
                    bot.sent.append(SentMessage(message_id, user, by, message, quote))
                told.append({"id": message_id} | ({"quoteToken": quote} if quote else {}))
            self.changed.notify_all()
        return told

    def _check(self, bot: Bot, body: dict[str, Any]) -> None:
        messages = body.get("messages")
        if not isinstance(messages, list) or not 1 <= len(messages) <= MESSAGES_MAX:
            raise Invalid(WORDS[400], reason="Size must be between 1 and 5", where="messages")
        for number, message in enumerate(messages):
            for where, reason in self._wrong(bot, message if isinstance(message, dict) else {}):
                raise Invalid(WORDS[400], reason=reason, where=f"messages[{number}].{where}")

    def _wrong(self, bot: Bot, message: dict[str, Any]) -> list[tuple[str, str]]:
        kind, wrong = message.get("type"), []
        if kind not in REQUIRED:
            return [("type", "Must be one of the following values: [" + ", ".join(REQUIRED) + "]")]
        for name in REQUIRED[kind]:
            value = message.get(name)
            if value in (None, ""):
                wrong.append((name, "May not be empty"))
            elif name.endswith("Url") and self.https_only and not str(value).startswith("https://"):
                wrong.append((name, "invalid uri scheme"))
            elif name.endswith("Url") and len(str(value)) > LINK_MAX:
                wrong.append((name, f"Length must be between 0 and {LINK_MAX}"))
        if len(str(message.get("text", "")).encode("utf-16-le")) // 2 > TEXT_MAX_UTF16:
            wrong.append(("text", f"Length must be between 0 and {TEXT_MAX_UTF16}"))
        if "quoteToken" in message and message["quoteToken"] not in bot.quote_tokens:
            wrong.append(("quoteToken", "Invalid quote token"))
        return wrong

    async def _content(self, bot: Bot, request: Request, _: dict[str, Any]) -> Response:
        content = bot.contents.get(request.path_params["id"])
        if content is None:
            return error(404)
        if content.gone:
            return error(410)
        if content.preparing > 0:
            content.preparing -= 1
            return Response(status_code=202)
        return Response(content.data, media_type=content.media_type)

    async def _transcoding(self, bot: Bot, request: Request, _: dict[str, Any]) -> Response:
        content = bot.contents.get(request.path_params["id"])
        if content is None:
            return error(404)
        if content.preparing > 0:
            content.preparing -= 1
            return JSONResponse({"status": "processing"})
        return JSONResponse({"status": content.state})

    async def _profile(self, bot: Bot, request: Request, _: dict[str, Any]) -> Response:
        person = bot.people.get(request.path_params["user"])
        if person is None or person.id in bot.blocked_by:
            return error(404)
        told = {"displayName": person.name, "userId": person.id, "language": person.language}
        return JSONResponse(told | ({"pictureUrl": person.picture} if person.picture else {}))

    async def _info(self, bot: Bot, _: Request, __: dict[str, Any]) -> Response:
        return JSONResponse({
            "userId": bot.user_id, "basicId": "@216demo", "displayName": "Demo", "chatMode": "bot",
            "markAsReadMode": "manual",
        })  # fmt: skip

    async def _mark_as_read(self, bot: Bot, _: Request, body: dict[str, Any]) -> Response:
        message_id = bot.read_tokens.get(str(body.get("markAsReadToken", "")))
        if message_id is None:
            raise Invalid("Invalid markAsReadToken")
        bot.read.append(message_id)
        return JSONResponse({})

    async def _loading(self, bot: Bot, _: Request, body: dict[str, Any]) -> Response:
        seconds = body.get("loadingSeconds", 20)
        if not isinstance(seconds, int) or seconds % 5 or not 5 <= seconds <= 60:
            raise Invalid(WORDS[400], reason="Must be a multiple of 5, from 5 to 60", where="loadingSeconds")
        bot.loading.append(str(body.get("chatId", "")))
        return JSONResponse({}, 202)

    async def _set_endpoint(self, bot: Bot, _: Request, body: dict[str, Any]) -> Response:
        address = str(body.get("endpoint", ""))
        if self.https_only and not address.startswith("https://"):
            raise Invalid("Invalid webhook endpoint URL")
        bot.webhook = address
        return JSONResponse({})

    async def _get_endpoint(self, bot: Bot, _: Request, __: dict[str, Any]) -> Response:
        if not bot.webhook:
            return error(404)
        return JSONResponse({"endpoint": bot.webhook, "active": True})


REQUIRED = {
    "text": ("text",),
    "sticker": ("packageId", "stickerId"),
    "image": ("originalContentUrl", "previewImageUrl"),
    "video": ("originalContentUrl", "previewImageUrl"),
    "audio": ("originalContentUrl", "duration"),
    "location": ("title", "address", "latitude", "longitude"),
    "template": ("altText", "template"),
    "flex": ("altText", "contents"),
}
"""What each kind of message must have; LINE can send no file, which is why there is none here."""


def error(status: int, message: str = "", *details: dict[str, str]) -> Response:
    body: dict[str, Any] = {"message": message or WORDS.get(status, "An error occurred")}
    return JSONResponse(body | ({"details": list(details)} if details else {}), status)


def failed(fault: Fault) -> Response:
    answer = error(fault.status, fault.text)
    answer.headers.update(dict(fault.headers))
    if fault.retry_after is not None:
        answer.headers["retry-after"] = str(fault.retry_after)
    return answer


async def body_of(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if not raw:
        return {}
    try:
        value = json.loads(raw)
    except ValueError:
        raise Invalid("The request body could not be parsed as JSON (line: -, column: -)") from None
    return value if isinstance(value, dict) else {}


def now_ms() -> int:
    return int(time.time() * 1000)
