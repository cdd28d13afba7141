"""The call that rings or is talked right now, on its interaction: whoever sees that in a list is rung up (F36)."""

from backend.domain.base import Context, changed
from omnix_protocol import calls
from omnix_protocol.calls import LastTalk, LiveCall
from omnix_protocol.content import Call, CallState
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import CustomerId, MessageId
from omnix_protocol.messages import Direction, Message


async def begun(
    ctx: Context, call: Call | None, customer_id: CustomerId, current: Interaction | None = None
) -> LiveCall | None:
    """What stands beside an interaction after the first news of a call; what stood there where it rings nobody."""
    if call is None or call.state not in (CallState.RINGING, CallState.ANSWERED):
        return current.live_call if current is not None else None
    message_id = MessageId(ctx.derive("message"))
    return LiveCall(message_id=message_id, call=call, last=await _last(ctx, customer_id, current))


def goes_on(ctx: Context, message: Message, call: Call, interaction: Interaction) -> None:
    """More was told of a call that is there."""
    if message.direction is Direction.OUT:
        return  # what we dialled rings nobody here
    now = calls.live(interaction.live_call, MessageId(message.id), call)
    if now != interaction.live_call:
        ctx.put(changed(interaction, live_call=now))


async def _last(ctx: Context, customer_id: CustomerId, current: Interaction | None) -> LastTalk | None:
    """The talk that is still open, else the customer's newest, on whichever channel."""
    newest = [current] if current is not None else await ctx.tx.conversations.journey(customer_id, limit=1)
    return next(
        (LastTalk(at=it.last_at, channel_kind=it.channel_kind, agent_name=it.owner_name) for it in newest), None
    )
