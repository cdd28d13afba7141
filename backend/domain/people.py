"""The tenant and its numbers, groups, users, AUX codes."""

from typing import Any

import msgspec

from backend.domain.base import Context, changed, handles, refused
from backend.domain.transfer import lay_down_all
from omnix_protocol import scopes
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import GroupId, is_id
from omnix_protocol.people import (
    AddAuxCode,
    AddGroup,
    AddUser,
    AuxCode,
    EditRules,
    EditUser,
    Group,
    OpenTenant,
    Presence,
    Role,
    SetPickUpLimit,
    Tenant,
    User,
)


@handles(OpenTenant)
async def open_tenant(command: OpenTenant, ctx: Context) -> Refused | None:
    if command.tenant_id != ctx.tenant_id:
        return refused(Reason.NOT_ENTITLED)
    if await ctx.tx.get(Tenant, command.tenant_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Tenant")
    tenant = Tenant(
        id=command.tenant_id,
        version=1,
        code=command.code,
        name=command.name,
        locale=command.locale,
        time_zone=command.time_zone,
    )
    ctx.put(tenant, scopes.TENANT)
    return None


@handles(EditRules)
async def edit_rules(command: EditRules, ctx: Context) -> Refused | None:
    for field, number in msgspec.structs.asdict(command.rules).items():
        if number < 0 or number > 1 << 31:
            return refused(Reason.INVALID_FIELD, field=field, detail="a number from 0 on")
    tenant = await ctx.lock(Tenant, ctx.tenant_id)
    if tenant.version != command.base_version:
        return refused(Reason.VERSION_CONFLICT, version=tenant.version)
    if tenant.rules != command.rules:
        ctx.put(changed(tenant, rules=command.rules))
    return None


@handles(AddGroup)
async def add_group(command: AddGroup, ctx: Context) -> Refused | None:
    if not is_id(command.group_id):
        return refused(Reason.INVALID_FIELD, field="group_id", detail="not a UUIDv7")
    if await ctx.tx.get(Group, command.group_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Group")
    ctx.put(Group(id=command.group_id, version=1, name=command.name), scopes.TENANT)
    return None


@handles(AddAuxCode)
async def add_aux_code(command: AddAuxCode, ctx: Context) -> Refused | None:
    if not is_id(command.aux_code_id):
        return refused(Reason.INVALID_FIELD, field="aux_code_id", detail="not a UUIDv7")
    if any(command.code == known.code or command.aux_code_id == known.id for known in await ctx.tx.all(AuxCode)):
        return refused(Reason.ALREADY_EXISTS, type="AuxCode")
    ctx.put(AuxCode(id=command.aux_code_id, version=1, code=command.code, name=command.name), scopes.TENANT)
    return None


def _above(ctx: Context, role: Role) -> bool:
    return ctx.user is not None and role.rank > ctx.user.role.rank


async def _unknown_group(ctx: Context, group_ids: tuple[GroupId, ...]) -> Refused | None:
    if len(await ctx.tx.get_many(Group, group_ids)) != len(set(group_ids)):
        return refused(Reason.NOT_FOUND, type="Group")
    return None


@handles(AddUser)
async def add_user(command: AddUser, ctx: Context) -> Refused | None:
    if not is_id(command.user_id):
        return refused(Reason.INVALID_FIELD, field="user_id", detail="not a UUIDv7")
    if _above(ctx, command.role):
        return refused(Reason.NOT_ENTITLED)
    if (unknown := await _unknown_group(ctx, command.group_ids)) is not None:
        return unknown
    known = await ctx.tx.people.user_by_email(command.email) or await ctx.tx.get(User, command.user_id)
    if known is not None:
        return refused(Reason.ALREADY_EXISTS, type="User")
    user = User(
        id=command.user_id,
        version=1,
        name=command.name,
        email=command.email,
        role=command.role,
        group_ids=tuple(dict.fromkeys(command.group_ids)),
    )
    ctx.put(user, scopes.TENANT)
    ctx.put(Presence(id=command.user_id, version=1, since=ctx.now), scopes.agent(command.user_id))
    return None


@handles(EditUser)
async def edit_user(command: EditUser, ctx: Context) -> Refused | None:
    user = await ctx.lock(User, command.user_id)
    if _above(ctx, user.role) or (command.role is not None and _above(ctx, command.role)):
        return refused(Reason.NOT_ENTITLED)
    if ctx.user is not None and ctx.user.id == user.id and (command.active is False or command.role is not None):
        field = "role" if command.role is not None else "active"
        return refused(Reason.INVALID_FIELD, field=field, detail="nobody changes this about themselves")
    if user.version != command.base_version:
        return refused(Reason.VERSION_CONFLICT, version=user.version)
    if command.group_ids is not None and (unknown := await _unknown_group(ctx, command.group_ids)) is not None:
        return unknown
    edits: dict[str, Any] = {
        name: value
        for name in ("name", "role", "group_ids", "active")
        if (value := getattr(command, name)) is not None and value != getattr(user, name)
    }
    if edits:
        ctx.put(changed(user, **edits))
    if edits.get("active") is False:
        await lay_down_all(ctx, command.user_id)
    return None


@handles(SetPickUpLimit)
async def set_pick_up_limit(command: SetPickUpLimit, ctx: Context) -> Refused | None:
    user = await ctx.lock(User, command.user_id)
    if user.pick_up_limit != command.limit:
        ctx.put(changed(user, pick_up_limit=command.limit))
    return None
