"""The web chat as a channel: sent is what the visitor's scope holds, and nothing comes by webhook."""

import httpx

from backend.channels.base import AccountView, BaseChannel, Event, Outbound, Outcome, Sent, unreadable
from backend.channels.webchat.terms import FIELDS
from backend.channels.webchat.words import ATTACHMENTS_MAX, TEXT_MAX
from omnix_protocol.channels import Capabilities, ChannelGroup

ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
ATTACHMENT_TYPES = (
    "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "audio/*", "video/mp4",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip


class WebChat(BaseChannel):
    """Channel whose provider is this server itself: sent is what the visitor's scope holds."""

    kind = "webchat"
    name = "Web Chat"
    group = ChannelGroup.LIVE
    capabilities = Capabilities(
        text_max=TEXT_MAX,
        attachments=True,
        attachments_max=ATTACHMENTS_MAX,
        attachment_max_bytes=ATTACHMENT_MAX_BYTES,
        attachment_types=ATTACHMENT_TYPES,
        buttons_max=10,
        receipts=("sent", "delivered", "read"),
        addresses_per_account=True,
    )
    settings = FIELDS

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return unreadable("A web chat has no webhooks.")

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        """The commit that accepted the message put it into the visitor's scope already."""
        return Sent(message.message_id)
