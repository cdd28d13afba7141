"""Cases and tickets: written by whoever handles the interaction, as often as needed."""

from typing import NamedTuple

from backend.domain import attachments
from backend.domain.base import Context, changed, handles, refused
from omnix_protocol import scopes
from omnix_protocol.catalogue import CASE_LEVELS, TICKET_LEVELS
from omnix_protocol.conversations import Interaction
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import CategoryId, InteractionId, UserId, is_id
from omnix_protocol.people import Group, Role
from omnix_protocol.work import Case, CreateCase, CreateTicket, Ticket, TicketStatus


class Ground(NamedTuple):
    """What a case or ticket stands on: its locked interaction and the names of its category."""

    interaction: Interaction
    path: tuple[str, ...]


async def _ground(ctx: Context, command: CreateCase | CreateTicket, levels: int) -> Ground | Refused:
    if not command.subject.strip():
        return refused(Reason.INVALID_FIELD, field="subject", detail="a subject is needed")
    if not command.remark.strip():
        return refused(Reason.INVALID_FIELD, field="remark", detail="a remark is needed")
    interaction = await ctx.lock(Interaction, command.interaction_id)
    if interaction.owner_id != ctx.acting_user().id and not ctx.ranks(Role.TEAM_LEADER):
        return refused(Reason.NOT_OWNER, name=interaction.owner_name)
    path = await _category_path(ctx, command.category_id, levels)
    return path if isinstance(path, Refused) else Ground(interaction, path)


async def _category_path(ctx: Context, category_id: CategoryId, levels: int) -> tuple[str, ...] | Refused:
    path = await ctx.tx.catalogue.path_to(category_id)
    if not path:
        return refused(Reason.NOT_FOUND, type="Category")
    if len(path) != levels:
        return refused(Reason.INVALID_FIELD, field="category_id", detail=f"choose a category of level {levels}")
    if not all(category.active for category in path):
        return refused(Reason.INVALID_FIELD, field="category_id", detail="this category is no longer used")
    return tuple(category.name for category in path)


@handles(CreateCase)
async def create_case(command: CreateCase, ctx: Context) -> Refused | None:
    if not is_id(command.case_id):
        return refused(Reason.INVALID_FIELD, field="case_id", detail="not a UUIDv7")
    ground = await _ground(ctx, command, CASE_LEVELS)
    if isinstance(ground, Refused):
        return ground
    if await ctx.tx.get(Case, command.case_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Case")
    author = ctx.acting_user()
    interaction = ground.interaction
    case = Case(
        id=command.case_id,
        version=1,
        number=await ctx.tx.next_number("case"),
        interaction_id=InteractionId(interaction.id),
        conversation_id=interaction.conversation_id,
        customer_id=interaction.customer_id,
        subject=command.subject.strip(),
        category_id=command.category_id,
        category_path=ground.path,
        remark=command.remark,
        service_number=command.service_number,
        status=command.status,
        author_id=UserId(author.id),
        author_name=author.name,
        at=ctx.now,
    )
    ctx.put(case, scopes.customer(interaction.customer_id))
    ctx.put(changed(interaction, cases=interaction.cases + 1))
    return None


@handles(CreateTicket)
async def create_ticket(command: CreateTicket, ctx: Context) -> Refused | None:
    if not is_id(command.ticket_id):
        return refused(Reason.INVALID_FIELD, field="ticket_id", detail="not a UUIDv7")
    ground = await _ground(ctx, command, TICKET_LEVELS)
    if isinstance(ground, Refused):
        return ground
    group = await ctx.need(Group, command.owner_group_id)
    if not group.active:
        return refused(Reason.INVALID_FIELD, field="owner_group_id", detail="this group is no longer used")
    if await ctx.tx.get(Ticket, command.ticket_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Ticket")
    author = ctx.acting_user()
    interaction = ground.interaction
    if (barred := await attachments.barred(ctx, command.attachments, interaction.conversation_id)) is not None:
        return barred
    ticket = Ticket(
        id=command.ticket_id,
        version=1,
        number=await ctx.tx.next_number("ticket"),
        interaction_id=InteractionId(interaction.id),
        conversation_id=interaction.conversation_id,
        customer_id=interaction.customer_id,
        subject=command.subject.strip(),
        category_id=command.category_id,
        category_path=ground.path,
        remark=command.remark,
        owner_group_id=command.owner_group_id,
        owner_group_name=group.name,
        priority=command.priority,
        attachments=command.attachments,
        status=TicketStatus.OPEN,
        author_id=UserId(author.id),
        author_name=author.name,
        at=ctx.now,
    )
    ctx.put(ticket, scopes.customer(interaction.customer_id))
    ctx.put(changed(interaction, tickets=interaction.tickets + 1))
    await attachments.attach(ctx, command.attachments, interaction.conversation_id)
    return None
