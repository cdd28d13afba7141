"""Channels as this server has them, the tenant's accounts, and which group serves which account."""

import re

import msgspec
from msgspec import UnsetType

from backend.domain.base import Context, changed, handles, refused
from backend.domain.entitlement import speaks_for_another
from omnix_protocol import scopes
from omnix_protocol.bots import BOT
from omnix_protocol.channels import (
    AddChannelAccount,
    Channel,
    ChannelAccount,
    EditChannelAccount,
    PublishChannel,
    Queue,
    ReportChannelFault,
    ServeChannel,
)
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import SecretId, is_id
from omnix_protocol.people import Group


@handles(PublishChannel)
async def publish_channel(command: PublishChannel, ctx: Context) -> Refused | None:
    known = await ctx.tx.lock(Channel, command.kind)
    channel = Channel(
        id=command.kind,
        version=known.version if known else 1,
        name=command.name,
        group=command.group,
        capabilities=command.capabilities,
        settings=command.settings,
    )
    if known is None:
        ctx.put(channel, scopes.TENANT)
    elif channel != known:
        ctx.put(changed(channel))
    return None


def _bad_settings(channel: Channel, settings: dict[str, str], secret_id: SecretId | None) -> Refused | None:
    plain = {field.name: field for field in channel.settings if not field.secret}
    for name, value in settings.items():
        if name not in plain or len(value) > 2000:
            return refused(Reason.INVALID_FIELD, field=name[:80], detail=f"{channel.name} has no such setting")
        choices = plain[name].choices
        if choices and value and value not in choices:
            return refused(Reason.INVALID_FIELD, field=name, detail=f"one of {', '.join(choices)}")
        if value and plain[name].pattern and not re.fullmatch(plain[name].pattern, value):
            return refused(Reason.INVALID_FIELD, field=name, detail=plain[name].help or plain[name].label)
    for field in channel.settings:
        given = secret_id if field.secret else settings.get(field.name) or field.default
        if field.required and not given:
            return refused(Reason.INVALID_FIELD, field=field.name, detail="needed")
    return None


async def _bad_bot(ctx: Context, account: ChannelAccount) -> Refused | None:
    if account.bot_id is None:
        return None
    bot = await ctx.tx.get(ChannelAccount, account.bot_id)
    if bot is None or bot.kind != BOT or account.kind == BOT:
        return refused(Reason.INVALID_FIELD, field="bot_id", detail="a bot's account")
    return None


@handles(AddChannelAccount)
async def add_channel_account(command: AddChannelAccount, ctx: Context) -> Refused | None:
    if not is_id(command.channel_account_id):
        return refused(Reason.INVALID_FIELD, field="channel_account_id", detail="not a UUIDv7")
    channel = await ctx.need(Channel, command.kind)
    if (bad := _bad_settings(channel, command.settings, command.secret_id)) is not None:
        return bad
    if await ctx.tx.get(ChannelAccount, command.channel_account_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="ChannelAccount")
    account = ChannelAccount(
        id=command.channel_account_id,
        version=1,
        kind=command.kind,
        name=command.name,
        address=command.address,
        settings=command.settings,
        secret_id=command.secret_id,
    )
    ctx.put(account, scopes.TENANT)
    return None


@handles(EditChannelAccount)
async def edit_channel_account(command: EditChannelAccount, ctx: Context) -> Refused | None:
    account = await ctx.lock(ChannelAccount, command.channel_account_id)
    if account.version != command.base_version:
        return refused(Reason.VERSION_CONFLICT, version=account.version)
    edited = msgspec.structs.replace(
        account,
        name=command.name if command.name is not None else account.name,
        address=command.address if command.address is not None else account.address,
        active=command.active if command.active is not None else account.active,
        settings=command.settings if command.settings is not None else account.settings,
        secret_id=command.secret_id if command.secret_id is not None else account.secret_id,
        bot_id=account.bot_id if isinstance(command.bot_id, UnsetType) else command.bot_id,
    )
    channel = await ctx.need(Channel, account.kind)
    if (bad := _bad_settings(channel, edited.settings, edited.secret_id)) is not None:
        return bad
    if (bad := await _bad_bot(ctx, edited)) is not None:
        return bad
    if edited != account:
        ctx.put(changed(edited))
    return None


@handles(ReportChannelFault)
async def report_channel_fault(command: ReportChannelFault, ctx: Context) -> Refused | None:
    if speaks_for_another(ctx, command.channel_account_id):
        return refused(Reason.NOT_ENTITLED)
    account = await ctx.lock(ChannelAccount, command.channel_account_id)
    kind = command.fault_kind if command.fault else None
    if (account.fault, account.fault_kind) != (command.fault, kind):
        ctx.put(changed(account, fault=command.fault, fault_kind=kind))
    return None


@handles(ServeChannel)
async def serve_channel(command: ServeChannel, ctx: Context) -> Refused | None:
    if not is_id(command.queue_id):
        return refused(Reason.INVALID_FIELD, field="queue_id", detail="not a UUIDv7")
    account = await ctx.lock(ChannelAccount, command.channel_account_id)
    await ctx.need(Group, command.group_id)
    known = await ctx.tx.channels.queue_of(command.channel_account_id, command.group_id)
    if known is not None or await ctx.tx.get(Queue, command.queue_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Queue")
    queue = Queue(
        id=command.queue_id,
        version=1,
        channel_account_id=command.channel_account_id,
        group_id=command.group_id,
    )
    ctx.put(queue, scopes.queue(command.queue_id))
    # the catalogue moves too, so that whoever follows it learns that there is a queue more, and members follow it
    ctx.put(changed(account, default_queue_id=account.default_queue_id or command.queue_id))
    return None
