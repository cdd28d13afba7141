"""Who is there: what a person says about themselves, and what the gateway's leases say."""

from backend.domain.base import Context, changed, handles, refused
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.people import (
    AuxCode,
    Presence,
    PresenceState,
    RecordPasswordReset,
    RecordPresence,
    RecordSignIn,
    SetPresence,
)

MAX_DEVICES = 20


@handles(SetPresence)
async def set_presence(command: SetPresence, ctx: Context) -> Refused | None:
    if command.state is PresenceState.OFFLINE:
        return refused(Reason.INVALID_FIELD, field="state", detail="offline is who has no device connected")
    aux = command.aux_code_id if command.state is PresenceState.AUX else None
    if aux is not None:
        await ctx.need(AuxCode, aux)
    presence = await ctx.lock(Presence, ctx.acting_user().id)
    if (presence.state, presence.aux_code_id) != (command.state, aux):
        ctx.put(changed(presence, state=command.state, aux_code_id=aux, since=ctx.now))
    return None


@handles(RecordPresence)
async def record_presence(command: RecordPresence, ctx: Context) -> Refused | None:
    presence = await ctx.lock(Presence, command.user_id)
    devices = tuple(sorted(set(command.devices)))[:MAX_DEVICES]
    state = _state_with(presence, devices)
    if (devices, state) == (presence.devices, presence.state):
        return None
    since = presence.since if state is presence.state else ctx.now
    ctx.put(changed(presence, devices=devices, state=state, since=since))
    return None


def _state_with(presence: Presence, devices: tuple[str, ...]) -> PresenceState:
    if not devices:
        return PresenceState.OFFLINE
    if presence.state is not PresenceState.OFFLINE:
        return presence.state
    # the reason for being away outlives a lost connection
    return PresenceState.AUX if presence.aux_code_id is not None else PresenceState.ONLINE


@handles(RecordSignIn)
async def record_sign_in(command: RecordSignIn, ctx: Context) -> Refused | None:
    presence = await ctx.lock(Presence, command.user_id)
    ctx.put(
        changed(
            presence,
            signed_in_at=ctx.now,
            signed_in_with=command.device_name,
            signed_in_from=command.address,
        )
    )
    return None


@handles(RecordPasswordReset)
async def record_password_reset(command: RecordPasswordReset, ctx: Context) -> Refused | None:
    presence = await ctx.lock(Presence, command.user_id)
    ctx.put(changed(presence, password_reset_at=ctx.now, password_reset_from=command.address))
    return None
