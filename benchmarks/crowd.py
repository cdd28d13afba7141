"""A queue in which any number wait: the first by commands, the rest as copies of one, written into the tables."""

from datetime import timedelta

import msgspec
from sqlalchemy import insert, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from backend.app import Parts
from backend.store.engine import DatabaseSettings
from backend.store.tables.mapping import MAPPED
from omnix_protocol import codec
from omnix_protocol.base import Entity
from omnix_protocol.channels import Queue
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.ids import InteractionId, QueueId, new_id
from omnix_protocol.scopes import QUEUE_WINDOW
from tests.support.backend import People, customer_writes

SLICE = 2000


async def gather(parts: Parts, people: People, where: DatabaseSettings, count: int) -> None:
    """Afterwards `count` wait in the one queue of the company; outside its scope's window beyond the first 500."""
    last = await customer_writes(parts, people, "Halo", "visitor-0")
    first = min(count, QUEUE_WINDOW)
    for number in range(1, first):
        last = await customer_writes(parts, people, f"Pesan {number}", f"visitor-{number}")
    if count > first:
        await _copy(parts, people, where, last.interaction_id, count - first)


async def _copy(parts: Parts, people: People, where: DatabaseSettings, like: InteractionId, more: int) -> None:
    async with parts.store.read(people.tenant_id) as tx:
        interaction = await tx.get(Interaction, like)
        assert interaction is not None
        conversation = await tx.get(Conversation, interaction.conversation_id)
        assert conversation is not None
        customer = await tx.get(Customer, interaction.customer_id)
        identity = await tx.get(Identity, conversation.identity_id)
        queue = await tx.get(Queue, interaction.queue_id)
    assert customer is not None
    assert identity is not None
    assert queue is not None
    engine = _engine(where)
    try:
        for begin in range(0, more, SLICE):
            numbers = range(begin, min(begin + SLICE, more))
            copies = [_one(interaction, conversation, customer, identity, number) for number in numbers]
            await _insert(engine, people, copies)
        await _count(engine, people, msgspec.structs.replace(queue, waiting=queue.waiting + more))
    finally:
        await engine.dispose()


def _engine(where: DatabaseSettings) -> AsyncEngine:
    url = make_url(where.url)
    if url.get_backend_name() == "sqlite":
        return create_async_engine(url.set(drivername="sqlite+aiosqlite"))
    return create_async_engine(url.set(drivername="postgresql+asyncpg", username="postgres"))


def _one(
    interaction: Interaction, conversation: Conversation, customer: Customer, identity: Identity, number: int
) -> list[Entity]:
    new = msgspec.structs.replace
    person = new(customer, id=new_id(), number=1_000_000 + number)
    address = new(identity, id=new_id(), customer_id=person.id, address=f"copy-{number}")
    thread_id = new_id()
    later = timedelta(milliseconds=number + 1)
    session = new(
        interaction,
        id=new_id(),
        number=1_000_000 + number,
        conversation_id=thread_id,
        customer_id=person.id,
        queued_at=interaction.queued_at + later,
    )
    thread = new(
        conversation, id=thread_id, identity_id=address.id, customer_id=person.id, interaction_id=session.id, entries=0
    )
    return [person, address, thread, session]


async def _insert(engine: AsyncEngine, people: People, copies: list[list[Entity]]) -> None:
    async with engine.begin() as connection:
        for kind in (Customer, Identity, Conversation, Interaction):
            where = MAPPED[kind.__name__]
            rows = [
                {
                    "tenant_id": people.tenant_id,
                    "id": entity.id,
                    "version": entity.version,
                    "body": codec.encode(entity),
                    **where.columns(entity),
                }
                for one in copies
                for entity in one
                if type(entity) is kind
            ]
            await connection.execute(insert(where.table), rows)


async def _count(engine: AsyncEngine, people: People, queue: Queue) -> None:
    table = MAPPED["Queue"].table
    async with engine.begin() as connection:
        await connection.execute(
            update(table)
            .where(table.c.tenant_id == people.tenant_id, table.c.id == QueueId(queue.id))
            .values(body=codec.encode(queue))
        )
