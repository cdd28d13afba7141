"""WhatsApp as a channel: what the Cloud API is asked, and what becomes of it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpx

from backend.channels.base import (
    AccountView,
    Act,
    Download,
    Event,
    Fetch,
    MediaFault,
    NotReached,
    Outbound,
    Outcome,
    ProviderFault,
    Rejected,
    Sent,
    Unknown,
)
from backend.channels.graph.calling import Upload, ask, ask_or_fault, authorization, node, unsent
from backend.channels.graph.channel import GraphChannel
from backend.channels.graph.errors import explained, media_fault
from backend.channels.graph.settings import ACCESS_TOKEN, APP_SECRET, BASE_URL, VERIFY_TOKEN, secret
from backend.channels.reading import Json, ident, part, parts, word
from backend.channels.whatsapp import sending
from backend.channels.whatsapp.capabilities import CAPABILITIES
from backend.channels.whatsapp.parsing import PHONE_NUMBER_ID, events, numbers_in
from omnix_protocol.channels import ChannelGroup, SettingField
from omnix_protocol.content import ActKind, RemoteFile

_ABOUT = "verified_name,display_phone_number,quality_rating"


class WhatsApp(GraphChannel):
    """One business phone number of the Cloud API is one account."""

    kind = "whatsapp"
    name = "WhatsApp"
    group = ChannelGroup.LIVE
    capabilities = CAPABILITIES
    identity = SettingField(name=PHONE_NUMBER_ID, label="Phone number ID", help="In the Meta app: WhatsApp, API Setup.")
    settings = (
        identity,
        SettingField(
            name="waba_id", label="WhatsApp Business Account ID", help="In the Meta app: WhatsApp, API Setup."
        ),
        ACCESS_TOKEN,
        APP_SECRET,
        VERIFY_TOKEN,
        BASE_URL,
    )

    def addressees(self, told: Json) -> Iterable[str]:
        return numbers_in(told)

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return events(account, raw)

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        if (why := sending.refusal(message)) != "":
            return Rejected(why)
        media_id = ""
        if message.files and message.content.template is None:
            file = message.files[0]
            upload = Upload(file, {**sending.PRODUCT, "type": file.media_type})
            stored = await ask(account, http, "POST", _number(account, "media"), upload=upload, own=True)
            if not isinstance(stored, dict):
                return unsent(stored)
            media_id = ident(stored, "id")
            if not media_id:
                return NotReached("Meta took the file and did not name it.")
        return await _sent(account, http, sending.body_of(message, media_id))

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        match act.kind:
            case ActKind.REACT:
                return await _sent(account, http, sending.reaction(act.address, act.provider_id, act.emoji))
            case ActKind.SEEN:
                told = await ask(
                    account, http, "POST", _number(account, "messages"), body=sending.seen(act.provider_id), own=True
                )
                return Sent(act.provider_id) if isinstance(told, dict) else told
            case ActKind.BLOCK | ActKind.UNBLOCK:
                return await _blocked(account, act, http)
            case _:
                return await super().act(account, act, http)

    @asynccontextmanager
    async def open(
        self, account: AccountView, remote: RemoteFile, http: httpx.AsyncClient, fetch: Fetch
    ) -> AsyncIterator[Download]:
        """Meta names an address for five minutes, which wants the token as well."""
        ours = {PHONE_NUMBER_ID: self.known_as(account)}
        told = await ask(account, http, "GET", node(remote.reference), params=ours)
        if not isinstance(told, dict):
            raise media_fault(told)
        url = word(told, "url", 4000)
        base = account.settings.get(BASE_URL.name) or BASE_URL.default
        if not url.startswith("https://") and base.startswith("https://"):
            raise MediaFault("Meta named no safe address for this file.")
        async with fetch(url, headers=authorization(account)) as got:
            yield Download(got.chunks, word(told, "mime_type", 150) or got.media_type, remote.name or got.name)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        told = await ask_or_fault(account, http, "GET", _number(account), params={"fields": _ABOUT}, own=True)
        shown = (word(told, "verified_name"), word(told, "display_phone_number"))
        quality = word(told, "quality_rating")
        return ", ".join(filter(None, (*shown, f"quality {quality}" if quality else "")))

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        """The app listens to the business account, and this number's webhooks come here ("Webhook overrides")."""
        waba_id = account.settings.get("waba_id", "").strip()
        if not waba_id:
            raise ProviderFault("This account has no waba_id: enter the WhatsApp Business Account ID.", lasting=True)
        await ask_or_fault(account, http, "POST", node(waba_id, "subscribed_apps"), body={}, own=True)
        hook = {"override_callback_uri": hook_url, "verify_token": secret(account, VERIFY_TOKEN)}
        await ask_or_fault(account, http, "POST", _number(account), body={"webhook_configuration": hook}, own=True)


def _number(account: AccountView, *edge: str) -> str:
    return node(account.settings.get(PHONE_NUMBER_ID, "").strip(), *edge)


async def _sent(account: AccountView, http: httpx.AsyncClient, body: dict[str, object]) -> Outcome:
    told = await ask(account, http, "POST", _number(account, "messages"), body=body, own=True)
    if not isinstance(told, dict):
        return told
    sent_id = ident(next(iter(parts(told, "messages")), {}), "id")
    return Sent(sent_id) if sent_id else Unknown("Meta's answer does not name the message.")


async def _blocked(account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
    """Only who wrote within 24 hours can be blocked; Meta tells a failure for each user ("Block users")."""
    method = "POST" if act.kind is ActKind.BLOCK else "DELETE"
    body = sending.blocked(act.address)
    told = await ask(account, http, method, _number(account, "block_users"), body=body, own=True)
    if not isinstance(told, dict):
        return told
    for failed in parts(part(told, "block_users"), "failed_users"):
        error = next(iter(parts(failed, "errors")), part(failed, "errors"))
        return Rejected(explained(account, error))
    return Sent("")
