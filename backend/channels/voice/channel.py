"""The voice channel: a call is one message that changes as the call goes on; nothing is ever sent on it."""

from typing import Final

import httpx

from backend import clock
from backend.channels.base import (
    AccountView,
    BaseChannel,
    Event,
    Outbound,
    Outcome,
    Post,
    ProviderFault,
    Rejected,
    WebhookRequest,
)
from backend.channels.signing import is_signed
from backend.channels.voice import hooks, tracking
from backend.channels.voice.exchange import Exchange
from omnix_protocol.channels import Capabilities, ChannelGroup, SettingField

PORT: Final = 5038
PORT_TLS: Final = 5039
AMI: Final = "ami"


class Voice(BaseChannel):
    """Channel and Listening of one kind."""

    kind = "voice"
    name = "Voice"
    group = ChannelGroup.VOICE
    capabilities = Capabilities(text_max=0, receipts=(), edits=True)
    settings = (
        SettingField(
            name="mode", label="Calls are told by", required=False, default="webhook", choices=("webhook", AMI),
            help="webhook: your exchange posts call events, signed; ami: we sign in at Asterisk's manager interface.",
        ),
        SettingField(name="webhook_secret", label="Webhook secret", secret=True, required=False),
        SettingField(
            name="country", label="Country of national numbers", required=False, default="ID",
            help="Two letters; 0812… is read as a number of this country.",
        ),
        SettingField(
            name="recording_url", label="Address of recordings", required=False,
            help="With {call_id} where the call's id belongs; only people inside your network need reach it.",
        ),
        SettingField(name="ami_host", label="Asterisk host", required=False),
        SettingField(name="ami_port", label="Manager port", required=False, help="5038, or 5039 with TLS."),
        SettingField(name="ami_tls", label="TLS", required=False, default="no", choices=("no", "yes")),
        SettingField(name="ami_user", label="Manager user", required=False, help="A user with read = call,agent."),
        SettingField(name="ami_secret", label="Manager secret", secret=True, required=False),
        SettingField(
            name="ami_auth", label="Sign-in", required=False, default="md5", choices=("md5", "plain"),
            help="md5 does not send the secret itself.",
        ),
        SettingField(
            name="contexts", label="Contexts of incoming calls", required=False, default=tracking.CONTEXTS,
            help="Dialplan contexts in which trunks arrive, with commas between them.",
        ),
        SettingField(
            name="outgoing", label="Outgoing calls too", required=False, default="no", choices=("no", "yes"),
            help="Note the calls that agents make in conversations that are there.",
        ),
    )  # fmt: skip

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        secret = account.secrets.get("webhook_secret", "")
        return is_signed(secret, request.headers, request.body, clock.now().timestamp())

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return tracking.parse(account, raw) if _is_listened(account) else hooks.parse(account, raw)

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return Rejected("Nothing can be written on a telephone line.")

    def listens(self, account: AccountView) -> bool:
        return _is_listened(account)

    async def listen(self, post: Post) -> None:
        exchange = await _signed_in(post.account)
        try:
            calls = tracking.Calls(post.account, post.cursor)
            there: set[str] = set()
            asked = exchange.send("CoreShowChannels")
            post.well()
            while True:
                block = await exchange.next()
                mine = block.get("actionid") == asked
                if mine and "linkedid" in block:
                    there.add(block["linkedid"])
                told = [block]
                if mine and block.get("event", "").lower() == "coreshowchannelscomplete":
                    told = calls.gone(there)
                raws = [raw for it in told if (raw := calls.stored(it, clock.now())) is not None]
                if raws:
                    await post.keep(raws, calls.cursor)
        finally:
            exchange.close()

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        if not _is_listened(account):
            if not account.secrets.get("webhook_secret"):
                raise ProviderFault("The account has no webhook secret yet.", lasting=True)
            return "Webhook"
        exchange = await _signed_in(account)
        try:
            answer = await exchange.ask("CoreSettings")
        finally:
            exchange.close()
        return f"Asterisk {answer.get('asteriskversion', '')}".strip()


def _is_listened(account: AccountView) -> bool:
    return account.settings.get("mode") == AMI


async def _signed_in(account: AccountView) -> Exchange:
    settings = account.settings
    host, tls = settings.get("ami_host", "").strip(), settings.get("ami_tls") == "yes"
    port = settings.get("ami_port", "").strip() or str(PORT_TLS if tls else PORT)
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 1 << 16:
        raise ProviderFault("The account names no host and port of a manager interface.", lasting=True)
    exchange = await Exchange.open(host, int(port), tls=tls)
    try:
        plain = settings.get("ami_auth") == "plain"
        await exchange.sign_in(settings.get("ami_user", ""), account.secrets.get("ami_secret", ""), plain=plain)
    except BaseException:
        exchange.close()
        raise
    return exchange
