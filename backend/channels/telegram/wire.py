"""Calls of the Bot API: addresses, answers, and what a failed one means; the token is in no text."""

import hashlib
import hmac
import json
from typing import Any, TypeGuard

import httpx

from backend.channels.base import (
    UNANSWERED,
    AccountView,
    Outcome,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    unanswered,
    unanswered_fault,
)
from backend.channels.reading import Json, answer_of, part, seconds, word

DEFAULT_BASE = "https://api.telegram.org"
THROTTLED_DEFAULT_SECONDS, THROTTLED_MAX_SECONDS = 5.0, 3600.0
UPLOAD_SECONDS = 120.0


def webhook_secret(token: str) -> str:
    """What Telegram repeats in each webhook's header: derived, so that it need not be kept nor entered."""
    return hmac.new(token.encode(), b"omnix-telegram-webhook", hashlib.sha256).hexdigest()


def base_of(account: AccountView) -> str:
    return (account.settings.get("base_url") or DEFAULT_BASE).rstrip("/")


def bot_id(account: AccountView) -> str:
    """Whose token it is: it says so itself, in digits before the colon."""
    bot, colon, _ = account.secrets.get("token", "").partition(":")
    return bot if colon and bot.isdigit() else ""


def message_key(account: AccountView, chat: object, message_id: int) -> str:
    """What a message is called here: each bot numbers its own, and the account may have had another bot."""
    return f"{bot_id(account)}:{chat}:{message_id}"


def message_of(account: AccountView, key: str) -> tuple[str, int] | None:
    """Chat and number of a message of this bot; None: it is none."""
    bot, _, rest = key.partition(":")
    chat, _, number = rest.rpartition(":")
    return (chat, int(number)) if bot == bot_id(account) and chat and number.isdigit() else None


def url(account: AccountView, method: str) -> str:
    return f"{base_of(account)}/bot{account.secrets.get('token', '')}/{method}"


def file_url(account: AccountView, path: str) -> str:
    return f"{base_of(account)}/file/bot{account.secrets.get('token', '')}/{path}"


async def call(account: AccountView, method: str, body: Json, http: httpx.AsyncClient, patience: float = 15) -> Any:
    """The result of a method that changes nothing for a customer. Raises ProviderFault."""
    try:
        response = await http.post(url(account, method), json=body, timeout=httpx.Timeout(patience, connect=10))
    except UNANSWERED as error:
        raise unanswered_fault(error, "Telegram") from None
    answer = answered(response)
    if response.status_code == 429:
        raise ProviderFault(failure(answer, response), retry_after=retry_after(answer, response))
    if response.status_code == 409 and method == "getUpdates" and "webhook" in failure(answer, response).lower():
        await call(account, "deleteWebhook", {"drop_pending_updates": False}, http)
        return await call(account, method, body | {"timeout": 0}, http, patience)
    if response.status_code != 200 or answer.get("ok") is not True:
        raise ProviderFault(failure(answer, response), lasting=response.status_code in (401, 404))
    return answer.get("result")


async def ask(
    account: AccountView,
    method: str,
    http: httpx.AsyncClient,
    *,
    body: Json,
    files: dict[str, tuple[str, bytes, str]] | None = None,
) -> httpx.Response | Outcome:
    """The provider's answer to something that a customer sees, asked once; an Outcome where there is none."""
    try:
        if files:
            fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
            patience = httpx.Timeout(UPLOAD_SECONDS, connect=10)
            return await http.post(url(account, method), data=fields, files=files, timeout=patience)
        return await http.post(url(account, method), json=body)
    except UNANSWERED as error:
        return unanswered(error, "Telegram")


def outcome(account: AccountView, response: httpx.Response, chat: str) -> Outcome:
    """What an answer means."""
    answer, status = answered(response), response.status_code
    if status == 200 and answer.get("ok") is True:
        if answer.get("result") is True:
            return Sent("")
        sent_id = part(answer, "result").get("message_id")
        if is_int(sent_id):
            return Sent(message_key(account, chat, sent_id))
        return Unknown("Telegram's answer names no message.")
    if status == 429:
        return Throttled(retry_after(answer, response))
    if status in (401, 404):
        return Rejected(failure(answer, response), account_fault=True)
    if 400 <= status < 500 or (status == 200 and answer.get("ok") is False):
        return Rejected(failure(answer, response))
    if 300 <= status < 400:
        return Rejected(f"The Bot API's address answers with a redirection ({status}).", account_fault=True)
    return Unknown(f"Telegram answered {status}.")


def answered(response: httpx.Response) -> Json:
    return answer_of(response.content) or {}


def failure(answer: Json, response: httpx.Response) -> str:
    return word(answer, "description", 400) or f"Telegram answered {response.status_code}."


def retry_after(answer: Json, response: httpx.Response) -> float:
    told = part(answer, "parameters").get("retry_after")
    told = response.headers.get("retry-after") if told is None else told
    return seconds(told, THROTTLED_DEFAULT_SECONDS, THROTTLED_MAX_SECONDS)


def is_int(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
