"""What a tenant prepares: the category tree and quick replies."""

from backend.domain.base import Context, handles, refused
from omnix_protocol import scopes
from omnix_protocol.catalogue import CASE_LEVELS, AddCategory, AddQuickReply, Category, QuickReply
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import is_id
from omnix_protocol.people import Group


@handles(AddCategory)
async def add_category(command: AddCategory, ctx: Context) -> Refused | None:
    if not is_id(command.category_id):
        return refused(Reason.INVALID_FIELD, field="category_id", detail="not a UUIDv7")
    above = await ctx.need(Category, command.parent_id) if command.parent_id is not None else None
    level = above.level + 1 if above else 1
    if level > CASE_LEVELS:
        return refused(Reason.INVALID_FIELD, field="parent_id", detail=f"the tree has {CASE_LEVELS} levels")
    if await ctx.tx.get(Category, command.category_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Category")
    category = Category(id=command.category_id, version=1, parent_id=command.parent_id, level=level, name=command.name)
    ctx.put(category, scopes.TENANT)
    return None


@handles(AddQuickReply)
async def add_quick_reply(command: AddQuickReply, ctx: Context) -> Refused | None:
    if not is_id(command.quick_reply_id):
        return refused(Reason.INVALID_FIELD, field="quick_reply_id", detail="not a UUIDv7")
    if not command.text.strip():
        return refused(Reason.EMPTY_TEXT)
    if command.group_id is not None:
        await ctx.need(Group, command.group_id)
    named = await ctx.tx.catalogue.quick_reply_by_shortcut(command.shortcut)
    if any(known.group_id == command.group_id and known.active for known in named):
        return refused(Reason.ALREADY_EXISTS, type="QuickReply")
    if await ctx.tx.get(QuickReply, command.quick_reply_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="QuickReply")
    quick_reply = QuickReply(
        id=command.quick_reply_id,
        version=1,
        shortcut=command.shortcut,
        title=command.title,
        text=command.text,
        group_id=command.group_id,
    )
    ctx.put(quick_reply, scopes.TENANT)
    return None
