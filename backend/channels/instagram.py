"""Instagram's direct messages to a professional account, with story mentions and answers to stories."""

from collections.abc import Iterable
from typing import Final

import httpx

from backend.channels.base import AccountView, Act, Event, Named, Outbound, Outcome, Rejected
from backend.channels.graph.account import instagram_name, instagram_person
from backend.channels.graph.attachments import INSTAGRAM_FILES
from backend.channels.graph.calling import ask_or_fault
from backend.channels.graph.channel import GraphChannel
from backend.channels.graph.entries import of_messages
from backend.channels.graph.messaging import messaging_events
from backend.channels.graph.sending import BUTTONS_MAX, HUMAN_AGENT_SECONDS, SendRules, deliver, sender_action
from backend.channels.graph.settings import (
    APP_ID,
    APP_SECRET,
    BASE_URL,
    INSTAGRAM_ID,
    INSTAGRAM_TOKEN,
    VERIFY_TOKEN,
)
from backend.channels.reading import Json
from omnix_protocol.channels import Capabilities, ChannelGroup, MediaLimit, TextUnit
from omnix_protocol.content import ActKind

MEGABYTE: Final = 1024 * 1024
TYPES: Final = (
    "image/png", "image/jpeg", "image/gif",
    "audio/aac", "audio/mp4", "audio/x-m4a", "audio/m4a", "audio/wav", "audio/x-wav",
    "video/mp4", "video/ogg", "video/quicktime", "video/x-msvideo", "video/webm",
    "application/pdf",
)  # fmt: skip
"""What "Upload Media for Instagram Messaging" lists."""
HEARTS: Final = frozenset({"❤", "❤️", "♥", "♥️"})
FIELDS: Final = (
    "messages,messaging_postbacks,messaging_referral,messaging_seen,message_reactions,messaging_handover,standby"
)


class Instagram(GraphChannel):
    """Like Messenger; texts are counted in bytes, and of reactions Meta documents the heart alone."""

    kind = "instagram"
    name = "Instagram"
    group = ChannelGroup.LIVE
    capabilities = Capabilities(
        text_max=1000,
        text_unit=TextUnit.BYTES,
        attachments=True,
        attachments_max=1,
        captions=False,
        attachment_max_bytes=25 * MEGABYTE,
        attachment_types=TYPES,
        media_limits=(MediaLimit(types=("image/*",), max_bytes=8 * MEGABYTE),),
        buttons_max=BUTTONS_MAX,
        quotes=True,
        reply_window_seconds=HUMAN_AGENT_SECONDS,
        receipts=("sent", "read"),
        acts=(ActKind.SEEN, ActKind.REACT),
        edits=True,
        resolves_expired=True,
        reopens_abandoned=True,
        addresses_per_account=True,
        names_on_request=True,
    )
    identity = INSTAGRAM_ID
    settings = (INSTAGRAM_ID, INSTAGRAM_TOKEN, APP_SECRET, VERIFY_TOKEN, APP_ID, BASE_URL)
    _rules = SendRules("Instagram", capabilities, metadata=False)

    def addressees(self, told: Json) -> Iterable[str]:
        return of_messages(told, "instagram")

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return messaging_events(account, raw, "instagram", self.known_as(account), INSTAGRAM_FILES)

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return await deliver(account, message, http, self._rules)

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        if act.kind not in self.capabilities.acts:
            return await super().act(account, act, http)
        if act.emoji and act.emoji not in HEARTS:
            return Rejected("Instagram takes ❤ as a reaction, and no other.")
        return await sender_action(account, act, http, "love" if act.emoji else "")

    async def person(self, account: AccountView, address: str, http: httpx.AsyncClient) -> Named | Outcome:
        return await instagram_person(account, address, http)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        return await instagram_name(account, http)

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        """The address and the fields are entered in the Meta app; an account must be subscribed to the app besides."""
        # a page's token subscribes the page, whose fields have other names; any one of them does
        fields = FIELDS if "instagram" in account.settings.get(BASE_URL.name, "") else "messages"
        await ask_or_fault(account, http, "POST", "me/subscribed_apps", params={"subscribed_fields": fields})
