"""LINE's webhook events as commands (https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from backend.channels.base import AccountView, Event, event_id, line, unreadable
from backend.channels.reading import (
    ID_MAX,
    Json,
    degrees,
    moment,
    object_of,
    part,
    readable,
    string,
    text,
    whole,
    word,
    words,
)
from omnix_protocol.content import Content, Location, RemoteFile
from omnix_protocol.messages import DELETED, ReceiveMessage, Sender
from omnix_protocol.text import MARK

HANDLE_MAX = 500
"""As ReceiveMessage takes it."""
_KINDS = {
    "image": ("photo", "image/jpeg"),
    "video": ("video", "video/mp4"),
    "audio": ("audio", "audio/mp4"),
    "file": ("document", ""),
}
"""LINE does not name the type of what was sent: the usual one; the bytes are looked at when they are there."""


class Said(NamedTuple):
    """What one message says."""

    text: str = ""
    shown_as: str = ""
    content: Content | None = None
    media: tuple[RemoteFile, ...] = ()


def events(account: AccountView, raw: bytes) -> list[Event]:
    """Those of one webhook; one that holds none is LINE's test of the address."""
    told = object_of(raw).get("events")
    if not isinstance(told, list):
        unreadable("A webhook of LINE has a list of events; this has none.")
    return readable(told, lambda event: _events(account, event))


def _events(account: AccountView, event: Any) -> list[Event]:
    if not isinstance(event, dict):
        unreadable("An event of LINE is an object; this is none.")
    source = part(event, "source")
    # groups and rooms are conversations among others; of other events (follow, beacon …) nobody wrote anything
    read = _READ.get(string(event, "type")) if source.get("type") == "user" else None
    if read is None:
        return []
    address = _id(source, "userId", "A message of LINE names its userId; this does not.")
    return [read(account, event, Sender(address=address))]


def _message(account: AccountView, event: Json, sender: Sender) -> Event:
    message = part(event, "message")
    message_id = _id(message, "id", "A message of LINE has an id; this has none.")
    said = _said(message, message_id)
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=message_id,
        sender=sender,
        text=said.text,
        shown_as=said.shown_as,
        content=said.content,
        media=said.media,
        reply_to=string(message, "quotedMessageId"),
        reply_handle=handle(event, "replyToken"),
        quote_handle=handle(message, "quoteToken"),
        provider_at=moment(event.get("timestamp")),
        quiet=event.get("mode") == "standby",  # another program of the account answers
    )
    return event_id(account.id, "message", message_id), command


def _unsend(account: AccountView, event: Json, sender: Sender) -> Event:
    message_id = _id(part(event, "unsend"), "messageId", "An unsend event of LINE names a messageId; this does not.")
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=message_id,
        sender=sender,
        shown_as=DELETED,
        revision=whole(event, "timestamp") or 1,
        quiet=True,
    )
    return event_id(account.id, "unsend", message_id), command


def _postback(account: AccountView, event: Json, sender: Sender) -> Event:
    """A button that was pressed; LINE gives the press no message id, so the event's own stands for it."""
    event_key = _id(event, "webhookEventId", "An event of LINE has a webhookEventId; this has none.")
    postback = part(event, "postback")
    picked = [value for value in part(postback, "params").values() if isinstance(value, str)]
    chosen = string(postback, "data", 1000)
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=event_key,
        sender=sender,
        text=line(", ".join(picked), 200),
        shown_as="button",
        content=Content(chosen=chosen),
        reply_handle=handle(event, "replyToken"),
        provider_at=moment(event.get("timestamp")),
        quiet=event.get("mode") == "standby",
    )
    return event_id(account.id, "postback", event_key), command


_READ: dict[str, Callable[[AccountView, Json, Sender], Event]] = {
    "message": _message,
    "unsend": _unsend,
    "postback": _postback,
}


def _said(message: Json, message_id: str) -> Said:
    kind = string(message, "type")
    if kind == "text":
        said = text(message, "text")
        return Said(said) if said else Said(shown_as="unsupported")
    if kind in _KINDS:
        return _file(message, message_id, *_KINDS[kind])
    if kind == "sticker":
        return Said(word(message, "text") or line(", ".join(words(message, "keywords")[:3]), 200), "sticker")
    if kind == "location":
        return _place(message)
    return Said(line(kind, 40), "unsupported")


def _file(message: Json, message_id: str, shown_as: str, media_type: str) -> Said:
    provider = part(message, "contentProvider")
    reference = string(provider, "originalContentUrl", 2000) if provider.get("type") == "external" else message_id
    remote = RemoteFile(
        reference=reference or message_id,
        name=word(message, "fileName", 255),
        media_type=media_type,
        size=whole(message, "fileSize"),
    )
    return Said(shown_as=shown_as, media=(remote,))


def _place(message: Json) -> Said:
    latitude, longitude = degrees(message, "latitude", 90), degrees(message, "longitude", 180)
    title, address = word(message, "title"), word(message, "address", 1000)
    where = ", ".join(filter(None, (title, address)))
    if latitude is None or longitude is None:
        return Said(where, "location")
    place = Location(latitude=latitude, longitude=longitude, name=title, address=address)
    return Said(where, "location", Content(location=place))


def handle(values: Json, key: str) -> str:
    """A token of LINE's; one that is too long to be kept is none."""
    token = string(values, key, HANDLE_MAX + 1)
    return token if len(token) <= HANDLE_MAX else ""


def _id(values: Json, key: str, otherwise: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= ID_MAX or MARK in value:  # no two people become one
        unreadable(otherwise)
    return value
