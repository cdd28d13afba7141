"""A Graph simulator with one account of each kind, a hook that keeps what came, and a client of its API."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.simulators.graph.accounts import Account, Number, Page, Person, Professional
from tests.simulators.graph.receiver import Receiver
from tests.simulators.graph.simulator import GraphSimulator, graph_simulator
from tests.support.serving import serving

NUMBER, PAGE, INSTAGRAM = Number(), Page(), Professional()
BUDI = Person("628111000001", "Budi Santoso", username="budi.s")


@dataclass
class Meta:
    """The simulator and both sides of it."""

    simulator: GraphSimulator
    receiver: Receiver
    http: httpx.AsyncClient

    def last(self) -> dict[str, Any]:
        """The last delivery, as it came."""
        return self.receiver.payloads[-1]

    async def post(self, account: Account, path: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {account.token}"}
        return await self.http.post(f"/v23.0/{path}", json=body, headers=headers)

    async def get(self, account: Account, path: str, **params: str) -> httpx.Response:
        return await self.http.get(f"/v23.0/{path}", params=params | {"access_token": account.token})


@pytest.fixture
async def meta() -> AsyncIterator[Meta]:
    receiver = Receiver()
    async with serving(receiver.app) as address, graph_simulator(NUMBER, PAGE, INSTAGRAM, seed=11) as simulator:
        for account in (NUMBER, PAGE, INSTAGRAM):
            assert await simulator.subscribe(account, f"{address}/hook")
        async with httpx.AsyncClient(
            base_url=simulator.world.address, timeout=5, trust_env=False, verify=False
        ) as http:
            yield Meta(simulator, receiver, http)
