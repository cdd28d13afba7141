"""Other programs beside the conversation: administrators name them, everybody of the tenant reads them (F36)."""

from backend.domain.base import Absent, Context, changed, handles, refused
from omnix_protocol import scopes
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import is_id
from omnix_protocol.integrations import (
    INTEGRATIONS_MAX,
    AddIntegration,
    AddressFault,
    EditIntegration,
    Integration,
    OrderIntegrations,
    RemoveIntegration,
    address_fault,
    unknown_gaps,
)

_SAID = {
    AddressFault.NO_ADDRESS: "this is no address",
    AddressFault.NOT_SECURE: "only https, or http to localhost",
    AddressFault.SIGNS_IN: "no user name or password in the address",
    AddressFault.GAP_IN_HOST: "the host's name cannot come from a placeholder",
    AddressFault.LOOSE_BRACE: "a brace is open or stands alone",
}


@handles(AddIntegration)
async def add_integration(command: AddIntegration, ctx: Context) -> Refused | None:
    if not is_id(command.integration_id):
        return refused(Reason.INVALID_FIELD, field="integration_id", detail="not a UUIDv7")
    if (bar := _barred(command.name, command.address)) is not None:
        return bar
    if await ctx.tx.get(Integration, command.integration_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Integration")
    there = await _there(ctx)
    if len(there) >= INTEGRATIONS_MAX:
        return refused(Reason.INVALID_FIELD, field="integration_id", detail=f"at most {INTEGRATIONS_MAX}")
    place = there[-1].place + 1 if there else 1
    made = Integration(
        id=command.integration_id, version=1, name=command.name.strip(), address=command.address, place=place
    )
    ctx.put(made, scopes.TENANT)
    return None


@handles(EditIntegration)
async def edit_integration(command: EditIntegration, ctx: Context) -> Refused | None:
    known = await _locked(ctx, command.integration_id)
    if known.version != command.base_version:
        return refused(Reason.VERSION_CONFLICT, version=known.version)
    name = known.name if command.name is None else command.name.strip()
    address = known.address if command.address is None else command.address
    if (bar := _barred(name, address)) is not None:
        return bar
    if (name, address) != (known.name, known.address):
        ctx.put(changed(known, name=name, address=address))
    return None


@handles(OrderIntegrations)
async def order_integrations(command: OrderIntegrations, ctx: Context) -> Refused | None:
    for named in sorted(set(command.integration_ids)):
        await _locked(ctx, named)
    there = {it.id: it for it in await _there(ctx)}
    wanted: list[str] = [*command.integration_ids, *there]
    for place, integration_id in enumerate(dict.fromkeys(wanted), 1):
        if there[integration_id].place != place:
            ctx.put(changed(there[integration_id], place=place))
    return None


@handles(RemoveIntegration)
async def remove_integration(command: RemoveIntegration, ctx: Context) -> None:
    ctx.put(changed(await _locked(ctx, command.integration_id), active=False))


async def _locked(ctx: Context, integration_id: str) -> Integration:
    known = await ctx.lock(Integration, integration_id)
    if not known.active:
        raise Absent(refused(Reason.NOT_FOUND, type="Integration"))
    return known


async def _there(ctx: Context) -> list[Integration]:
    """Those that are shown, in their order."""
    return sorted((it for it in await ctx.tx.all(Integration) if it.active), key=lambda it: (it.place, it.id))


def _barred(name: str, address: str) -> Refused | None:
    if not name.strip():
        return refused(Reason.INVALID_FIELD, field="name", detail="it needs a name")
    fault = address_fault(address)
    if fault is None:
        return None
    said = _SAID.get(fault) or f"there is no placeholder {{{unknown_gaps(address)[0]}}}"
    return refused(Reason.INVALID_FIELD, field="address", detail=said)
