"""Several commands in one transaction: each once, its own commit and result, and none spoils it for the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from backend.runner import Wanted
from backend.store.changes import CommitMeta, PutEntity
from backend.store.store import Store
from backend.store.unit_of_work import UnitOfWork
from omnix_protocol import codec, scopes
from omnix_protocol.channels import ChannelAccount, EditChannelAccount
from omnix_protocol.conversations import Conversation, End, Interaction
from omnix_protocol.customers import Identity
from omnix_protocol.errors import Reason
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId, ConversationId, InteractionId, MessageId, TenantId, new_id
from omnix_protocol.messages import Message, Received, ReceiveMessage, Sender
from tests.support.office import Office

PEOPLE = [f"rina{number}" for number in range(6)]


class Counted:
    """The office's store; counts the transactions that write, and lets something happen before they save."""

    def __init__(self, company: Office) -> None:
        self._store: Store = company.store
        self.begun = 0
        self.before_save: Any = None
        company.runner._store = self  # type: ignore[assignment]

    @asynccontextmanager
    async def begin(self, tenant_id: TenantId) -> AsyncIterator[UnitOfWork]:
        self.begun += 1
        async with self._store.begin(tenant_id) as tx:
            if self.before_save is not None:
                save, happen, self.before_save = tx.save_all, self.before_save, None

                async def late(commits: Any) -> Any:
                    await happen()
                    return await save(commits)

                tx.save_all = late  # type: ignore[method-assign]
            yield tx


def message(company: Office, sender: str, text: str, **more: Any) -> Wanted:
    account = more.pop("account", "bot")
    command = ReceiveMessage(
        channel_account_id=company.account(account),
        provider_id=more.pop("provider_id", new_id()),
        sender=Sender(address=sender, name=more.pop("name", sender.title())),
        text=text,
    )
    return company.channel(account), CommandId(more.pop("command_id", new_id())), command


async def together(company: Office, *wanted: Wanted) -> list[Result]:
    return await company.runner.do_many(company.tenant_id, wanted)


def received(result: Result) -> Received:
    assert result.refused is None, result.refused
    return codec.decode(result.body, Received)


async def texts(company: Office, conversation_id: ConversationId) -> list[str]:
    async with company.store.read(company.tenant_id) as tx:
        found, *_ = await tx.messages.entries(conversation_id)
    assert [one.position for one in found] == list(range(1, len(found) + 1))
    return [one.text for one in found]


async def handled_by_ayu(company: Office, people: Sequence[str] = PEOPLE) -> list[Interaction]:
    await company.online("ayu")
    return [await company.serving("ayu", sender=name) for name in people[:5]]


async def test_messages_of_many_conversations_are_one_transaction_and_a_commit_each(company: Office) -> None:
    held = await handled_by_ayu(company)
    scope = scopes.agent(company.user("ayu"))
    async with company.store.read(company.tenant_id) as tx:
        before = (await tx.journal.heads([scope]))[scope]
    store = Counted(company)
    company.grown.clear()
    results = await together(company, *(message(company, name, f"halo dari {name}") for name in PEOPLE[:5]))
    assert store.begun == 1
    assert [received(result).interaction_id for result in results] == [one.id for one in held]
    (grown,) = company.grown
    assert set(grown) == {scope, *(scopes.conversation(one.conversation_id) for one in held)}
    assert grown[scope] == before + 5
    async with company.store.read(company.tenant_id) as tx:
        after = await tx.journal.after({scope: before})
    assert [commit.seqs[scope] for commit in after.commits] == [before + place for place in range(1, 6)]
    assert [commit.what for commit in after.commits] == ["ReceiveMessage"] * 5
    assert len({commit.command_id for commit in after.commits}) == 5
    for name, one in zip(PEOPLE, held, strict=False):
        assert await texts(company, one.conversation_id) == ["Halo", f"halo dari {name}"]
        interaction = await company.get(Interaction, one.id)
        assert (interaction.unread, interaction.last_preview) == (2, f"halo dari {name}")


async def test_a_repeat_in_the_group_gets_its_first_result_and_is_not_stored_again(company: Office) -> None:
    held = await handled_by_ayu(company)
    first, second = message(company, PEOPLE[0], "satu"), message(company, PEOPLE[1], "dua")
    results = await together(company, first, second)
    again = await together(company, first, second, message(company, PEOPLE[2], "tiga"), first)
    assert again[:2] == results
    assert again[3] == results[0]
    assert await texts(company, held[0].conversation_id) == ["Halo", "satu"]
    assert await texts(company, held[2].conversation_id) == ["Halo", "tiga"]


async def test_one_that_is_refused_stands_in_nobodys_way(company: Office) -> None:
    held = await handled_by_ayu(company)
    stranger = message(company, PEOPLE[1], "bukan akunku")
    results = await together(
        company,
        message(company, PEOPLE[0], "satu"),
        (company.channel("number"), *stranger[1:]),
        message(company, PEOPLE[2], ""),
        message(company, PEOPLE[3], "empat"),
    )
    assert [result.refused.code if result.refused else None for result in results] == [
        None,
        Reason.NOT_ENTITLED,
        Reason.EMPTY_TEXT,
        None,
    ]
    assert [len(await texts(company, one.conversation_id)) for one in held] == [2, 1, 1, 2, 1]
    # a channel's refusal is not its last word
    (once_more,) = await together(company, stranger)
    assert once_more.refused is None


