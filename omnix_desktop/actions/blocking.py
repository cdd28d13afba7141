"""Blocking whoever writes in the opened conversation: what comes is noted, and nobody is called for it (S3.11)."""

from omnix_desktop.actions.base import action, first_refusal
from omnix_desktop.actions.conditions import online, opened
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import Why, sentence
from omnix_protocol.customers import BlockIdentity, Identity
from omnix_protocol.ids import IdentityId


def _writes_here(place: Place) -> Identity | None:
    """The address that the opened conversation is with."""
    talk, known = place.desk.thread.conversation, place.desk.customer.known
    if talk is None or known is None:
        return None
    return next((one for one in known.identities if one.id == talk.identity_id), None)


def _may_be_blocked(place: Place) -> Why | None:
    found = _writes_here(place)
    if found is None:
        return Why("why.customer_not_here")
    return Why("why.blocked") if found.blocked else None


def _may_be_unblocked(place: Place) -> Why | None:
    found = _writes_here(place)
    if found is None:
        return Why("why.customer_not_here")
    return None if found.blocked else Why("why.not_blocked")


@action("customer.block", icon="ban", enabled_when=first_refusal(online, opened, _may_be_blocked))
async def block(place: Place) -> None:
    found = _writes_here(place)
    if found is None:
        return
    name = found.name or found.handle or found.address
    sure = await place.screen.confirm(
        tr("customer.block_title", name=name), tr("customer.block_sentence"), tr("customer.block_yes")
    )
    if sure:
        await _say(place, found, blocked=True)


@action("customer.unblock", icon="user-check", enabled_when=first_refusal(online, opened, _may_be_unblocked))
async def unblock(place: Place) -> None:
    found = _writes_here(place)
    if found is not None:
        await _say(place, found, blocked=False)


async def _say(place: Place, identity: Identity, *, blocked: bool) -> None:
    outcome = await place.ports.run.now(BlockIdentity(identity_id=IdentityId(identity.id), blocked=blocked))
    if outcome.refused is not None:
        place.screen.tell(sentence(outcome.refused), "soon")
