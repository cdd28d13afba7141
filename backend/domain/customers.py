"""Customers: added by hand, and edited by whoever serves them."""

from typing import Any

from msgspec import UNSET, UnsetType

from backend.domain import people_data
from backend.domain.base import Context, changed, handles, refused
from backend.domain.entitlement import sees_customer, speaks_for_another
from backend.store.errors import Conflict
from omnix_protocol import scopes
from omnix_protocol.channels import Channel
from omnix_protocol.content import ActKind
from omnix_protocol.conversations import Interaction
from omnix_protocol.customers import AddCustomer, BlockIdentity, Customer, EditCustomer, Identity, NameIdentity
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import CustomerId, is_id

PLAIN = ("address", "birthday", "nik", "fields")
MAX_FIELDS = 50
MAX_FIELD = 1000


@handles(AddCustomer)
async def add_customer(command: AddCustomer, ctx: Context) -> Refused | None:
    if not is_id(command.customer_id):
        return refused(Reason.INVALID_FIELD, field="customer_id", detail="not a UUIDv7")
    name = command.name.strip()
    if not name:
        return refused(Reason.INVALID_FIELD, field="name", detail="a name is needed")
    fields = _contacts(command.phones, command.emails, command.service_numbers)
    if isinstance(fields, Refused):
        return fields
    if await ctx.tx.get(Customer, command.customer_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Customer")
    number = await ctx.tx.next_number("customer")
    customer = Customer(id=command.customer_id, version=1, number=number, name=name, address=command.address, **fields)
    ctx.put(customer, scopes.customer(command.customer_id))
    return None


@handles(BlockIdentity)
async def block_identity(command: BlockIdentity, ctx: Context) -> Refused | None:
    """Here at once; the provider is told by a job, where it takes such a word."""
    seen = await ctx.need(Identity, command.identity_id)
    if not await sees_customer(ctx, seen.customer_id):
        return refused(Reason.NOT_ENTITLED)
    identity = await ctx.lock(Identity, command.identity_id)
    if identity.blocked is command.blocked:
        return None
    ctx.put(changed(identity, blocked=command.blocked))
    channel = await ctx.tx.get(Channel, identity.channel_kind)
    kind = ActKind.BLOCK if command.blocked else ActKind.UNBLOCK
    if channel is None or kind not in channel.capabilities.acts:
        return None
    for conversation in await ctx.tx.conversations.of_customer(identity.customer_id):
        if conversation.identity_id == identity.id:
            account_id = conversation.channel_account_id
            payload = {"kind": kind, "channel_account_id": account_id, "identity_id": identity.id}
            ctx.job("act", payload, key=f"block:{account_id}:{identity.id}")
    return None


@handles(NameIdentity)
async def name_identity(command: NameIdentity, ctx: Context) -> Refused | None:
    """Fills what is empty: an agent may have entered a name meanwhile."""
    if speaks_for_another(ctx, command.channel_account_id):
        return refused(Reason.NOT_ENTITLED)
    seen = await ctx.need(Identity, command.identity_id)
    if called := seen.name or command.name:
        await name_customer(ctx, seen.customer_id, called)
    identity = await ctx.lock(Identity, command.identity_id)
    name, handle = identity.name or command.name, identity.handle or command.handle
    if (name, handle) != (identity.name, identity.handle):
        ctx.put(changed(identity, name=name, handle=handle))
    return None


async def name_customer(ctx: Context, customer_id: CustomerId, called: str) -> None:
    """Whoever has no name yet is called so, also where they wait or are talked to."""
    open_ones = await _locked_open(ctx, customer_id)
    customer = await ctx.lock(Customer, customer_id)
    if not customer.name:
        ctx.put(changed(customer, name=called))
        await _rename(ctx, open_ones, customer_id, called)


@handles(EditCustomer)
async def edit_customer(command: EditCustomer, ctx: Context) -> Refused | None:
    await ctx.need(Customer, command.customer_id)
    if not await sees_customer(ctx, command.customer_id):
        return refused(Reason.NOT_ENTITLED)
    fields = _edits(command)
    if isinstance(fields, Refused):
        return fields
    renames = "name" in fields
    open_ones = await _locked_open(ctx, command.customer_id) if renames else {}
    customer = await ctx.lock(Customer, command.customer_id)
    if customer.version != command.base_version:
        return refused(Reason.VERSION_CONFLICT, version=customer.version)
    if all(getattr(customer, name) == value for name, value in fields.items()):
        return None
    ctx.put(changed(customer, **fields))
    if renames and fields["name"] != customer.name:
        await _rename(ctx, open_ones, command.customer_id, fields["name"])
    return None


async def _rename(ctx: Context, open_ones: dict[str, Interaction], customer_id: CustomerId, name: str) -> None:
    """The open interactions, locked before the customer was, show the new name too."""
    now_open = {interaction.id for interaction in await ctx.tx.conversations.open_of_customer(customer_id)}
    if now_open - open_ones.keys():
        raise Conflict("another interaction began before the customer was locked")
    for interaction in open_ones.values():
        ctx.put(changed(interaction, customer_name=name))


async def _locked_open(ctx: Context, customer_id: CustomerId) -> dict[str, Interaction]:
    found = await ctx.tx.conversations.open_of_customer(customer_id)
    return {key: await ctx.lock(Interaction, key) for key in sorted(interaction.id for interaction in found)}


def _edits(command: EditCustomer) -> dict[str, Any] | Refused:
    fields = {name: value for name in PLAIN if (value := getattr(command, name)) is not UNSET}
    if command.name is not UNSET:
        fields["name"] = str(command.name).strip()
        if not fields["name"]:
            return refused(Reason.INVALID_FIELD, field="name", detail="a name is needed")
    if len(own := fields.get("fields", {})) > MAX_FIELDS or any(len(k) + len(v) > MAX_FIELD for k, v in own.items()):
        return refused(Reason.INVALID_FIELD, field="fields", detail="too many or too long")
    contacts = _contacts(command.phones, command.emails, command.service_numbers)
    return contacts if isinstance(contacts, Refused) else fields | contacts


def _contacts(
    phones: tuple[str, ...] | UnsetType, emails: tuple[str, ...] | UnsetType, numbers: tuple[str, ...] | UnsetType
) -> dict[str, Any] | Refused:
    fields: dict[str, Any] = {}
    for name, given, written in (("phones", phones, people_data.phone), ("emails", emails, people_data.email)):
        if isinstance(given, UnsetType):
            continue
        known: list[str] = []
        for text in filter(str.strip, given):
            plain = written(text)
            if plain is None:
                return refused(Reason.INVALID_FIELD, field=name, detail=text[:80])
            known.append(plain)
        fields[name] = tuple(dict.fromkeys(known))
    if not isinstance(numbers, UnsetType):
        fields["service_numbers"] = tuple(dict.fromkeys(text.strip() for text in numbers if text.strip()))
    return fields
