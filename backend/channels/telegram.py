"""Telegram's Bot API: updates by webhook or long polling, text both ways, anything else shown as what it is."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import httpx

from backend.channels.base import (
    AccountView,
    Event,
    NotReached,
    Outbound,
    Outcome,
    ProviderFault,
    Pulled,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    WebhookRequest,
    clean_text,
    event_id,
    line,
    unreadable,
)
from omnix_protocol.channels import Capabilities, ChannelGroup, SettingField
from omnix_protocol.messages import ReceiveMessage, Sender

TEXT_MAX_UTF16 = 4096
"""Telegram counts a text in UTF-16 units: an emoji family of seven code points is eleven of them."""
POLL_SECONDS = 25
POLL_LIMIT = 100
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  # a header's name
WANTED = ("message", "edited_message")
DEFAULT_BASE = "https://api.telegram.org"
THROTTLED_DEFAULT_SECONDS = 5.0

# What a message can be besides text, most specific first: an animation also comes as a document, a venue as a location.
_MEDIA = (
    "animation", "audio", "contact", "dice", "document", "game", "invoice", "paid_media", "photo", "poll", "sticker",
    "story", "venue", "video", "video_note", "voice", "location", "gift", "unique_gift", "checklist",
)  # fmt: skip
# What Telegram tells about the chat itself: nobody wrote anything.
_SERVICE = frozenset({
    "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "connected_website", "users_shared",
    "chat_shared", "boost_added", "chat_background_set", "passport_data", "proximity_alert_triggered",
    "successful_payment", "refunded_payment", "giveaway", "giveaway_created", "giveaway_completed",
})  # fmt: skip


class Telegram:
    """Channel and Listening of one kind."""

    kind = "telegram"
    name = "Telegram"
    group = ChannelGroup.LIVE
    capabilities = Capabilities(text_max=TEXT_MAX_UTF16, receipts=("sent",))
    settings = (
        SettingField(name="token", label="Bot token", secret=True),
        SettingField(name="mode", label="Receive by (polling or webhook)", required=False, default="polling"),
        SettingField(name="base_url", label="Address of the Bot API", required=False, default=DEFAULT_BASE),
    )

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        given = request.headers.get(SECRET_HEADER, "")
        token = account.secrets.get("token", "")
        return bool(token) and hmac.compare_digest(given.encode(), webhook_secret(token).encode())

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        update = _object(raw)
        if "update_id" not in update:
            unreadable("An update of Telegram has an update_id; this has none.")
        for kind in WANTED:
            if kind in update:
                message = update[kind]
                if not isinstance(message, dict):
                    unreadable(f"{kind} is no object.")
                event = _event(account, kind, message, update["update_id"])
                return [] if event is None else [event]
        return []

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        units = len(message.text.encode("utf-16-le")) // 2
        if units > TEXT_MAX_UTF16:
            return Rejected(f"The text counts {units} for Telegram, which takes {TEXT_MAX_UTF16}.")
        body = {"chat_id": _chat_id(message.address), "text": message.text}
        try:
            response = await http.post(_url(account, "sendMessage"), json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            return NotReached(_fault_words(error))
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError):
            return Rejected("The account's base_url is no address of a Bot API.", account_fault=True)
        except httpx.HTTPError as error:
            return Unknown(_fault_words(error))
        return _outcome(message, response)

    def listens(self, account: AccountView) -> bool:
        return account.settings.get("mode", "polling") != "webhook"

    async def pull(self, account: AccountView, cursor: str, http: httpx.AsyncClient) -> Pulled:
        body: dict[str, Any] = {"timeout": POLL_SECONDS, "limit": POLL_LIMIT, "allowed_updates": list(WANTED)}
        if cursor:
            body["offset"] = int(cursor)
        result = await _call(account, "getUpdates", body, http, POLL_SECONDS + 10)
        if not isinstance(result, list):
            raise ProviderFault("getUpdates answered with no list.")
        newest = max((u["update_id"] for u in result if isinstance(u, dict) and _is_int(u.get("update_id"))), default=0)
        updates = tuple(json.dumps(update, ensure_ascii=True).encode() for update in result)
        return Pulled(updates=updates, cursor=str(newest + 1) if newest else cursor)

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        token = account.secrets.get("token", "")
        body = {"url": hook_url, "secret_token": webhook_secret(token), "allowed_updates": list(WANTED)}
        await _call(account, "setWebhook", body, http, 15)


def webhook_secret(token: str) -> str:
    """What Telegram repeats in each webhook's header: derived, so that it need not be kept nor entered."""
    return hmac.new(token.encode(), b"omnix-telegram-webhook", hashlib.sha256).hexdigest()


