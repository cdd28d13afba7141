"""The web chat's own words: what a visitor may say, and what becomes of it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from backend.channels.base import Event, clean_text, event_id, line
from omnix_protocol.content import Content, Source, Topic
from omnix_protocol.ids import ChannelAccountId, MemoId, MessageId
from omnix_protocol.messages import Attachment, DeliveryState, ReceiveMessage, RecordDelivery, Sender

TEXT_MAX = 4096
ATTACHMENTS_MAX = 5
GREETED = "greeting"
"""The kind of source of a message that answers the page's own greeting."""


class Say(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A visitor writes. The page makes the id, keeps it until it is answered, and may send it as often as it likes."""

    message_id: MessageId
    text: Annotated[str, Meta(max_length=TEXT_MAX)] = ""
    name: Annotated[str, Meta(max_length=100)] = ""  # as the visitor gave it in the form, if at all; so the next three
    email: Annotated[str, Meta(max_length=254)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    topic: Annotated[str, Meta(max_length=200)] = ""
    consent: bool = False  # the visitor agreed to the account's text
    chosen: Annotated[str, Meta(max_length=256)] = ""  # id of the button that was pressed; the text says its title
    greeted: bool = False  # the visitor answers the proactive greeting
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=ATTACHMENTS_MAX)] = ()


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """These messages are in the visitor's page, and, with `read`, the page is visible."""

    message_ids: Annotated[tuple[MessageId, ...], Meta(min_length=1, max_length=100)]
    read: bool = False


class MailMe(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor wants the transcript by mail, to the address of their form. The page makes the id."""

    memo_id: MemoId


class OpenChat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A visitor opens the chat; the token, where the page still has one, says that they were here before."""

    visitor_token: Annotated[str, Meta(max_length=200)] = ""


def said(account_id: ChannelAccountId, address: str, say: Say, greeting: str = "") -> Event:
    """A visitor's message as a command; repeated, it is the same. `greeting` is what the account greets with."""
    source = Source(kind=GREETED, text=greeting) if say.greeted and greeting else None
    content = Content(chosen=say.chosen, source=source) if say.chosen or source else None
    topic = line(say.topic, 200)
    command = ReceiveMessage(
        channel_account_id=account_id,
        provider_id=say.message_id,
        sender=Sender(
            address=address,
            name=line(say.name, 100),
            handle=line(say.email, 200),
            email=line(say.email, 254),
            phone=line(say.phone, 40),
        ),
        text=clean_text(say.text).strip(),
        attachments=say.attachments,
        content=content,
        topic=Topic(title=topic) if topic else None,
    )
    return event_id(account_id, "message", f"{address}:{say.message_id}"), command


def seen(account_id: ChannelAccountId, address: str, message_id: MessageId, read: bool) -> Event:
    """One message's receipt as a command."""
    state = DeliveryState.READ if read else DeliveryState.DELIVERED
    command = RecordDelivery(channel_account_id=account_id, message_id=message_id, state=state)
    return event_id(account_id, f"receipt.{state}", f"{address}:{message_id}"), command
