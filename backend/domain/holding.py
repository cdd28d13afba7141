"""What an agent holds: the load on the agent's own row, and the limit that it may not exceed."""

from backend.domain.base import AskContext, Context, changed, refused
from omnix_protocol import rules
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import UserId
from omnix_protocol.people import Presence, PresenceState, User


async def locked_presences(ctx: Context, *user_ids: UserId | None) -> dict[str, Presence]:
    """The rows of these people, locked in the order of their ids: every handler locks them before anything else."""
    wanted = sorted({user_id for user_id in user_ids if user_id is not None})
    return {user_id: await ctx.lock(Presence, user_id) for user_id in wanted}


async def limit_of(ctx: AskContext, user: User) -> int:
    return rules.pick_up_limit((await ctx.tenant()).rules, user)


def take(ctx: Context, presence: Presence, limit: int) -> Presence:
    """One interaction more. The database holds the load to the limit too, should a handler have counted wrong."""
    return ctx.put(changed(presence, load=presence.load + 1), columns={"load_limit": limit})


async def taken(ctx: Context, user_id: str, presence: Presence) -> User | Refused:
    """The user with one interaction more; `presence` is theirs, locked."""
    # read again after the lock of their row: whoever was deactivated meanwhile takes nothing more
    user = await ctx.need(User, user_id)
    if not user.active:
        return refused(Reason.NOT_SIGNED_IN)
    limit = await limit_of(ctx, user)
    if presence.load >= limit:
        return refused(Reason.LIMIT_REACHED, limit=limit)
    take(ctx, presence, limit)
    return user


def let_go(ctx: Context, presence: Presence, count: int = 1) -> Presence:
    """So many interactions less."""
    return ctx.put(changed(presence, load=max(0, presence.load - count)))


async def is_ready(ctx: AskContext, user_id: UserId) -> bool:
    """Whether the person is there and takes work."""
    presence = await ctx.tx.get(Presence, user_id)
    return presence is not None and presence.state is PresenceState.ONLINE
