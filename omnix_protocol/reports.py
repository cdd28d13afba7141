"""Queries, their answers, and the wallboard's projection."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from omnix_protocol.base import Command, Entity, Query, Value
from omnix_protocol.content import Call, CallState
from omnix_protocol.conversations import Interaction
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.ids import (
    ChannelAccountId,
    ConversationId,
    CustomerId,
    GroupId,
    InteractionId,
    MessageId,
    QueueId,
    UserId,
)
from omnix_protocol.messages import Memo, Message, Position
from omnix_protocol.people import PresenceState
from omnix_protocol.work import Case, Ticket

PageSize = Annotated[int, Meta(ge=1, le=200)]


class Entries(Value, frozen=True, kw_only=True):
    """Messages and memos of a conversation, each list in order of position."""

    messages: tuple[Message, ...] = ()
    memos: tuple[Memo, ...] = ()
    more: bool = False


class OlderEntries(Query, frozen=True, kw_only=True):
    """What a conversation's scope no longer holds: entries before a position, newest first."""

    answer: ClassVar[type[Struct]] = Entries
    conversation_id: ConversationId
    before_position: Position
    limit: PageSize = 100


class QueuePageAnswer(Value, frozen=True, kw_only=True):
    rows: tuple[Interaction, ...] = ()
    more: bool = False


class QueuePage(Query, frozen=True, kw_only=True):
    """Waiting interactions beyond those that the queue's scope holds, oldest first."""

    answer: ClassVar[type[Struct]] = QueuePageAnswer
    queue_id: QueueId
    after_queued_at: datetime | None = None
    after_id: InteractionId | None = None
    limit: PageSize = 100


class TargetAgent(Value, frozen=True, kw_only=True):
    user_id: UserId
    name: str
    state: PresenceState
    load: int
    limit: int


class TargetGroup(Value, frozen=True, kw_only=True):
    group_id: GroupId
    name: str
    online: int
    waiting: int


class TransferTargetsAnswer(Value, frozen=True, kw_only=True):
    agents: tuple[TargetAgent, ...] = ()
    groups: tuple[TargetGroup, ...] = ()


class TransferTargets(Query, frozen=True, kw_only=True):
    """To whom this interaction could go right now (S0.29, S3.7)."""

    answer: ClassVar[type[Struct]] = TransferTargetsAnswer
    interaction_id: InteractionId


class JourneyRow(Value, frozen=True, kw_only=True):
    """S0.52."""

    interaction_id: InteractionId
    conversation_id: ConversationId
    channel_kind: str
    channel_name: str
    group_name: str
    at: datetime
    status: str
    cases: int
    tickets: int
    open_cases: int


class JourneyPageAnswer(Value, frozen=True, kw_only=True):
    rows: tuple[JourneyRow, ...] = ()
    more: bool = False
    total: int = 0


class JourneyPage(Query, frozen=True, kw_only=True):
    """A customer's interactions, newest first (S0.51); audited, it opens a customer's whole story."""

    answer: ClassVar[type[Struct]] = JourneyPageAnswer
    audited: ClassVar[bool] = True
    customer_id: CustomerId
    before: datetime | None = None
    limit: PageSize = 50


class JourneyDetailAnswer(Value, frozen=True, kw_only=True):
    interaction: Interaction
    entries: Entries
    cases: tuple[Case, ...] = ()
    tickets: tuple[Ticket, ...] = ()


class JourneyDetail(Query, frozen=True, kw_only=True):
    """One interaction of the journey with all that belongs to it (S0.52 DETAIL)."""

    answer: ClassVar[type[Struct]] = JourneyDetailAnswer
    audited: ClassVar[bool] = True
    interaction_id: InteractionId


class CallLogRow(Value, frozen=True, kw_only=True):
    """One telephone call. It is called back with the customer's own conversation at hand."""

    message_id: MessageId
    conversation_id: ConversationId
    interaction_id: InteractionId
    customer_id: CustomerId
    customer_name: str = ""
    channel_account_id: ChannelAccountId
    channel_name: str = ""
    owner_id: UserId | None = None  # whose interaction it belongs to
    owner_name: str = ""
    at: datetime  # when it was first told
    outgoing: bool = False
    call: Call


