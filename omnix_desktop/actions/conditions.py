"""When something may be done: each says why not, or nothing."""

from omnix_desktop.actions.place import Place
from omnix_desktop.models.why import Why
from omnix_protocol.conversations import Status
from omnix_protocol.people import Role


def online(place: Place) -> Why | None:
    """What needs the server's word at once."""
    return place.desk.status.offline()


def opened(place: Place) -> Why | None:
    return None if place.desk.conversation.interaction else Why("why.nothing_opened")


def mine(place: Place) -> Why | None:
    """An interaction that this user handles is open."""
    it = place.desk.conversation.interaction
    if it is None:
        return Why("why.nothing_opened")
    if place.desk.conversation.mine:
        return None
    if it.ended_at is not None:
        return Why("why.ended")
    if it.status is Status.BOT:
        return Why("composer.bot_answers")
    if it.status is Status.QUEUED:
        return Why("why.not_picked_up")
    return Why("refused.not_owner", (("name", it.owner_name),))


def room_for_more(place: Place) -> Why | None:
    """The pick-up limit is not reached (S0.20); the server has the last word."""
    limit = place.desk.catalogue.limit
    reached = place.desk.inbox.counts.handling >= limit
    return Why("refused.limit_reached", (("limit", limit),)) if reached else None


def something_waits(place: Place) -> Why | None:
    return None if place.desk.channels.total else Why("refused.queue_empty")


def opened_waits(place: Place) -> Why | None:
    """For an agent, or a bot answers it: a person may take it (S3.9)."""
    it = place.desk.conversation.interaction
    if it is None:
        return Why("why.nothing_opened")
    return None if it.status in (Status.QUEUED, Status.BOT) else Why("why.not_waiting")


def supervises(place: Place) -> Why | None:
    """Supervisors and above."""
    enough = Role(place.ports.account.me.role).rank >= Role.SUPERVISOR.rank
    return None if enough else Why("why.supervisors_only")


def administers(place: Place) -> Why | None:
    """Administrators and above."""
    enough = Role(place.ports.account.me.role).rank >= Role.ADMINISTRATOR.rank
    return None if enough else Why("why.administrators_only")


def leads(place: Place) -> Why | None:
    """Team leaders and above."""
    enough = Role(place.ports.account.me.role).rank >= Role.TEAM_LEADER.rank
    return None if enough else Why("why.leaders_only")


def something_handled(place: Place) -> Why | None:
    return None if place.desk.inbox.counts.handling else Why("why.nothing_handled")
