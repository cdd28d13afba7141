"""What goes out by the Bot API: texts, one file with its caption, places, cards, buttons, and what is asked later."""

from typing import Any

import httpx

from backend.channels.base import AccountView, Act, Outbound, Outcome, OutFile, Rejected, Sent
from backend.channels.telegram import wire
from backend.channels.telegram.capabilities import CAPABILITIES
from omnix_protocol.capability import text_length
from omnix_protocol.content import ActKind, Button, ContactCard

VCARD_MAX_BYTES = 2048
PHOTO_MAX_BYTES = 10 * 1024 * 1024
_METHODS = (
    ("image/gif", "sendAnimation", "animation"),
    ("image/", "sendPhoto", "photo"),
    ("video/mp4", "sendVideo", "video"),
    ("audio/ogg", "sendVoice", "voice"),
    ("audio/mpeg", "sendAudio", "audio"),
    ("audio/mp4", "sendAudio", "audio"),
)


async def send(account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
    if (why := _refusal(message)) != "":
        return Rejected(why)
    method, body, files = await _what(message)
    body |= {"chat_id": _chat_id(message.address), **_answering(account, message), **_markup(message.content.buttons)}
    return _told(account, await wire.ask(account, method, http, body=body, files=files), message.address)


def _refusal(message: Outbound) -> str:
    """Why Telegram cannot take this in one message; empty: it can."""
    content = message.content
    if len(message.files) + len(content.contacts) + (content.location is not None) > 1:
        return "Telegram takes one file, place or card in a message: send each by itself."
    if message.text and (content.location is not None or content.contacts):
        return "Telegram takes no text with a place or a card: send the text by itself."
    if any(not card.phones for card in content.contacts):
        return "Telegram takes no card without a telephone number."
    if any(len(_vcard(card).encode()) > VCARD_MAX_BYTES for card in content.contacts):
        return f"What this card says is too long: Telegram takes {VCARD_MAX_BYTES} bytes."
    return _too_long(message.text, caption=bool(message.files))


def _too_long(text: str, *, caption: bool) -> str:
    units = text_length(text, CAPABILITIES)
    most = CAPABILITIES.caption_max if caption else CAPABILITIES.text_max
    return f"The text counts {units} for Telegram, which takes {most}." if units > most else ""


async def _what(message: Outbound) -> tuple[str, dict[str, Any], dict[str, tuple[str, bytes, str]] | None]:
    content = message.content
    if content.location is not None:
        place = content.location
        where: dict[str, Any] = {"latitude": place.latitude, "longitude": place.longitude}
        if place.name:
            return "sendVenue", where | {"title": place.name, "address": place.address or place.name}, None
        return "sendLocation", where, None
    if content.contacts:
        return "sendContact", _card(content.contacts[0]), None
    if message.files:
        file = message.files[0]
        method, field = _method(file)
        caption = {"caption": message.text} if message.text else {}
        return method, caption, {field: (file.name, await file.whole(), file.media_type)}
    return "sendMessage", {"text": message.text}, None


def _card(card: ContactCard) -> dict[str, Any]:
    """A name and one number, and a vCard for what a contact of Telegram has no field for."""
    shown = {"first_name": card.name or card.organisation or card.phones[0], "phone_number": card.phones[0]}
    more = len(card.phones) > 1 or card.emails or card.organisation
    return shown | ({"vcard": _vcard(card)} if more else {})


def _vcard(card: ContactCard) -> str:
    rows = [("FN", card.name), *(("TEL", it) for it in card.phones), *(("EMAIL", it) for it in card.emails)]
    rows.append(("ORG", card.organisation))
    told = [f"{key}:{_escaped(value)}" for key, value in rows if value]
    return "\r\n".join(("BEGIN:VCARD", "VERSION:3.0", *told, "END:VCARD"))


def _escaped(value: str) -> str:
    for letter in ("\\", ";", ","):
        value = value.replace(letter, f"\\{letter}")
    return " ".join(value.split())


def _method(file: OutFile) -> tuple[str, str]:
    """A photo that is too large for one goes as a document, unchanged."""
    for start, method, field in _METHODS:
        if file.media_type.startswith(start) and not (field == "photo" and file.size > PHOTO_MAX_BYTES):
            return method, field
    return "sendDocument", "document"


def _answering(account: AccountView, message: Outbound) -> dict[str, Any]:
    answered = wire.message_of(account, message.reply_to)
    if answered is None:
        return {}
    return {"reply_parameters": {"message_id": answered[1], "allow_sending_without_reply": True}}


def _markup(buttons: tuple[Button, ...]) -> dict[str, Any]:
    rows = [
        [{"text": it.title, "url": it.url} if it.url else {"text": it.title, "callback_data": it.id[:64] or it.title}]
        for it in buttons
    ]
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


async def act(account: AccountView, asked: Act, http: httpx.AsyncClient) -> Outcome:
    about = wire.message_of(account, asked.provider_id)
    if about is None:
        return Rejected("This is no message of the account's bot.")
    chat, message_id = about
    body: dict[str, Any] = {"chat_id": _chat_id(chat), "message_id": message_id}
    match asked.kind:
        case ActKind.EDIT:
            if (why := _too_long(asked.text, caption=asked.caption)) != "":
                return Rejected(why)
            method, body = _edited(asked, body)
        case ActKind.DELETE:
            method = "deleteMessage"
        case ActKind.REACT:
            reaction = [{"type": "emoji", "emoji": asked.emoji}] if asked.emoji else []
            method, body = "setMessageReaction", body | {"reaction": reaction}
        case _:
            return Rejected(f"Telegram cannot do that ({asked.kind}).")
    outcome = _told(account, await wire.ask(account, method, http, body=body), chat)
    if isinstance(outcome, Rejected) and "message is not modified" in outcome.failure.lower():
        return Sent(asked.provider_id)  # it says that already
    return outcome


def _edited(asked: Act, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The new words of a text, or below a file; buttons that are not named again would go."""
    method, field = ("editMessageCaption", "caption") if asked.caption else ("editMessageText", "text")
    return method, body | {field: asked.text} | _markup(asked.buttons)


def _told(account: AccountView, answer: httpx.Response | Outcome, chat: str) -> Outcome:
    return wire.outcome(account, answer, chat) if isinstance(answer, httpx.Response) else answer


def _chat_id(address: str) -> int | str:
    return int(address) if address.lstrip("-").isdigit() else address
