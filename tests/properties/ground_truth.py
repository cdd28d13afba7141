"""What each scope must hold, said once more from the entities themselves: scopes.py's table as code."""

from collections import defaultdict
from typing import Any

from backend.store.unit_of_work import Reading
from omnix_protocol import codec, scopes
from omnix_protocol.base import ENTITIES, Entity
from omnix_protocol.conversations import HELD, Interaction, Status
from omnix_protocol.messages import Direction
from tests.properties.mirror import State

CATALOGUE = ("Tenant", "Channel", "ChannelAccount", "Group", "User", "AuxCode", "Category", "QuickReply", "Integration")


class Truth:
    """Every entity of a tenant; from them alone, what a scope must hold and what else it may."""

    def __init__(self, entities: dict[str, list[Any]]) -> None:
        self.of = entities
        self.must: dict[str, State] = defaultdict(dict)
        self.may: dict[str, State] = defaultdict(dict)
        for name in CATALOGUE:
            for entity in entities[name]:
                self._hold(scopes.TENANT, entity)
        self._people()
        self._queues()
        self._conversations()
        self._customers()

    @classmethod
    async def read(cls, tx: Reading) -> "Truth":
        return cls({name: await tx.all(kind) for name, kind in ENTITIES.items()})

    def _hold(self, scope: str, entity: Entity, *, surely: bool = True) -> None:
        state = {(type(entity).__name__, entity.id): (entity.version, codec.encode(entity))}
        self.may[scope] |= state
        if surely:
            self.must[scope] |= state

    def _people(self) -> None:
        for presence in self.of["Presence"]:
            self._hold(scopes.agent(presence.id), presence)
            self.must.setdefault(scopes.drafts(presence.id), {})
        for interaction in self.of["Interaction"]:
            if interaction.owner_id is not None:
                # an ended one leaves at midnight, whenever that was
                self._hold(scopes.agent(interaction.owner_id), interaction, surely=interaction.status in HELD)
        for draft in self.of["Draft"]:
            for user in self.of["User"]:
                self._hold(scopes.drafts(user.id), draft, surely=False)
        for board in self.of["Board"]:
            self._hold(scopes.board(board.id), board)

    def waiting(self, queue_id: str) -> list[Interaction]:
        line = [row for row in self.of["Interaction"] if row.queue_id == queue_id and row.status is Status.QUEUED]
        return sorted(line, key=lambda row: (row.queued_at, row.id))

    def _queues(self) -> None:
        for queue in self.of["Queue"]:
            self._hold(scopes.queue(queue.id), queue)
            for place, interaction in enumerate(self.waiting(queue.id)):
                if place < scopes.QUEUE_WINDOW:
                    self._hold(scopes.queue(queue.id), interaction)

    def _conversations(self) -> None:
        for conversation in self.of["Conversation"]:
            scope = scopes.conversation(conversation.id)
            self._hold(scope, conversation)
            self.must.setdefault(scopes.visitor(conversation.identity_id), {})
            public = {entity.id: entity for entity in self.of["PublicMessage"]}
            for entry in (*self.of["Message"], *self.of["Memo"]):
                shown = entry.position > conversation.entries - scopes.CONVERSATION_WINDOW
                if entry.conversation_id == conversation.id and shown:
                    self._hold(scope, entry)
                    if entry.id in public:
                        self._hold(scopes.visitor(conversation.identity_id), public[entry.id])
        for interaction in self.of["Interaction"]:
            self._hold(scopes.conversation(interaction.conversation_id), interaction)

    def _customers(self) -> None:
        for customer in self.of["Customer"]:
            self._hold(scopes.customer(customer.id), customer)
        for name in ("Identity", "Case", "Ticket"):
            for entity in self.of[name]:
                self._hold(scopes.customer(entity.customer_id), entity)

    def check_numbers(self) -> None:
        """Counts that are kept agree with what they count."""
        for queue in self.of["Queue"]:
            line = self.waiting(queue.id)
            assert queue.waiting == len(line), queue
            assert queue.oldest_at == (line[0].queued_at if line else None), queue
        for presence in self.of["Presence"]:
            held = [row for row in self.of["Interaction"] if row.owner_id == presence.id and row.status in HELD]
            assert presence.load == len(held), presence
        for conversation in self.of["Conversation"]:
            self._check_positions(conversation)
        for interaction in self.of["Interaction"]:
            for name, kind in (("cases", "Case"), ("tickets", "Ticket")):
                counted = [row for row in self.of[kind] if row.interaction_id == interaction.id]
                assert getattr(interaction, name) == len(counted), interaction

    def _check_positions(self, conversation: Any) -> None:
        entries = [
            row for kind in ("Message", "Memo") for row in self.of[kind] if row.conversation_id == conversation.id
        ]
        assert sorted(entry.position for entry in entries) == list(range(1, conversation.entries + 1))
        newest = max(
            (row for row in self.of["Interaction"] if row.conversation_id == conversation.id),
            key=lambda row: row.number,
        )
        assert conversation.interaction_id == newest.id
        inbound = [
            row for row in self.of["Message"] if row.interaction_id == newest.id and row.direction is Direction.IN
        ]
        assert newest.unread <= len(inbound)
