"""An update of the Bot API as commands: what a private chat says, changes, and reacts to."""

from typing import Any

from backend.channels.base import AccountView, Event, clean_text, event_id, line, unreadable
from backend.channels.reading import Json, answer_of, degrees, moment, object_of, part, whole, word
from backend.channels.telegram.wire import is_int, message_key
from omnix_protocol.content import ContactCard, Content, Location, RemoteFile
from omnix_protocol.messages import ReceiveMessage, RecordReaction, Sender

WANTED = ("message", "edited_message", "callback_query", "message_reaction")
FETCH_MAX_BYTES = 20 * 1024 * 1024
"""A bot may download no more than this of one file."""

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
_FILES = {
    "animation": ("animasi.mp4", "video/mp4"), "audio": ("audio.mp3", "audio/mpeg"), "document": ("dokumen", ""),
    "video": ("video.mp4", "video/mp4"), "video_note": ("video.mp4", "video/mp4"), "voice": ("suara.ogg", "audio/ogg"),
    "photo": ("foto.jpg", "image/jpeg"), "sticker": ("stiker.webp", "image/webp"),
}  # fmt: skip
"""Kinds that bring a file, and what it is called where nobody named it."""
_WORDS = {
    "venue": ("title", "address"),
    "poll": ("question",),
    "sticker": ("emoji",),
    "audio": ("title",),
    "game": ("title",),
    "invoice": ("title",),
}
"""What can be said in words about something that came without a caption."""


def events(account: AccountView, raw: bytes) -> list[Event]:
    """Raises Unreadable."""
    update = object_of(raw)
    if "update_id" not in update:
        unreadable("An update of Telegram has an update_id; this has none.")
    for kind in WANTED:
        if kind in update:
            content = update[kind]
            if not isinstance(content, dict):
                unreadable(f"{kind} is no object.")
            event = _READ[kind](account, kind, content, update["update_id"])
            return [] if event is None else [event]
    return []


def _message(account: AccountView, kind: str, message: Json, update_id: Any) -> Event | None:
    chat, message_id = message.get("chat"), message.get("message_id")
    if not isinstance(chat, dict) or not is_int(chat.get("id")) or not is_int(message_id):
        unreadable("A message of Telegram has a chat with an id and a message_id; this has not.")
    sender = message.get("from")
    sender = sender if isinstance(sender, dict) else chat
    if chat.get("type", "private") != "private" or sender.get("is_bot") is True or _SERVICE & message.keys():
        return None  # groups and channels are conversations among others; a bot is nobody's customer
    text, shown_as = _said(message)
    provider_id = message_key(account, chat["id"], message_id)
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=provider_id,
        sender=_sender(chat, sender),
        text=clean_text(text),
        shown_as=shown_as,
        provider_at=moment(message.get("date")),
        revision=whole(message, "edit_date") if kind == "edited_message" else 0,
        content=_content(message),
        media=_files(message, shown_as),
        reply_to=_key_of(account, chat, message.get("reply_to_message")),
    )
    revision = f"{message.get('edit_date', 0)}.{update_id}" if kind == "edited_message" else "0"
    return event_id(account.id, kind, provider_id, revision), command


def _pressed(account: AccountView, kind: str, query: Json, update_id: Any) -> Event | None:
    """A button below one of our messages (callback_query)."""
    sender, below = query.get("from"), query.get("message")
    chat = below.get("chat") if isinstance(below, dict) else None
    if not isinstance(sender, dict) or not isinstance(chat, dict) or not is_int(chat.get("id")):
        return None
    if chat.get("type", "private") != "private":
        return None
    provider_id = f"callback:{line(str(query.get('id', update_id)), 200)}"
    chosen, title = word(query, "data"), _title_of(below, query.get("data"))
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=provider_id,
        sender=_sender(chat, sender),
        text=title or chosen,
        shown_as="" if title or chosen else "button",
        content=Content(chosen=chosen) if chosen else None,
        reply_to=_key_of(account, chat, below),
    )
    return event_id(account.id, kind, provider_id), command


def pressed(raw: bytes) -> str:
    """The id by which Telegram wants the press of a button answered; empty where this is none."""
    return word(part(answer_of(raw) or {}, "callback_query"), "id")