def _event(account: AccountView, kind: str, message: dict[str, Any], update_id: Any) -> Event | None:
    chat, message_id = message.get("chat"), message.get("message_id")
    if not isinstance(chat, dict) or not _is_int(chat.get("id")) or not _is_int(message_id):
        unreadable("A message of Telegram has a chat with an id and a message_id; this has not.")
    sender = message.get("from")
    sender = sender if isinstance(sender, dict) else chat
    if chat.get("type", "private") != "private" or sender.get("is_bot") is True or _SERVICE & message.keys():
        return None  # groups and channels are conversations among others; a bot is nobody's customer
    text, shown_as = _content(message)
    provider_id = f"{chat['id']}:{message_id}"
    revision = f"{message.get('edit_date', 0)}.{update_id}" if kind == "edited_message" else "0"
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=provider_id,
        sender=Sender(address=str(chat["id"]), name=_name(sender), handle=_word(sender, "username")),
        text=clean_text(text),
        shown_as=shown_as,
        provider_at=_moment(message.get("date")),
    )
    return event_id(account.id, kind, provider_id, revision), command


def _content(message: dict[str, Any]) -> tuple[str, str]:
    """The text of a message and, where it is more than text, what it is."""
    text = message.get("text")
    if isinstance(text, str):
        command, _, rest = text.partition(" ")
        return (rest, "start") if command.partition("@")[0] == "/start" else (text, "")
    for kind in _MEDIA:
        if kind in message:
            caption = message.get("caption")
            return (caption if isinstance(caption, str) else _described(kind, message[kind])), kind
    return "", "unsupported"


_WORDS = {
    "contact": ("first_name", "last_name", "phone_number"),
    "venue": ("title", "address"),
    "poll": ("question",),
    "sticker": ("emoji",),
    "document": ("file_name",),
    "audio": ("title",),
    "game": ("title",),
    "invoice": ("title",),
}
"""What can be said in words about something that came without a caption."""


def _described(kind: str, content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    if kind == "location":
        return f"{content.get('latitude')}, {content.get('longitude')}"
    if kind == "dice":
        return f"{_word(content, 'emoji')} {content.get('value', '')}".strip()
    return ", ".join(filter(None, (_word(content, key) for key in _WORDS.get(kind, ()))))


async def _call(
    account: AccountView, method: str, body: dict[str, Any], http: httpx.AsyncClient, patience: float
) -> Any:
    try:
        response = await http.post(_url(account, method), json=body, timeout=httpx.Timeout(patience, connect=10))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise ProviderFault(_fault_words(error)) from None
    answer = _answer(response)
    if response.status_code == 429:
        raise ProviderFault(_failure(answer, response), retry_after=_retry_after(answer, response))
    if response.status_code == 409 and method == "getUpdates" and "webhook" in _failure(answer, response).lower():
        await _call(account, "deleteWebhook", {"drop_pending_updates": False}, http, 15)
        return await _call(account, method, body | {"timeout": 0}, http, patience)
    if response.status_code != 200 or answer.get("ok") is not True:
        raise ProviderFault(_failure(answer, response), lasting=response.status_code in (401, 404))
    return answer.get("result")


def _outcome(message: Outbound, response: httpx.Response) -> Outcome:
    answer, status = _answer(response), response.status_code
    if status == 200 and answer.get("ok") is True:
        result = answer.get("result")
        sent_id = result.get("message_id") if isinstance(result, dict) else None
        if _is_int(sent_id):
            return Sent(f"{message.address}:{sent_id}")
        return Unknown("Telegram's answer does not name the message.")
    if status == 429:
        return Throttled(_retry_after(answer, response))
    if status in (401, 404):
        return Rejected(_failure(answer, response), account_fault=True)
    if 400 <= status < 500 or (status == 200 and answer.get("ok") is False):
        return Rejected(_failure(answer, response))
    if 300 <= status < 400:
        return Rejected(f"The Bot API's address answers with a redirection ({status}).", account_fault=True)
    return Unknown(f"Telegram answered {status}.")


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        unreadable(f"This is no JSON: {str(error)[:200] or type(error).__name__}.")
    return value if isinstance(value, dict) else unreadable("This JSON is no object.")


def _answer(response: httpx.Response) -> dict[str, Any]:
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _failure(answer: dict[str, Any], response: httpx.Response) -> str:
    return line(_word(answer, "description"), 400) or f"Telegram answered {response.status_code}."


def _retry_after(answer: dict[str, Any], response: httpx.Response) -> float:
    parameters = answer.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if seconds is None:
        seconds = response.headers.get("retry-after")
    try:
        return min(max(float(seconds), 0.0), 3600.0)
    except (TypeError, ValueError):
        return THROTTLED_DEFAULT_SECONDS


def _url(account: AccountView, method: str) -> str:
    base = account.settings.get("base_url") or DEFAULT_BASE
    return f"{base.rstrip('/')}/bot{account.secrets.get('token', '')}/{method}"


def _fault_words(error: Exception) -> str:
    # Never the exception's own text: it may name the address, and the address holds the token.
    return f"Telegram could not be reached ({type(error).__name__})."


def _chat_id(address: str) -> int | str:
    return int(address) if address.lstrip("-").isdigit() else address


def _name(person: dict[str, Any]) -> str:
    return line(f"{_word(person, 'first_name')} {_word(person, 'last_name')}", 200)


def _word(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    return line(value, 200) if isinstance(value, str) else ""


def _moment(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if _is_int(seconds) else None
    except (ValueError, OverflowError, OSError):
        return None


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
