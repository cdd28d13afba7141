"""SMS as a channel: one kind, whichever way the messages travel."""

import httpx

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
from backend.channels.numbers import DEFAULT_REGION, answerable
from backend.channels.sms import arrivals, kannel, receipts, smpp
from omnix_protocol.channels import Capabilities, ChannelGroup, SettingField, TextUnit
from omnix_protocol.sms import OF_SEVERAL, SmsEncoding, sms_length

PARTS_MAX = 10
"""Short messages that one text may take: each is charged for."""
KANNEL, SMPP = "kannel", "smpp"


class Sms(BaseChannel):
    """Channel, and Listening where an account's messages travel by SMPP."""

    kind = "sms"
    name = "SMS"
    group = ChannelGroup.LIVE
    methods = ("GET", "POST")  # Kannel asks by GET where its service says get-url, and so do its reports
    capabilities = Capabilities(
        text_max=PARTS_MAX * OF_SEVERAL[SmsEncoding.GSM], text_unit=TextUnit.SMS, receipts=("sent", "delivered")
    )
    settings = (
        SettingField(name="mode", label="Messages travel by", default=KANNEL, choices=(KANNEL, SMPP)),
        SettingField(
            name="url",
            label="Address",
            help="Of Kannel's sendsms (http://…/cgi-bin/sendsms) or of the centre (smpp://host:2775).",
        ),
        SettingField(name="username", label="User name", help="Of sendsms-user, or the system_id of SMPP."),
        SettingField(name="password", label="Password", secret=True),
        SettingField(name="sender", label="Our number or name", help="As customers see it."),
        SettingField(
            name="region", label="Country of numbers without a country code", required=False, default=DEFAULT_REGION
        ),
        SettingField(
            name="hook_secret",
            label="Secret in the webhook's address",
            required=False,
            secret=True,
            help=f"Kannel's get-url is the webhook's address and ?{kannel.SECRET}=…&{kannel.PATTERN}",
        ),
        SettingField(
            name="hook_url",
            label="Address for delivery reports",
            required=False,
            help="Kannel only: the webhook's address.",
        ),
        SettingField(
            name="receipt_ids",
            label="Message ids in receipts",
            required=False,
            default=receipts.SAME,
            choices=(receipts.SAME, receipts.DECIMAL),
            help="SMPP only: decimal where the centre answers in hexadecimal and reports in decimal.",
        ),
        SettingField(
            name="system_type", label="system_type of SMPP", required=False, help="Where the provider asks for one."
        ),
    )

    def __init__(self) -> None:
        self._transmitters = smpp.Transmitters()

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        return not self.listens(account) and kannel.verify(account, request)

    def kept(self, account: AccountView, request: WebhookRequest) -> bytes:
        return kannel.kept(request)

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return arrivals.events_of(account, raw) if raw.startswith(b"{") else kannel.events_of(account, raw)

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        if message.files:
            return Rejected("An SMS carries no files.")
        if not answerable(message.address):
            return Rejected(f"“{message.address}” is a name, no number: nobody can reply to it.")
        if (length := sms_length(message.text)).parts > PARTS_MAX:
            return Rejected(f"The text takes {length.parts} short messages; {PARTS_MAX} are the most.")
        if self.listens(account):
            return await smpp.send(account, message, self._transmitters)
        hook_url = account.settings.get("hook_url") or account.hook_url
        if not account.secrets.get("hook_secret"):
            hook_url = ""  # a report without the secret would be refused
        return await kannel.send(account, message, hook_url, http)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        return await (smpp.probe(account) if self.listens(account) else kannel.probe(account, http))

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        if not account.secrets.get("hook_secret"):
            raise ProviderFault("Kannel's webhook needs a secret: set one, and put it into Kannel's address of it.")

    def listens(self, account: AccountView) -> bool:
        return account.settings.get("mode") == SMPP

    async def listen(self, post: Post) -> None:
        await smpp.listen(post)

    async def close(self) -> None:
        self._transmitters.close()
