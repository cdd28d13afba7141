"""What a tenant prepares for its agents: the category tree and quick replies."""

from typing import Annotated

from msgspec import Meta

from omnix_protocol.base import Command, Entity
from omnix_protocol.channels import Name
from omnix_protocol.ids import CategoryId, GroupId, QuickReplyId
from omnix_protocol.messages import Text

CASE_LEVELS = 5
"""Levels that an FCR's category has (S0.46)."""
TICKET_LEVELS = 3
"""Levels that a ticket's category has (S0.43)."""


class Category(Entity, frozen=True, kw_only=True):
    """A node of the category tree; a ticket takes one of level 3, a case one of level 5."""

    parent_id: CategoryId | None = None
    level: int  # 1 at the root
    name: Name
    active: bool = True


class QuickReply(Entity, frozen=True, kw_only=True):
    """A prepared text (S0.31). `{name}` stands for the customer's, `{agent}` for the agent's."""

    shortcut: str
    title: Name
    text: str
    group_id: GroupId | None = None  # None: everybody's
    active: bool = True


class AddCategory(Command, frozen=True, kw_only=True):
    """By an administrator."""

    category_id: CategoryId
    parent_id: CategoryId | None = None
    name: Name


class AddQuickReply(Command, frozen=True, kw_only=True):
    """By a team leader or above."""

    quick_reply_id: QuickReplyId
    shortcut: Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,30}$")]
    title: Name
    text: Text
    group_id: GroupId | None = None
