"""Scopes: what one may be entitled to follow, and the changes that happen in them.

tenant           Tenant, Channel, ChannelAccount, Group, User, AuxCode, Category, QuickReply, Integration;
                 followed by everyone of the tenant
agent:USER       Interactions that the agent handles or ended today, own Presence; by that agent
queue:QUEUE      the Queue with its counts, its oldest 500 waiting Interactions;
                 by members of its group, supervisors and above
conversation:ID  Conversation, its Interactions, Messages and Memos (the newest 10,000 entries);
                 by who handles or handled it, members of the queue it waits in, team leaders and above
customer:ID      Customer, Identities, Cases, Tickets; as the conversations of that customer
visitor:IDENTITY PublicMessages only; by that visitor's token
board:ID         Board, latest state only; by supervisors and above
drafts:USER      Drafts, latest text only; by that user
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from omnix_protocol.ids import (
    BoardId,
    CommandId,
    CommitId,
    ConversationId,
    CustomerId,
    IdentityId,
    QueueId,
    UserId,
)

QUEUE_WINDOW = 500
"""Waiting interactions that a queue's scope holds; the rest comes by query."""

CONVERSATION_WINDOW = 10_000
"""Messages and memos that a conversation's scope holds, newest first; the rest comes by query."""


class ScopeKind(StrEnum):
    TENANT = "tenant"
    AGENT = "agent"
    QUEUE = "queue"
    CONVERSATION = "conversation"
    CUSTOMER = "customer"
    VISITOR = "visitor"
    BOARD = "board"
    DRAFTS = "drafts"


LATEST_ONLY = frozenset({ScopeKind.BOARD, ScopeKind.DRAFTS})
"""Kinds of which only the latest state is kept: whoever is behind gets a snapshot."""


class Scope(NamedTuple):
    """A scope's kind and the id of what it is about (empty for `tenant`)."""

    kind: ScopeKind
    id: str


TENANT = "tenant"


def agent(user_id: UserId) -> str:
    return f"agent:{user_id}"


def queue(queue_id: QueueId) -> str:
    return f"queue:{queue_id}"


def conversation(conversation_id: ConversationId) -> str:
    return f"conversation:{conversation_id}"


def customer(customer_id: CustomerId) -> str:
    return f"customer:{customer_id}"


def visitor(identity_id: IdentityId) -> str:
    return f"visitor:{identity_id}"


def board(board_id: BoardId) -> str:
    return f"board:{board_id}"


def drafts(user_id: UserId) -> str:
    return f"drafts:{user_id}"


def parse(key: str) -> Scope | None:
    """The scope that a key names, or None where it names none that this release knows."""
    kind, _, rest = key.partition(":")
    if kind not in ScopeKind.__members__.values() or (kind == ScopeKind.TENANT) != (rest == ""):
        return None
    return Scope(ScopeKind(kind), rest)


class Put(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="put", omit_defaults=True):
    """The whole new state of an entity, in the named scopes of those that the receiver follows."""

    type: str
    id: str
    version: int
    scopes: tuple[str, ...]
    body: msgspec.Raw


class Drop(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="drop", omit_defaults=True):
    """The entity has left the named scopes; where no followed scope holds it any more, it is forgotten."""

    type: str
    id: str
    scopes: tuple[str, ...]


class Commit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One transaction of the server: applied whole, and only when it is the next one in every scope in `seqs`."""

    id: CommitId
    at: datetime
    what: str  # the command's type
    command_id: CommandId
    actor: str  # "user:ID", "visitor:ID", "channel:ID", "timer" or "system"
    seqs: dict[str, int]
    changes: tuple[Put | Drop, ...]
