"""The web chat's own words: what a visitor may say, and what becomes of it."""

from typing import Annotated
from urllib.parse import urlsplit

import httpx
import msgspec
from msgspec import Meta

from backend.channels.base import (
    AccountView,
    Event,
    Outbound,
    Outcome,
    Sent,
    WebhookRequest,
    clean_text,
    event_id,
    line,
    unreadable,
)
from omnix_protocol.channels import Capabilities, ChannelGroup, SettingField
from omnix_protocol.ids import ChannelAccountId, MessageId
from omnix_protocol.messages import Attachment, DeliveryState, ReceiveMessage, RecordDelivery, Sender

TEXT_MAX = 4096
ATTACHMENTS_MAX = 5
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
ATTACHMENT_TYPES = (
    "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "audio/*", "video/mp4",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip


class Say(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A visitor writes. The page makes the id, keeps it until it is answered, and may send it as often as it likes."""

    message_id: MessageId
    text: Annotated[str, Meta(max_length=TEXT_MAX)] = ""
    name: Annotated[str, Meta(max_length=100)] = ""  # as the visitor gave it, if at all
    email: Annotated[str, Meta(max_length=200)] = ""
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=ATTACHMENTS_MAX)] = ()


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """These messages are in the visitor's page, and, with `read`, the page is visible."""

    message_ids: Annotated[tuple[MessageId, ...], Meta(min_length=1, max_length=100)]
    read: bool = False


class OpenChat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A visitor opens the chat; the token, where the page still has one, says that they were here before."""

    visitor_token: Annotated[str, Meta(max_length=200)] = ""


class WebChat:
    """Channel whose provider is this server itself: sent is what the visitor's scope holds."""

    kind = "webchat"
    name = "Web Chat"
    group = ChannelGroup.LIVE
    capabilities = Capabilities(
        text_max=TEXT_MAX,
        attachments=True,
        attachment_max_bytes=ATTACHMENT_MAX_BYTES,
        attachment_types=ATTACHMENT_TYPES,
        receipts=("sent", "delivered", "read"),
        addresses_per_account=True,
    )
    settings = (
        SettingField(name="title", label="Title of the chat", required=False),
        SettingField(name="greeting", label="Greeting", required=False),
        SettingField(name="colour", label="Colour (#RRGGBB)", required=False),
        SettingField(name="origins", label="Sites that may show it (separated by spaces; * for any)", required=False),
    )

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        """Nobody sends webhooks for a web chat."""
        return False

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return unreadable("A web chat has no webhooks.")

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        """The commit that accepted the message put it into the visitor's scope already."""
        return Sent(message.message_id)


def said(account_id: ChannelAccountId, address: str, say: Say) -> Event:
    """A visitor's message as a command; repeated, it is the same command."""
    command = ReceiveMessage(
        channel_account_id=account_id,
        provider_id=say.message_id,
        sender=Sender(address=address, name=line(say.name, 100), handle=line(say.email, 200)),
        text=clean_text(say.text).strip(),
        attachments=say.attachments,
    )
    return event_id(account_id, "message", f"{address}:{say.message_id}"), command


def seen(account_id: ChannelAccountId, address: str, message_id: MessageId, read: bool) -> Event:
    """One message's receipt as a command."""
    state = DeliveryState.READ if read else DeliveryState.DELIVERED
    command = RecordDelivery(channel_account_id=account_id, message_id=message_id, state=state)
    return event_id(account_id, f"receipt.{state}", f"{address}:{message_id}"), command


def allowed_origins(settings: dict[str, str]) -> tuple[str, ...]:
    """The sites that may show the chat in a frame: `*`, or origins as browsers write them; what is none is left out."""
    found = []
    for word in settings.get("origins", "").replace(",", " ").split():
        if word == "*":
            return ("*",)
        parts = urlsplit(word)
        if parts.scheme in ("http", "https") and parts.netloc and not set(parts.netloc) & set(";'\"\\@"):
            found.append(f"{parts.scheme}://{parts.netloc}".lower())
    return tuple(found)
