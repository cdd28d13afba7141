"""Where a contract is tried: an account of its own in a company that is shared."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from backend import accounts
from backend.channels.base import AccountView
from backend.runner import Actor
from backend.store.raw import Route
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.channels import ChannelAccount, EditChannelAccount
from omnix_protocol.conversations import Conversation, Interaction, PickUp
from omnix_protocol.errors import Refused
from omnix_protocol.frames import Result
from omnix_protocol.ids import ChannelAccountId, CommandId, FileId, InteractionId, MessageId, new_id
from omnix_protocol.messages import Attachment, DeliveryState, Direction, Message
from tests.contract.acceptance import Accepted, accepted
from tests.contract.provider import Case, Helper, Provider, able
from tests.support.backend import SYSTEM, TENANT, Backend, People
from tests.support.replies import reply_in
from tests.support.waiting import until


def having(*any_of: Case) -> pytest.MarkDecorator:
    """For the channels that have one of these."""
    return pytest.mark.parametrize("provider", able(*any_of), indirect=True)


class Clock(Protocol):
    ahead: timedelta

    def __call__(self) -> datetime: ...


@dataclass
class House:
    """A server with a company, and its clock."""

    backend: Backend
    people: People
    clock: Clock

    async def run(self, command: Command, actor: Actor) -> Result:
        key = CommandId(new_id())
        return await self.backend.parts.runner.do(self.people.tenant_id, actor, key, command)

    async def account(self, account_id: ChannelAccountId) -> ChannelAccount:
        async with self.backend.parts.store.read(self.people.tenant_id) as tx:
            found = await tx.get(ChannelAccount, account_id)
        assert found is not None
        return found

    async def opened(self, it: Provider | Helper) -> Route:
        """An account of this kind, in a queue of its own."""
        new = accounts.NewAccount(
            kind=it.kind, name=f"Uji {it.kind}", group="Layanan", settings=it.settings(), secrets=it.secrets
        )
        route = await self.backend.parts.store.control.route(
            await accounts.add_channel(self.backend.parts, TENANT, new)
        )
        assert route is not None
        return route

    async def edited(self, route: Route, **changes: object) -> None:
        account = await self.account(route.channel_account_id)
        edit = EditChannelAccount(channel_account_id=route.channel_account_id, base_version=account.version, **changes)  # type: ignore[arg-type]  # fields of the command
        result = await self.run(edit, SYSTEM)
        assert result.refused is None, result.refused


@dataclass
class Place:
    """One account, its provider, and what its agent does."""

    house: House
    provider: Provider
    route: Route
    hook: str  # where the webhooks of the suite's interest go: the account's, or its bot's

    @property
    def backend(self) -> Backend:
        return self.house.backend

    @property
    def people(self) -> People:
        return self.house.people

    async def run(self, command: Command) -> Result:
        return await self.house.run(command, Actor("user", self.people.agent))

    async def messages(self) -> list[Message]:
        """All of the account's, in the order of their conversations."""
        async with self.backend.parts.store.read(self.people.tenant_id) as tx:
            mine = [
                it.id for it in await tx.all(Conversation) if it.channel_account_id == self.route.channel_account_id
            ]
            return [message for place in sorted(mine) for message in (await tx.messages.entries(place, None, 500))[0]]  # type: ignore[arg-type]  # an entity's id

    async def inbound(self) -> list[Message]:
        return [message for message in await self.messages() if message.direction is Direction.IN]

    async def heard(self, test: Callable[[list[Message]], object], what: str) -> list[Message]:
        """The customer's messages, as soon as they are like this."""

        async def there() -> bool:
            return bool(test(await self.inbound()))

        await until(there, what)
        return await self.inbound()

    async def quiet(self) -> None:
        """Nothing is left to be fetched or done, nor will there be."""
        await until(self._fetched, "all of it is fetched")
        await self._worked_through()
        await self.provider.settled(())
        await self._worked_through()

    async def _fetched(self) -> bool:
        cursor = await self.backend.parts.store.cursors.get(self.route.channel_account_id)
        return await self.provider.fetched(cursor)

    async def _worked_through(self) -> None:
        async def done() -> bool:
            counts = await self.backend.parts.store.jobs.counts()
            return not any(count for (_, state), count in counts.items() if state == "due")

        await until(done, "all of it is worked through")

    async def serving(self) -> Interaction:
        """The customer has written, and the agent has picked it up."""
        await self.provider.says("Halo")
        (message,) = await self.heard(lambda found: len(found) == 1, "the first message is there")
        return await self.serving_of(message)

    async def serving_of(self, message: Message) -> Interaction:
        """The agent has picked up what this message belongs to."""
        result = await self.run(PickUp(interaction_id=message.interaction_id))
        assert result.refused is None, result.refused
        async with self.backend.parts.store.read(self.people.tenant_id) as tx:
            found = await tx.get(Interaction, message.interaction_id)
        assert found is not None
        return found

    async def reply(
        self, interaction: Interaction, text: str, files: tuple[Attachment, ...] = ()
    ) -> MessageId | Refused:
        place = interaction.conversation_id, InteractionId(interaction.id)
        command = await reply_in(self.backend.parts.store, self.people.tenant_id, *place, text, files)
        result = await self.run(command)
        return result.refused or command.message_id

    async def became(self, message_id: MessageId | Refused, *states: DeliveryState) -> Message:
        assert not isinstance(message_id, Refused), message_id

        async def message() -> Message:
            async with self.backend.parts.store.read(self.people.tenant_id) as tx:
                found = await tx.get(Message, message_id)
            assert found is not None
            return found

        async def there() -> bool:
            return (await message()).state in states

        await until(there, f"the message became {' or '.join(states)}")
        return await message()

    async def reached(self, *texts: str) -> None:
        """These, and nothing else, come to the customer: a provider may take its time."""
        await until(lambda: len(self.provider.sent()) >= len(texts), f"{texts} arrive")
        assert self.provider.sent() == list(texts)

    async def account(self) -> ChannelAccount:
        return await self.house.account(self.route.channel_account_id)

    async def fault(self) -> str:
        """As soon as the account shows one."""

        async def shown() -> str:
            return (await self.account()).fault

        return await until(shown, "the account shows its fault")

    async def upload(self, data: bytes, name: str, media_type: str) -> Attachment:
        signed_in = await self.backend.sign_in("agent@samudra.example")
        answer = await self.backend.http.post(
            "/v1/files",
            content=data,
            headers={
                "Authorization": f"Bearer {signed_in.access_token}",
                "X-File-Name": name,
                "Content-Type": media_type,
            },
        )
        assert answer.status_code == 200, answer.text
        return codec.decode(answer.content, Attachment)

    async def download(self, file_id: FileId) -> bytes:
        signed_in = await self.backend.sign_in("agent@samudra.example", "device-2")
        headers = {"Authorization": f"Bearer {signed_in.access_token}"}
        answer = await self.backend.http.get(f"/v1/files/{file_id}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.content

    async def accepted(self) -> Accepted:
        """What was stored of the account's webhooks and updates, as it came."""
        view = AccountView(
            self.people.tenant_id,
            self.route.channel_account_id,
            self.provider.kind,
            self.provider.settings(),
            self.provider.secrets,
        )
        return await accepted(self.backend.parts.store, self.people.tenant_id, {view.id: view})


@asynccontextmanager
async def opened(house: House, provider: Provider) -> AsyncIterator[Place]:
    """The account is connected; paused in the end, so that nobody goes on looking for its provider."""
    route = await house.opened(provider)
    place = Place(house, provider, route, f"{house.backend.url}/hooks/{provider.kind}/{route.route}")
    await provider.attach(place.hook)
    helper = None
    if provider.helper is not None:
        helper = await house.opened(provider.helper)
        await house.edited(route, bot_id=helper.channel_account_id)
        place.hook = f"{house.backend.url}/hooks/{helper.kind}/{helper.route}"
        await provider.helper_attached(place.hook)
    if provider.cursor:
        await until(lambda: house.backend.parts.store.cursors.get(route.channel_account_id), "the server has looked")
    try:
        yield place
    finally:
        house.clock.ahead = timedelta()
        for one in filter(None, (route, helper)):
            await house.edited(one, active=False)