class CallLogAnswer(Value, frozen=True, kw_only=True):
    rows: tuple[CallLogRow, ...] = ()
    more: bool = False


class CallLog(Query, frozen=True, kw_only=True):
    """Telephone calls, newest first (F36): of the accounts that the asker's groups serve, or for team leaders all.

    The next page begins before the last row's `at` and `message_id`.
    """

    answer: ClassVar[type[Struct]] = CallLogAnswer
    states: Annotated[tuple[CallState, ...], Meta(max_length=5)] = ()  # (): all
    mine: bool = False  # only those of interactions that are, or were, the asker's
    channel_account_id: ChannelAccountId | None = None
    before_at: datetime | None = None
    before_id: MessageId | None = None
    limit: PageSize = 50


class FoundCustomer(Value, frozen=True, kw_only=True):
    customer: Customer
    identities: tuple[Identity, ...] = ()


class SearchCustomersAnswer(Value, frozen=True, kw_only=True):
    rows: tuple[FoundCustomer, ...] = ()
    more: bool = False


class SearchCustomers(Query, frozen=True, kw_only=True):
    """Customers by number, name, phone, email, service number or channel address (S0.54–S0.56)."""

    answer: ClassVar[type[Struct]] = SearchCustomersAnswer
    keyword: Annotated[str, Meta(min_length=1, max_length=100)]
    limit: PageSize = 50


class ShownField(Value, frozen=True, kw_only=True):
    value: str = ""


class ShowNik(Query, frozen=True, kw_only=True):
    """A customer's NIK without its mask; audited, data protection law asks who has seen it."""

    answer: ClassVar[type[Struct]] = ShownField
    audited: ClassVar[bool] = True
    customer_id: CustomerId


class BoardFigure(StrEnum):
    WAITING = "waiting"
    HANDLING = "handling"
    HANDLED_TODAY = "handled_today"
    ABANDONED = "abandoned"


class BoardListAnswer(Value, frozen=True, kw_only=True):
    rows: tuple[Interaction, ...] = ()
    more: bool = False


class BoardList(Query, frozen=True, kw_only=True):
    """The list behind a number of the wallboard, oldest first."""

    answer: ClassVar[type[Struct]] = BoardListAnswer
    figure: BoardFigure
    channel_account_id: ChannelAccountId | None = None
    user_id: UserId | None = None
    limit: PageSize = 200


class BoardChannel(Value, frozen=True, kw_only=True):
    channel_account_id: ChannelAccountId
    kind: str
    name: str
    waiting: int = 0
    oldest_at: datetime | None = None
    handling: int = 0
    handled_today: int = 0


class BoardAgent(Value, frozen=True, kw_only=True):
    user_id: UserId
    name: str
    state: PresenceState
    aux_name: str = ""
    since: datetime | None = None
    load: int = 0
    limit: int = 0
    handled_today: int = 0
    first_reply_seconds: int | None = None  # mean of today


class BoardHour(Value, frozen=True, kw_only=True):
    hour: int  # of the tenant's day
    received: int = 0
    handled: int = 0


class Board(Entity, frozen=True, kw_only=True):
    """The wallboard's figures, projected by one leased writer at most 4 times a second; `id` is the tenant's."""

    at: datetime
    waiting: int = 0
    oldest_at: datetime | None = None
    oldest_channel: str = ""
    handling: int = 0
    handled_today: int = 0
    abandoned_today: int = 0
    replied_in_time: int = 0  # of those handled today, first reply within the tenant's rule
    replied: int = 0
    channels: tuple[BoardChannel, ...] = ()
    agents: tuple[BoardAgent, ...] = ()
    hours: tuple[BoardHour, ...] = ()


class BoardNow(Query, frozen=True, kw_only=True):
    """The board as it would be projected now; `version` is of the last one projected. By the projecting writer."""

    answer: ClassVar[type[Struct]] = Board


class ProjectBoard(Command, frozen=True, kw_only=True):
    """By the board's one leased writer: show these figures. Nothing happens where they are what is shown."""

    remembered: ClassVar[bool] = False
    board: Board
