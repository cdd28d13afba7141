"""Accounts at a simulated Meta: each with its channel, its side of the simulator, and one customer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from backend.channels import BY_KIND
from backend.channels.base import AccountView, Channel, Outbound, Outcome, OutFile
from omnix_protocol.ids import ChannelAccountId, MessageId, TenantId, new_id
from tests.simulators.graph.accounts import Page, Person, Professional
from tests.simulators.graph.messaging import Messaging
from tests.simulators.graph.simulator import GraphSimulator, graph_simulator

BUDI = Person("62811000111")
PAGE, PROFESSIONAL = Page(), Professional()
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@dataclass
class MetaLine:
    """One account of ours and Meta's side of it."""

    channel: Channel
    account: AccountView
    theirs: Page | Professional
    simulator: GraphSimulator
    http: httpx.AsyncClient

    @property
    def address(self) -> str:
        return BUDI.psid if isinstance(self.theirs, Page) else BUDI.igsid

    @property
    def messaging(self) -> Messaging:
        return self.simulator.messenger if isinstance(self.theirs, Page) else self.simulator.instagram

    def message(self, text: str = "Baik, kami cek dulu ya.", **more: Any) -> Outbound:
        """An answer an hour after the customer wrote."""
        fields = {"at": NOW, "last_inbound_at": NOW - timedelta(hours=1)} | more
        return Outbound(message_id=MessageId(new_id()), attempt=1, address=self.address, text=text, **fields)

    async def send(self, message: Outbound) -> Outcome:
        return await self.channel.send(self.account, message, self.http)

    def asked(self, name: str = "messages") -> list[dict[str, Any]]:
        """What was asked of Meta so far, also what it refused."""
        return [call.params for call in self.simulator.calls if call.name == name]

    def with_settings(self, **settings: str) -> AccountView:
        return replace(self.account, settings={**self.account.settings, **settings})


@asynccontextmanager
async def meta_line(kind: str) -> AsyncIterator[MetaLine]:
    theirs: Page | Professional = PAGE if kind in ("messenger", "fb_comment") else PROFESSIONAL
    async with graph_simulator(PAGE, PROFESSIONAL, seed=7) as simulator, httpx.AsyncClient(timeout=2) as http:
        simulator.open_window(theirs, BUDI)
        account = AccountView(
            tenant_id=TenantId(new_id()),
            id=ChannelAccountId(new_id()),
            kind=kind,
            settings={
                "base_url": f"{simulator.world.address}/v25.0",
                "page_id": PAGE.id,
                "instagram_id": PROFESSIONAL.id,
                "app_id": theirs.app.id,
            },
            secrets={
                "access_token": theirs.token,
                "app_secret": theirs.app.secret,
                "verify_token": theirs.app.verify_token,
            },
        )
        yield MetaLine(BY_KIND[kind], account, theirs, simulator, http)


def out_file(name: str, media_type: str, data: bytes) -> OutFile:
    async def read() -> AsyncIterator[bytes]:
        yield data

    return OutFile(name, media_type, len(data), read, lambda: "https://never.asked.invalid/")
