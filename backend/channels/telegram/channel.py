"""The Telegram channel: its capabilities and settings as data, and which part does what."""

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx

from backend.channels.base import (
    UNANSWERED,
    AccountView,
    Act,
    Answer,
    BaseChannel,
    Download,
    Event,
    Fetch,
    MediaFault,
    Outbound,
    Outcome,
    Post,
    ProviderFault,
    WebhookRequest,
    line,
    unanswered_media,
)
from backend.channels.telegram import parsing, sending, wire
from backend.channels.telegram.capabilities import CAPABILITIES
from omnix_protocol.channels import ChannelGroup, SettingField
from omnix_protocol.content import RemoteFile

POLL_SECONDS = 25
POLL_LIMIT = 100
AT_LEAST_SECONDS = 0.5
PRESSED, PRESSED_SECONDS = "answerCallbackQuery", 3.0
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  # a header's name


class Telegram(BaseChannel):
    """Channel and Listening of one kind."""

    kind = "telegram"
    name = "Telegram"
    group = ChannelGroup.LIVE
    capabilities = CAPABILITIES
    settings = (
        SettingField(
            name="token", label="Bot token", secret=True, help="From @BotFather in Telegram: /newbot, or /token."
        ),
        SettingField(
            name="mode",
            label="Receive by",
            required=False,
            default="polling",
            choices=("polling", "webhook"),
            help="Polling needs no public address; a webhook needs the server's public https address.",
        ),
        SettingField(name="base_url", label="Address of the Bot API", required=False, default=wire.DEFAULT_BASE),
    )

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        given = request.headers.get(SECRET_HEADER, "")
        token = account.secrets.get("token", "")
        return bool(token) and hmac.compare_digest(given.encode(), wire.webhook_secret(token).encode())

    def acknowledgement(self, account: AccountView, request: WebhookRequest) -> Answer | None:
        """A call in the answer, as the Bot API takes it: the button that was pressed stops waiting."""
        query_id = parsing.pressed(request.body)
        if not query_id:
            return None
        return Answer(json.dumps({"method": PRESSED, "callback_query_id": query_id}).encode(), "application/json")

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return parsing.events(account, raw)

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return await sending.send(account, message, http)

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        return await sending.act(account, act, http)

    def open(
        self, account: AccountView, remote: RemoteFile, http: httpx.AsyncClient, fetch: Fetch
    ) -> AbstractAsyncContextManager[Download]:
        return _download(account, remote, http)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        me = await wire.call(account, "getMe", {}, http)
        name = me.get("username") if isinstance(me, dict) else None
        return f"@{line(name, 100)}" if isinstance(name, str) else "Telegram"

    def listens(self, account: AccountView) -> bool:
        return account.settings.get("mode", "polling") != "webhook"

    async def listen(self, post: Post) -> None:
        loop, cursor = asyncio.get_running_loop(), post.cursor
        while True:
            asked_at = loop.time()
            updates, cursor = await self.pull(post.account, cursor, post.http)
            await post.keep(updates, cursor)  # only now may Telegram forget them
            post.well()
            await asyncio.gather(*(self._release(post, update) for update in updates))
            if not updates and (at_once := AT_LEAST_SECONDS - (loop.time() - asked_at)) > 0:
                await asyncio.sleep(at_once)  # who does not hold the request until there is news is not hammered

    async def _release(self, post: Post, update: bytes) -> None:
        """The button that was pressed stops waiting; where it does not, nobody is the worse for it."""
        if query_id := parsing.pressed(update):
            with contextlib.suppress(ProviderFault):
                await wire.call(post.account, PRESSED, {"callback_query_id": query_id}, post.http, PRESSED_SECONDS)

    async def pull(self, account: AccountView, cursor: str, http: httpx.AsyncClient) -> tuple[list[bytes], str]:
        """One long poll: each update as sent, and the cursor that acknowledges them. Raises ProviderFault.

        Each bot counts its own updates: a cursor of another one, whose token stood here before, would skip some.
        """
        body: dict[str, Any] = {"timeout": POLL_SECONDS, "limit": POLL_LIMIT, "allowed_updates": list(parsing.WANTED)}
        bot_id, (of, _, offset) = wire.bot_id(account), cursor.partition(":")
        if of == bot_id and offset.isdigit():
            body["offset"] = int(offset)
        result = await wire.call(account, "getUpdates", body, http, POLL_SECONDS + 10)
        if not isinstance(result, list):
            raise ProviderFault("getUpdates answered with no list.")
        ids = [it["update_id"] for it in result if isinstance(it, dict) and wire.is_int(it.get("update_id"))]
        updates = [json.dumps(update, ensure_ascii=True).encode() for update in result]
        return updates, f"{bot_id}:{max(ids) + 1}" if ids else cursor

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        secret = wire.webhook_secret(account.secrets.get("token", ""))
        body = {"url": hook_url, "secret_token": secret, "allowed_updates": list(parsing.WANTED)}
        await wire.call(account, "setWebhook", body, http)


@asynccontextmanager
async def _download(account: AccountView, remote: RemoteFile, http: httpx.AsyncClient) -> AsyncIterator[Download]:
    """The Bot API's own host, so the account's address and not the guarded fetch: its path holds the token."""
    if remote.size > parsing.FETCH_MAX_BYTES:
        raise MediaFault("Telegram gives bots no file over 20 MB.", lasting=True)
    try:
        found = await wire.call(account, "getFile", {"file_id": remote.reference}, http)
    except ProviderFault as fault:
        lasting = "too big" in str(fault) or "wrong file" in str(fault) or "invalid file" in str(fault)
        raise MediaFault(str(fault), lasting=lasting, retry_after=fault.retry_after) from None
    path = found.get("file_path") if isinstance(found, dict) else None
    if not isinstance(path, str) or ".." in path:
        raise MediaFault("Telegram does not say where this file is.")
    try:
        async with http.stream("GET", wire.file_url(account, path)) as response:
            if response.status_code != 200:
                raise MediaFault(f"Telegram answered {response.status_code}.", lasting=response.status_code == 404)
            yield Download(response.aiter_bytes(), remote.media_type, remote.name)
    except UNANSWERED as error:
        raise unanswered_media(error, "Telegram") from None
