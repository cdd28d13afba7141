"""What a message of WhatsApp says: each documented kind in the protocol's words, every other as not supported yet.

Source: the pages per type of Meta's "messages webhook reference" of the WhatsApp Business Platform.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from backend.channels.base import EMPTY, clean_text, line
from backend.channels.reading import answer_of, degrees, ident, part, parts, text, word
from omnix_protocol.content import ContactCard, Content, Location, RemoteFile, Source

UNSUPPORTED = "unsupported"
_LINE, _URL, _CHOSEN = 1000, 2000, 1000
_ITEMS_MAX = 50


class Said(NamedTuple):
    """A message's own words and parts."""

    text: str = ""
    shown_as: str = ""
    content: Content | None = None
    media: tuple[RemoteFile, ...] = ()


def said(message: Mapping[str, Any]) -> Said:
    """What it says; where it is of a kind that nobody knows, what can be known of it."""
    read = _KINDS.get(word(message, "type"))
    found = read(message) if read is not None else None
    found = found or _unsupported(message)
    source = _source(message)
    if source is None:
        return found
    return found._replace(content=msgspec.structs.replace(found.content or EMPTY, source=source))


def _text(message: Mapping[str, Any]) -> Said | None:
    body = text(part(message, "text"), "body")
    return Said(body) if body else None


def _file(kind: str, shown_as: str) -> Callable[[Mapping[str, Any]], Said | None]:
    def read(message: Mapping[str, Any]) -> Said | None:
        values = part(message, kind)
        reference = ident(values, "id")
        if not reference:
            return None
        remote = RemoteFile(
            reference=reference, name=word(values, "filename", 255), media_type=word(values, "mime_type", 150)
        )
        as_voice = kind == "audio" and values.get("voice") is True
        return Said(text(values, "caption"), "voice" if as_voice else shown_as, media=(remote,))

    return read


def _location(message: Mapping[str, Any]) -> Said | None:
    values = part(message, "location")
    latitude, longitude = degrees(values, "latitude", 90), degrees(values, "longitude", 180)
    if latitude is None or longitude is None:
        return None
    place = Location(
        latitude=latitude, longitude=longitude, name=word(values, "name"), address=word(values, "address", _LINE)
    )
    return Said(shown_as="location", content=Content(location=place))


def _contacts(message: Mapping[str, Any]) -> Said | None:
    cards = tuple(_card(values) for values in parts(message, "contacts")[:20])
    return Said(shown_as="contact", content=Content(contacts=cards)) if cards else None


def _card(values: Mapping[str, Any]) -> ContactCard:
    names = part(values, "name")
    whole = word(names, "formatted_name") or line(f"{word(names, 'first_name')} {word(names, 'last_name')}", 200)
    phones = (word(it, "phone") or word(it, "wa_id") for it in parts(values, "phones")[:10])
    emails = (word(it, "email") for it in parts(values, "emails")[:10])
    return ContactCard(
        name=whole,
        phones=tuple(filter(None, phones)),
        emails=tuple(filter(None, emails)),
        organisation=word(part(values, "org"), "company"),
    )


def _interactive(message: Mapping[str, Any]) -> Said | None:
    """A button or a row that the customer chose, or a form that was filled in."""
    values = part(message, "interactive")
    kind = word(values, "type")
    answer = part(values, kind)
    if kind in ("button_reply", "list_reply"):
        title = word(answer, "title", _LINE) or word(answer, "id", _LINE)
        return Said(title, content=_chosen(word(answer, "id", _CHOSEN))) if title else None
    return _form(answer) if kind == "nfm_reply" else None


def _form(answer: Mapping[str, Any]) -> Said:
    """A flow's or an address form's answers, a line each."""
    fields = answer_of(text(answer, "response_json")) or {}
    token = word(fields, "flow_token", _CHOSEN)
    rows = [f"{key}: {_value(value)}" for key, value in fields.items() if key != "flow_token"]
    body = text(answer, "body")
    return Said(clean_text("\n".join([body, *rows] if body else rows)), "form", _chosen(token or word(answer, "name")))


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _button(message: Mapping[str, Any]) -> Said | None:
    """A quick reply below a template."""
    values = part(message, "button")
    title = text(values, "text") or text(values, "payload")
    return Said(title, content=_chosen(word(values, "payload", _CHOSEN))) if title else None


def _chosen(key: str) -> Content | None:
    return Content(chosen=key) if key else None


def _order(message: Mapping[str, Any]) -> Said | None:
    values = part(message, "order")
    items = parts(values, "product_items")[:_ITEMS_MAX]
    rows = [
        f"{_number(it, 'quantity')} × {word(it, 'product_retailer_id')}: "
        f"{_number(it, 'item_price')} {word(it, 'currency')}".strip()
        for it in items
    ]
    words = text(values, "text")
    body = clean_text("\n".join([words, *rows] if words else rows))
    return Said(body, "order") if body else None


def _number(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return f"{value:g}" if isinstance(value, float) else word(values, key)


def _system(message: Mapping[str, Any]) -> Said:
    """Nobody wrote it: a customer's number or id has changed."""
    return Said(text(part(message, "system"), "body"), "system")


def _unsupported(message: Mapping[str, Any]) -> Said:
    kind = word(message, "type")
    values = part(message, kind)
    error = next(iter(parts(message, "errors")), {})
    inner = word(values, "type")
    known = (
        kind if kind != UNSUPPORTED else "",
        inner if inner != "unknown" else "",
        word(error, "title", _LINE) or word(error, "message", _LINE),
        word(part(error, "error_data"), "details", _LINE),
        *(text(values, key) for key in ("body", "caption", "text", "title", "name", "description")),
    )
    return Said(clean_text(", ".join(dict.fromkeys(filter(None, known)))), UNSUPPORTED)


def _source(message: Mapping[str, Any]) -> Source | None:
    """The advertisement, post or product that the customer came from."""
    referral = part(message, "referral")
    if referral:
        return Source(
            kind=word(referral, "source_type") or "ad",
            title=word(referral, "headline", _LINE),
            text=word(referral, "body", _LINE),
            url=word(referral, "source_url", _URL),
        )
    product = part(part(message, "context"), "referred_product")
    title = word(product, "product_retailer_id", _LINE)
    return Source(kind="product", title=title) if title else None


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], Said | None]] = {
    "text": _text,
    "image": _file("image", "photo"),
    "video": _file("video", "video"),
    "audio": _file("audio", "audio"),
    "document": _file("document", "document"),
    "sticker": _file("sticker", "sticker"),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "system": _system,
    "request_welcome": lambda _: Said(shown_as="start"),  # opened the conversation, and has not written yet
}
