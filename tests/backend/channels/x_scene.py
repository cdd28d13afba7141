"""An account of the X simulator, as our connector is set up for it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from backend.channels.base import AccountView, Download, Fetch, MediaFault, Outbound, Outcome, OutFile
from backend.channels.x import X
from omnix_protocol.ids import ChannelAccountId, MessageId, TenantId, new_id
from tests.simulators.x import XSimulator
from tests.simulators.x_api import Account
from tests.simulators.x_words import Person

CHANNEL = X()
SITI = Person("3001969357", "Siti Contoh", "siti_contoh")


def view(account: Account, base_url: str = "https://api.x.com", **settings: str) -> AccountView:
    keys = account.keys
    return AccountView(
        TenantId(new_id()),
        ChannelAccountId(new_id()),
        "x",
        settings={"base_url": base_url, **settings},
        secrets={
            "consumer_key": keys.consumer_key,
            "consumer_secret": keys.consumer_secret,
            "access_token": keys.access_token,
            "access_token_secret": keys.access_token_secret,
        },
    )


@dataclass
class Scene:
    simulator: XSimulator
    theirs: Account
    account: AccountView
    http: httpx.AsyncClient
    address: str

    async def send(self, message: Outbound) -> Outcome:
        return await CHANNEL.send(self.account, message, self.http)

    def told(self, text: object) -> bool:
        """Whether any of the account's secrets stands in it."""
        return any(secret in str(text) for secret in self.account.secrets.values())


def message(text: str = "Baik, kami cek dulu ya.", **more: Any) -> Outbound:
    given: dict[str, Any] = {"message_id": MessageId(new_id()), "attempt": 1, "address": SITI.id, "text": text}
    return Outbound(**given | more)


def file(data: bytes, media_type: str, name: str = "gambar") -> OutFile:
    async def read() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 100_000):
            yield data[at : at + 100_000]

    return OutFile(name, media_type, len(data), read, lambda: "https://omnix.example/f/1")


def fetching(http: httpx.AsyncClient) -> Fetch:
    """What the server gives a channel to get files with, without its walls."""

    def fetch(url: str, *, headers: Mapping[str, str] | None = None) -> AbstractAsyncContextManager[Download]:
        @asynccontextmanager
        async def fetched() -> AsyncIterator[Download]:
            async with http.stream("GET", url, headers=headers) as response:
                if response.status_code != 200:
                    raise MediaFault(f"The address answered {response.status_code}.")
                yield Download(response.aiter_bytes(), response.headers["content-type"])

        return fetched()

    return fetch
