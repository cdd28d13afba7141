"""Telegram by webhook, at our own simulator."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

from tests.contract.provider import PATIENCE, REGISTERED_SECONDS, Can, Failing, Provider, lacking, provides
from tests.simulators.mishaps import Disturbance
from tests.simulators.telegram import Fault, Person, TelegramSimulator
from tests.support.serving import serving
from tests.support.waiting import until

TOKEN = "4711:AA-contract"
SARI = Person(71, "Sari")
FAULTS = {
    Failing.REFUSED: Fault(403, "Forbidden: bot was blocked by the user"),
    Failing.THROTTLED: Fault(429, "Too Many Requests: retry after 1", retry_after=1),
    Failing.BROKEN: Fault(502, "Bad Gateway", after_work=True),
}


class TelegramProvider(Provider):
    kind = "telegram"
    lacks = MappingProxyType(
        lacking("The Bot API tells of no receipts.", Can.DELIVERED, Can.READ)
        | lacking("The Bot API does not tell what a customer deletes.", Can.DELETE)
    )
    refusal = "Forbidden: bot was blocked by the user"

    def __init__(self, simulator: TelegramSimulator, address: str) -> None:
        self.simulator, self.address = simulator, address
        self.secrets = {"token": TOKEN}
        self._hook = ""

    def settings(self) -> dict[str, str]:
        return {"base_url": self.address, "mode": "webhook"}

    async def attach(self, hook: str) -> None:
        """The server has called setWebhook."""
        self._hook = hook
        bot = self.simulator.bot(TOKEN)
        await until(lambda: bot.webhook == hook, "setWebhook was called", REGISTERED_SECONDS)

    async def says(self, text: str) -> Any:
        return await self.simulator.write(TOKEN, SARI, text)

    async def shows(self, data: bytes, name: str) -> None:
        held = self.simulator.hold(data, name) | {"mime_type": "image/png"}
        await self.simulator.write(TOKEN, SARI, document=held)

    async def edits(self, message: Any, text: str) -> None:
        await self.simulator.edit(TOKEN, message, text)

    async def reacts(self, emoji: str) -> None:
        await self.simulator.react(TOKEN, SARI, self.simulator.bot(TOKEN).sent[-1]["message_id"], emoji)

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        return self.simulator.courier.disturbed(by)

    def patient(self) -> None:
        self.simulator.courier.attempts = PATIENCE

    async def forged(self) -> int:
        update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": SARI.as_chat(), "text": "palsu"}}
        return await self._post(update, "wrong")

    async def replayed(self) -> int:
        return await self._post(self.simulator.last_update, self.simulator.bot(TOKEN).webhook_secret)

    async def _post(self, update: dict[str, Any], secret: str) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return (await self.simulator.http.post(self._hook, json=update, headers=headers)).status_code

    async def fails(self, how: Failing) -> None:
        if how is Failing.REVOKED:
            self.simulator.bot(TOKEN).revoked = True
            return
        self.simulator.fail(TOKEN, "sendMessage", FAULTS[how])

    def failed(self) -> int:
        return self.simulator.bot(TOKEN).faults.happened

    def sent(self) -> list[str]:
        return [message["text"] for message in self.simulator.bot(TOKEN).sent if "text" in message]

    async def files(self) -> list[bytes]:
        names = {"sendPhoto": "photo", "sendDocument": "document"}
        return [arguments[names[call]][1] for call, arguments in self.simulator.calls if call in names]


@provides(TelegramProvider)
async def opened() -> AsyncIterator[TelegramProvider]:
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        yield TelegramProvider(simulator, address)
    await simulator.close()
