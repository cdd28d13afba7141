"""What makers of moves look at, and the register of them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from backend.runner import Actor
from omnix_protocol.base import Command
from omnix_protocol.conversations import HELD, Interaction, PickUp
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import DeliveryState, Direction, Message, RecordDelivery
from tests.properties.ground_truth import Truth
from tests.support.office import Office

T = TypeVar("T")
AGENTS = ("ayu", "bima", "citra", "tono")


class Chance(Protocol):
    """Where a maker's choices come from: hypothesis, or a seed."""

    def pick(self, options: Sequence[T]) -> T: ...


class Seeded:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, options: Sequence[T]) -> T:
        return self._random.choice(options)


@dataclass
class Ground:
    """What a maker looks at."""

    company: Office
    truth: Truth
    chance: Chance

    def some(self, kind: str, test: Callable[[Any], bool] = lambda _: True) -> Any | None:
        """One of the entities, in an order that does not depend on their ids."""
        found = [entity for entity in self.truth.of[kind] if test(entity)]
        found.sort(key=lambda entity: (getattr(entity, "number", 0), getattr(entity, "position", 0), entity.version))
        return self.chance.pick(found) if found else None

    def agent(self) -> str:
        return self.chance.pick(AGENTS)

    def owner_of(self, interaction: Interaction) -> Actor:
        return Actor("user", interaction.owner_id or "")


Move = tuple[Actor | str, Command] | None
Maker = Callable[[Ground], Move]
MAKERS: dict[type[Command], Maker] = {}


def makes(kind: type[Command]) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        MAKERS[kind] = maker
        return maker

    return register


def instead(g: Ground, *kinds: type[Command]) -> Move:
    """What brings nearer the ground that a maker does not find: the first of these that somebody may do."""
    return next((move for kind in kinds if (move := MAKERS[kind](g)) is not None), None)


def sent(g: Ground, *states: DeliveryState, kind: str = "") -> tuple[Message, Interaction] | None:
    """A message of ours in one of these states, of a conversation on this kind of channel that somebody holds."""
    newest = {row.id: row.interaction_id for row in g.truth.of["Conversation"]}
    held = {row.id: row for row in g.truth.of["Interaction"] if row.status in HELD and kind in ("", row.channel_kind)}
    message = g.some(
        "Message",
        lambda row: (
            row.direction is Direction.OUT
            and row.state in states
            and row.deleted_at is None
            and newest[row.conversation_id] in held
        ),
    )
    return (message, held[newest[message.conversation_id]]) if message else None


def told(g: Ground, *states: DeliveryState, kind: str = "") -> Move:
    """The provider says one of these of what somebody has just sent and still holds."""
    if fresh := sent(g, DeliveryState.ACCEPTED, kind=kind):
        return delivery(g, fresh[0], g.chance.pick(states))
    held = g.some("Interaction", lambda row: row.status in HELD and kind in ("", row.channel_kind))
    return (g.owner_of(held), g.company.reply(held, "Baik")) if held else instead(g, PickUp)


def delivery(g: Ground, message: Message, state: DeliveryState) -> Move:
    account = next(row.channel_account_id for row in g.truth.of["Conversation"] if row.id == message.conversation_id)
    record = RecordDelivery(
        channel_account_id=account, message_id=MessageId(message.id), provider_id=f"out{message.position}", state=state
    )
    return Actor("channel", account), record