def _title_of(below: Any, data: Any) -> str:
    """What the pressed button says."""
    markup = below.get("reply_markup") if isinstance(below, dict) else None
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if isinstance(button, dict) and data is not None and button.get("callback_data") == data:
                return word(button, "text")
    return ""


def _reacted(account: AccountView, kind: str, reaction: Json, update_id: Any) -> Event | None:
    chat, message_id = reaction.get("chat"), reaction.get("message_id")
    if not isinstance(chat, dict) or not is_int(chat.get("id")) or not is_int(message_id):
        unreadable("A reaction of Telegram has a chat with an id and a message_id; this has not.")
    if chat.get("type", "private") != "private":
        return None
    now = reaction.get("new_reaction")
    newest = next((it for it in reversed(now if isinstance(now, list) else []) if isinstance(it, dict)), {})
    emoji = word(newest, "emoji")[:32] or ("⭐" if newest else "")  # a custom one has no letter of its own
    user = reaction.get("user")
    provider_id = message_key(account, chat["id"], message_id)
    command = RecordReaction(
        channel_account_id=account.id,
        provider_id=provider_id,
        emoji=emoji,
        name=_name(user) if isinstance(user, dict) else "",
        provider_at=moment(reaction.get("date")),
    )
    return event_id(account.id, kind, provider_id, f"{update_id}"), command


_READ = {
    "message": _message,
    "edited_message": _message,
    "callback_query": _pressed,
    "message_reaction": _reacted,
}


def _said(message: Json) -> tuple[str, str]:
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


def _described(kind: str, content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    if kind == "dice":
        return f"{word(content, 'emoji')} {word(content, 'value')}".strip()
    return ", ".join(filter(None, (word(content, key) for key in _WORDS.get(kind, ()))))


def _content(message: Json) -> Content | None:
    venue, place, contact = message.get("venue"), message.get("location"), message.get("contact")
    if isinstance(venue, dict) and isinstance(venue.get("location"), dict):
        place = venue["location"]
    location = _location(place, venue if isinstance(venue, dict) else {}) if isinstance(place, dict) else None
    cards = (_card(contact),) if isinstance(contact, dict) else ()
    return Content(location=location, contacts=cards) if location or cards else None


def _location(place: Json, venue: Json) -> Location | None:
    latitude, longitude = degrees(place, "latitude", 90), degrees(place, "longitude", 180)
    if latitude is None or longitude is None:
        return None
    return Location(latitude=latitude, longitude=longitude, name=word(venue, "title"), address=word(venue, "address"))


def _card(contact: Json) -> ContactCard:
    phone = word(contact, "phone_number")
    return ContactCard(name=_name(contact), phones=(phone,) if phone else ())


def _files(message: Json, shown_as: str) -> tuple[RemoteFile, ...]:
    """The file that it brings; of a photo the largest that a bot may download."""
    if shown_as not in _FILES:
        return ()
    content = message[shown_as]
    sizes = [it for it in (content if isinstance(content, list) else [content]) if isinstance(it, dict)]
    sizes = [it for it in sizes if isinstance(it.get("file_id"), str) and 0 < len(it["file_id"]) <= 2000]
    if not sizes:
        return ()
    file = max(sizes, key=lambda it: whole(it, "file_size") or whole(it, "width"))
    name, media_type = _FILES[shown_as]
    if shown_as == "sticker" and (file.get("is_animated") or file.get("is_video")):
        name, media_type = ("stiker.webm", "video/webm") if file.get("is_video") else ("stiker.tgs", "application/gzip")
    return (
        RemoteFile(
            reference=file["file_id"],
            name=word(file, "file_name") or name,
            media_type=word(file, "mime_type")[:150] or media_type,
            size=whole(file, "file_size"),
        ),
    )


def _key_of(account: AccountView, chat: Json, message: Any) -> str:
    message_id = message.get("message_id") if isinstance(message, dict) else None
    return message_key(account, chat["id"], message_id) if is_int(message_id) else ""


def _sender(chat: Json, person: Json) -> Sender:
    return Sender(address=str(chat["id"])[:320], name=_name(person), handle=word(person, "username"))


def _name(person: Json) -> str:
    return line(f"{word(person, 'first_name')} {word(person, 'last_name')}", 200)
