"""Facebook Messenger: a page's conversations, by the Messenger Platform."""

from collections.abc import Iterable
from typing import Final

import httpx

from backend.channels.base import AccountView, Act, Event, Named, Outbound, Outcome
from backend.channels.graph.account import page_name, page_person
from backend.channels.graph.calling import ask_or_fault
from backend.channels.graph.channel import GraphChannel
from backend.channels.graph.entries import of_messages
from backend.channels.graph.messaging import messaging_events
from backend.channels.graph.sending import BUTTONS_MAX, HUMAN_AGENT_SECONDS, SendRules, deliver, sender_action
from backend.channels.graph.settings import APP_ID, APP_SECRET, BASE_URL, PAGE_ID, PAGE_TOKEN, VERIFY_TOKEN
from backend.channels.reading import Json
from omnix_protocol.channels import Capabilities, ChannelGroup
from omnix_protocol.content import ActKind

ATTACHMENT_MAX: Final = 25 * 1024 * 1024
FIELDS: Final = (
    "messages,messaging_postbacks,messaging_referrals,message_deliveries,message_reads,message_echoes,"
    "message_reactions,message_edits,messaging_handovers,standby"
)


class Messenger(GraphChannel):
    """Answers within 24 hours are plain, and within 7 days those of a human agent."""

    kind = "messenger"
    name = "Facebook Messenger"
    group = ChannelGroup.LIVE
    capabilities = Capabilities(
        text_max=2000,
        attachments=True,
        attachments_max=1,
        captions=False,
        attachment_max_bytes=ATTACHMENT_MAX,
        buttons_max=BUTTONS_MAX,
        reply_window_seconds=HUMAN_AGENT_SECONDS,
        receipts=("sent", "delivered", "read"),
        acts=(ActKind.SEEN, ActKind.REACT),
        edits=True,
        resolves_expired=True,
        reopens_abandoned=True,
        addresses_per_account=True,
        names_on_request=True,
    )
    identity = PAGE_ID
    settings = (PAGE_ID, PAGE_TOKEN, APP_SECRET, VERIFY_TOKEN, APP_ID, BASE_URL)
    _rules = SendRules("Messenger", capabilities, metadata=True)

    def addressees(self, told: Json) -> Iterable[str]:
        return of_messages(told, "page")

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return messaging_events(account, raw, "page", self.known_as(account))

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return await deliver(account, message, http, self._rules)

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        if act.kind not in self.capabilities.acts:
            return await super().act(account, act, http)
        return await sender_action(account, act, http, act.emoji)

    async def person(self, account: AccountView, address: str, http: httpx.AsyncClient) -> Named | Outcome:
        return await page_person(account, address, http)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        return await page_name(account, http)

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        await ask_or_fault(account, http, "POST", "me/subscribed_apps", params={"subscribed_fields": FIELDS})
