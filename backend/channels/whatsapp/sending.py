"""A message on its way out, as the Cloud API wants it: one request, one message, or the reason why not.

Source: Meta's "Messages" reference of the Cloud API and its pages per type.
"""

import re
from typing import Any

from backend.channels.base import Outbound
from backend.channels.whatsapp.capabilities import (
    BODY_MAX,
    CAPTION_MAX,
    REPLY_BUTTONS_MAX,
    REPLY_TITLE_MAX,
    ROW_DESCRIPTION_MAX,
    ROW_ID_MAX,
    ROW_TITLE_MAX,
    ROWS_MAX,
    SENT_AS,
    TEXT_MAX,
    WITHOUT_CAPTION,
)
from backend.channels.whatsapp.parsing import tracker
from omnix_protocol.content import Button, ContactCard, Template

PRODUCT = {"messaging_product": "whatsapp"}
_USER_ID = re.compile(r"[A-Z]{2}\.")
_OPENS_LIST = "☰"  # the button that opens a list has a title, and we do not know the customer's language


def sent_as(media_type: str) -> str:
    """The kind of message that a file of this type goes as."""
    return SENT_AS.get(media_type.partition(";")[0].strip().lower(), "document")


def refusal(message: Outbound) -> str:
    """Why WhatsApp cannot take this in one message; empty: it can."""
    content = message.content
    pieces = (content.template, message.files, content.location, content.contacts, content.buttons)
    if sum(bool(it) for it in pieces) > 1 or len(message.files) > 1:
        return "WhatsApp takes one file, place, card, template or set of buttons in a message."
    if content.template is not None:
        return ""  # its words are the template's
    if message.text and (content.location or content.contacts):
        return "WhatsApp takes no text with a place or a card: send the text by itself."
    if message.files:
        return _refused_caption(message)
    if content.buttons:
        return _refused_buttons(message)
    most = TEXT_MAX
    return f"The text has {len(message.text)} characters; WhatsApp takes {most}." if len(message.text) > most else ""


def body_of(message: Outbound, media_id: str = "") -> dict[str, Any]:
    """The request; `media_id` is Meta's name of the file that was uploaded before."""
    kind, content = _content(message, media_id)
    body = {
        **PRODUCT,
        "recipient_type": "individual",
        **recipient(message.address),
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": tracker(message.message_id, message.attempt),
    }
    return body | ({"context": {"message_id": message.reply_to}} if message.reply_to else {})


def reaction(address: str, provider_id: str, emoji: str) -> dict[str, Any]:
    """Our emoji on a message; without one it is taken back."""
    content = {"message_id": provider_id, "emoji": emoji}
    return {
        **PRODUCT,
        "recipient_type": "individual",
        **recipient(address),
        "type": "reaction",
        "reaction": content,
    }


def seen(provider_id: str) -> dict[str, Any]:
    """Two blue ticks on this message and those before it."""
    return {**PRODUCT, "status": "read", "message_id": provider_id}


def blocked(address: str) -> dict[str, Any]:
    return {**PRODUCT, "block_users": [{"user_id" if _USER_ID.match(address) else "user": address}]}


def recipient(address: str) -> dict[str, str]:
    """A number, or the id of a customer who hides it ("Business-scoped user IDs")."""
    return {"recipient" if _USER_ID.match(address) else "to": address}


def _refused_caption(message: Outbound) -> str:
    kind, text = sent_as(message.files[0].media_type), message.text
    if text and kind in WITHOUT_CAPTION:
        return "WhatsApp takes no text with a sound or a sticker: send the text by itself."
    if len(text) > CAPTION_MAX:
        return f"The text below the file has {len(text)} characters; WhatsApp takes {CAPTION_MAX} there."
    return ""


def _refused_buttons(message: Outbound) -> str:
    buttons = message.content.buttons
    if not message.text:
        return "WhatsApp wants a text above the buttons."
    if len(message.text) > BODY_MAX:
        return f"The text above the buttons has {len(message.text)} characters; WhatsApp takes {BODY_MAX} there."
    if any(it.url for it in buttons) and len(buttons) > 1:
        return "WhatsApp takes a button that opens a link only by itself."
    if len(buttons) > ROWS_MAX:
        return f"WhatsApp takes {ROWS_MAX} choices in a message."
    return ""


def _content(message: Outbound, media_id: str) -> tuple[str, Any]:
    content = message.content
    if content.template is not None:
        return "template", _template(content.template)
    if message.files:
        return _file(message, media_id)
    if content.location is not None:
        place = content.location
        named = {key: value for key, value in (("name", place.name), ("address", place.address)) if value}
        return "location", {"latitude": place.latitude, "longitude": place.longitude} | named
    if content.contacts:
        return "contacts", [_card(card) for card in content.contacts]
    if content.buttons:
        return "interactive", _interactive(message.text, content.buttons)
    return "text", {"body": message.text, "preview_url": "http" in message.text}


def _file(message: Outbound, media_id: str) -> tuple[str, Any]:
    file = message.files[0]
    kind = sent_as(file.media_type)
    content = {"id": media_id}
    if message.text and kind not in WITHOUT_CAPTION:
        content["caption"] = message.text
    if kind == "document":
        content["filename"] = file.name
    return kind, content


def _template(template: Template) -> dict[str, Any]:
    # a parameter with line breaks, tabs or runs of blanks is refused
    gaps = [{"type": "text", "text": " ".join(it.split())} for it in template.parameters]
    components = {"components": [{"type": "body", "parameters": gaps}]} if gaps else {}
    return {"name": template.name, "language": {"code": template.language}} | components


def _card(card: ContactCard) -> dict[str, Any]:
    name = card.name or card.organisation or next(iter((*card.phones, *card.emails)), "")
    shown: dict[str, Any] = {"name": {"formatted_name": name, "first_name": name}}
    if card.phones:
        shown["phones"] = [{"phone": phone, "type": "WORK"} for phone in card.phones]
    if card.emails:
        shown["emails"] = [{"email": email, "type": "WORK"} for email in card.emails]
    if card.organisation:
        shown["org"] = {"company": card.organisation}
    return shown


def _interactive(text: str, buttons: tuple[Button, ...]) -> dict[str, Any]:
    """Reply buttons where they fit, else a list; a link is a button of its own kind."""
    body = {"body": {"text": text}}
    if buttons[0].url:
        link = {"display_text": buttons[0].title[:REPLY_TITLE_MAX], "url": buttons[0].url}
        return {"type": "cta_url", **body, "action": {"name": "cta_url", "parameters": link}}
    if len(buttons) <= REPLY_BUTTONS_MAX and all(len(it.title) <= REPLY_TITLE_MAX for it in buttons):
        replies = [{"type": "reply", "reply": {"id": it.id or it.title, "title": it.title}} for it in buttons]
        return {"type": "button", **body, "action": {"buttons": replies}}
    rows = [_row(it) for it in buttons]
    return {"type": "list", **body, "action": {"button": _OPENS_LIST, "sections": [{"rows": rows}]}}


def _row(button: Button) -> dict[str, str]:
    row = {"id": (button.id or button.title)[:ROW_ID_MAX], "title": _cut(button.title, ROW_TITLE_MAX)}
    rest = {"description": _cut(button.title, ROW_DESCRIPTION_MAX)} if len(button.title) > ROW_TITLE_MAX else {}
    return row | rest


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
