"""The kind of account that is a bot: how it is set up, what it answers, and what it posts later."""

from typing import Final

import httpx

from backend import clock
from backend.channels.base import (
    AccountView,
    BaseChannel,
    Event,
    Outbound,
    Outcome,
    ProviderFault,
    Rejected,
    Sent,
    WebhookRequest,
    event_id,
    unreadable,
)
from backend.channels.bot import asking, builtin
from backend.channels.bot.words import Action, Turn, actions
from backend.channels.reading import object_of
from backend.channels.signing import is_signed
from omnix_protocol.bots import BOT
from omnix_protocol.channels import Capabilities, ChannelGroup, SettingField
from omnix_protocol.ids import InteractionId

WEBHOOK: Final = "webhook"
PATIENCE: Final = 30
"""Seconds after which a bot that cannot be reached is not waited for."""


class Bot(BaseChannel):
    """No customers write to it: other accounts name it as the one that answers first (S3.15)."""

    kind = BOT
    name = "Bot"
    group = ChannelGroup.OTHER
    capabilities = Capabilities(text_max=0, receipts=())
    settings = (
        SettingField(
            name="mode", label="Kind of bot", required=False, default="builtin", choices=("builtin", WEBHOOK),
            help="builtin: menu and keywords below; webhook: your own bot, told by signed requests.",
        ),
        SettingField(name="language", label="Language", required=False, default="id", choices=("id", "en")),
        SettingField(name="greeting", label="Greeting", required=False),
        SettingField(
            name="menu", label="Menu", required=False, lines=True,
            help="One entry in a line: title = answer; the answer @agent hands over to a person.",
        ),
        SettingField(
            name="keywords", label="Keywords", required=False, lines=True,
            help="One rule in a line: word, word = answer.",
        ),
        SettingField(
            name="agent_words", label="More words that ask for a person", required=False,
            help="With commas between them; agent, petugas, operator, cs and others are known.",
        ),
        SettingField(name="fallback", label="Said when nothing fits", required=False),
        SettingField(name="handing_over", label="Said when a person is called", required=False),
        SettingField(name="url", label="Address of the bot", required=False, help="For a bot by webhook: https://…"),
        SettingField(name="secret", label="Shared secret", secret=True, required=False),
        SettingField(
            name="patience", label="Seconds to wait for it", required=False, default=str(PATIENCE),
            help="A bot that cannot be reached for so long hands over by itself; 5 to 600.",
        ),
    )  # fmt: skip

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        secret = account.secrets.get("secret", "")
        signed = is_signed(secret, request.headers, request.body, clock.now().timestamp())
        return account.settings.get("mode") == WEBHOOK and signed

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        body = object_of(raw)
        key, interaction = body.get("id"), body.get("interaction")
        if not isinstance(key, str) or not 0 < len(key) <= 200:
            unreadable("What a bot posts has an id of 1 to 200 characters, the same when it is posted again.")
        if not isinstance(interaction, str) or not 0 < len(interaction) <= 64:
            unreadable("What a bot posts names the interaction.")
        return [
            (event_id(account.id, "bot", key, place), one.command(account, InteractionId(interaction)))
            for place, one in enumerate(actions(body.get("actions")))
        ]

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return Rejected("Nobody writes to a bot.")

    async def answer(self, account: AccountView, turn: Turn, http: httpx.AsyncClient) -> tuple[Outcome, list[Action]]:
        """What the bot does about this turn, now. Never raises for what a bot or a network does."""
        if account.settings.get("mode") == WEBHOOK:
            return await asking.ask(account, turn, http)
        return Sent(""), builtin.answer(account.settings, turn)

    def patience(self, account: AccountView) -> float:
        """Seconds for which the bot is waited for."""
        told = account.settings.get("patience", "").strip()
        return float(min(max(int(told), 5), 600)) if told.isascii() and told.isdigit() and len(told) < 6 else PATIENCE

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        if account.settings.get("mode") != WEBHOOK:
            return "Built-in"
        told = {"id": "probe", "event": "probe", "at": clock.now().isoformat()}
        outcome, _ = await asking.post(account, told, http)
        match outcome:
            case Sent():
                return account.settings.get("url", "")
            case Rejected(failure=words):
                raise ProviderFault(words, lasting=True)
            case _:
                raise ProviderFault(getattr(outcome, "detail", "The bot asked to wait."))
