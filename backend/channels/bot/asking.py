"""Asking somebody else's bot: one signed POST for each turn; the answer, or a later webhook, brings its actions.

    POST {url}                       signed as backend/channels/signing.py says
    {"id": "…", "event": "message", "at": "…",
     "conversation": {"id": "…", "channel": {"kind": "whatsapp", "name": "Layanan"}},
     "interaction": {"id": "…", "number": 17},
     "customer": {"id": "…", "name": "Rina", "address": "+62…"},
     "message": {"id": "…", "text": "Halo", "chosen": "", "shown_as": ""}}

`event` is `started` (the first message of an interaction), `message`, or `given_back` (an agent gave it back; no
message). The same `id` may come again and means the same: a bot answers it as it did. It answers 200 with
{"actions": […]}, or with nothing and posts {"id", "interaction", "actions"} later, signed likewise, to its account's
webhook address. What it asks for after a person has taken over is refused.
"""

import asyncio
import json
from typing import Any, Final

import httpx

from backend import clock
from backend.channels.base import (
    UNANSWERED,
    AccountView,
    Outcome,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    Unreadable,
    line,
    unanswered,
)
from backend.channels.bot.words import BODY_MAX, Action, Turn, actions
from backend.channels.reading import loaded, seconds
from backend.channels.signing import signed_headers

TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
ANSWER_SECONDS: Final = 10.0
"""For the whole of an asking: a bot that sends a byte now and then is a bot that does not answer."""
THROTTLED_SECONDS: Final = 5.0
THROTTLED_MAX_SECONDS: Final = 3600.0


def body_of(turn: Turn) -> dict[str, Any]:
    """What a bot is told, in its words."""
    told: dict[str, Any] = {
        "id": turn.id,
        "event": turn.event,
        "at": turn.at,
        "conversation": {
            "id": turn.conversation_id,
            "channel": {"kind": turn.channel_kind, "name": turn.channel_name},
        },
        "interaction": {"id": turn.interaction_id, "number": turn.interaction_number},
        "customer": {"id": turn.customer_id, "name": turn.customer_name, "address": turn.address},
    }
    if turn.message_id:
        told["message"] = {
            "id": turn.message_id,
            "text": turn.text,
            "chosen": turn.chosen,
            "shown_as": turn.shown_as,
        }
    return told


async def ask(account: AccountView, turn: Turn, http: httpx.AsyncClient) -> tuple[Outcome, list[Action]]:
    """The bot's answer. Never raises for what a bot or a network does."""
    return await post(account, body_of(turn), http)


async def post(account: AccountView, told: dict[str, Any], http: httpx.AsyncClient) -> tuple[Outcome, list[Action]]:
    """Tell the bot something, signed now."""
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    url, secret = account.settings.get("url", ""), account.secrets.get("secret", "")
    if not url or not secret:
        return Rejected("The bot's account names no address and secret.", account_fault=True), []
    headers = {"content-type": "application/json", **signed_headers(secret, body, clock.now().timestamp())}
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            http.stream("POST", url, content=body, headers=headers, timeout=TIMEOUT) as response,
        ):
            return await _answer(response)
    except TimeoutError:
        return Unknown(f"The bot did not answer within {ANSWER_SECONDS:g} seconds."), []
    except UNANSWERED as error:
        return unanswered(error, "The bot"), []


async def _answer(response: httpx.Response) -> tuple[Outcome, list[Action]]:
    status = response.status_code
    if status == 429:
        return Throttled(_retry_after(response)), []
    if status in (401, 403, 404):
        return Rejected(f"The bot answered {status}.", account_fault=True), []
    if not 200 <= status < 300:
        words = f"The bot answered {status}."
        return (Rejected(words) if 300 <= status < 500 else Unknown(words)), []
    whole = bytearray()
    async for chunk in response.aiter_bytes():
        whole += chunk
        if len(whole) > BODY_MAX:
            return Rejected(f"The bot's answer is longer than {BODY_MAX} bytes."), []
    try:
        return Sent(""), read(bytes(whole))
    except Unreadable as error:
        return Rejected(str(error)), []


def read(body: bytes) -> list[Action]:
    """The actions in an answer; an empty one has none. Raises Unreadable."""
    if not body.strip():
        return []
    try:
        told = loaded(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The bot's answer is no JSON: {line(str(error), 100)}.") from None
    if not isinstance(told, dict):
        raise Unreadable("The bot's answer is no object.")
    return actions(told.get("actions"))


def _retry_after(response: httpx.Response) -> float:
    return seconds(response.headers.get("retry-after"), THROTTLED_SECONDS, THROTTLED_MAX_SECONDS)