async def test_order_holds_in_a_conversation_whoever_shares_the_transaction(company: Office) -> None:
    held = await handled_by_ayu(company)
    wanted = [message(company, PEOPLE[number % 2], f"pesan {number}") for number in range(10)]
    for result in await together(company, *wanted):
        received(result)
    assert await texts(company, held[0].conversation_id) == ["Halo", *(f"pesan {number}" for number in range(0, 10, 2))]
    assert await texts(company, held[1].conversation_id) == ["Halo", *(f"pesan {number}" for number in range(1, 10, 2))]
    assert (await company.get(Interaction, held[0].id)).unread == 6


async def test_who_is_new_or_comes_back_goes_alone_and_leaves_no_hole_in_the_numbers(company: Office) -> None:
    held = await handled_by_ayu(company)
    await company.done("ayu", End(interaction_id=InteractionId(held[1].id)))
    results = await together(
        company,
        message(company, "baru", "saya baru"),
        message(company, PEOPLE[0], "masih di sini"),
        message(company, PEOPLE[1], "kembali"),
        message(company, "lain", "saya juga baru"),
    )
    begun = [await company.get(Interaction, received(result).interaction_id) for result in results]
    assert [one.number for one in begun] == [6, held[0].number, 7, 8]
    assert begun[2].conversation_id == held[1].conversation_id
    assert await texts(company, held[0].conversation_id) == ["Halo", "masih di sini"]


async def test_one_that_cannot_be_written_does_not_take_the_others_with_it(company: Office) -> None:
    held = await handled_by_ayu(company)
    # its place is taken already, so the database refuses the message however often it is tried
    async with company.store.begin(company.tenant_id) as tx:
        (there, *_), *_ = await tx.messages.entries(held[1].conversation_id)
        squatter = msgspec.structs.replace(there, id=new_id(), version=1, position=2, provider_id="x")
        meta = CommitMeta(company.clock(), "Test", CommandId(new_id()), "system")
        await tx.save(meta, [PutEntity(squatter, (scopes.conversation(held[1].conversation_id),))])
    results = await together(company, *(message(company, name, f"halo {name}") for name in PEOPLE[:4]))
    assert [result.refused.code if result.refused else None for result in results] == [
        None,
        Reason.UNAVAILABLE,
        None,
        None,
    ]
    for place in (0, 2, 3):
        assert await texts(company, held[place].conversation_id) == ["Halo", f"halo {PEOPLE[place]}"]
    await company.get(Message, MessageId(squatter.id))


@pytest.mark.parametrize("place", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_a_lost_race_ends_in_one_by_one(company: Office) -> None:
    """On PostgreSQL somebody else may commit between this transaction's reading and its writing."""
    held = await handled_by_ayu(company)
    store = Counted(company)
    other = Office(company.store, tenant_id=company.tenant_id, clock=company.clock)
    conversation = await company.get(Conversation, held[0].conversation_id)

    async def renamed() -> None:
        identity = await company.get(Identity, conversation.identity_id)
        async with company.store.begin(company.tenant_id) as tx:
            meta = CommitMeta(company.clock(), "Test", CommandId(new_id()), "system")
            became = msgspec.structs.replace(identity, version=identity.version + 1, handle="rina_baru")
            await tx.save(meta, [PutEntity(became)])

    store.before_save = renamed
    results = await together(
        company,
        message(company, PEOPLE[0], "satu", name="Rina Baru"),
        message(company, PEOPLE[1], "dua"),
    )
    assert [result.refused for result in results] == [None, None]
    assert store.begun == 3
    identity = await other.get(Identity, conversation.identity_id)
    assert (identity.name, identity.handle, identity.version) == ("Rina Baru", "rina_baru", 3)
    assert await texts(company, held[0].conversation_id) == ["Halo", "satu"]


async def test_the_same_group_twice_at_once_is_once(company: Office) -> None:
    held = await handled_by_ayu(company)
    wanted = [message(company, name, f"halo {name}") for name in PEOPLE[:5]]
    results = await asyncio.gather(*(together(company, *wanted) for _ in range(4)))
    assert all(one == results[0] for one in results)
    for name, one in zip(PEOPLE, held, strict=False):
        assert await texts(company, one.conversation_id) == ["Halo", f"halo {name}"]


async def test_a_channel_that_was_switched_off_refuses_them_all(company: Office) -> None:
    await handled_by_ayu(company)
    account = await company.get(ChannelAccount, company.account("bot"))
    off = EditChannelAccount(channel_account_id=company.account("bot"), base_version=account.version, active=False)
    await company.done("adi", off)
    results = await together(company, *(message(company, name, "halo") for name in PEOPLE[:3]))
    assert {result.refused.code if result.refused else None for result in results} == {Reason.CHANNEL_INACTIVE}
