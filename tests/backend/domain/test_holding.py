"""The pick-up limit is a constraint of the database too: a handler that counts wrong is stopped there."""

from typing import Any

import pytest

from backend.domain.base import HANDLERS, Context
from backend.domain.holding import limit_of, take
from omnix_protocol.conversations import PickUp
from omnix_protocol.errors import Reason
from omnix_protocol.people import Presence, SetPickUpLimit
from tests.support.office import Office


async def without_looking(_command: PickUp, ctx: Context) -> None:
    """The planted fault: it takes one more, whatever the load is."""
    user = ctx.acting_user()
    take(ctx, await ctx.lock(Presence, user.id), await limit_of(ctx, user))


async def test_a_handler_that_forgets_the_limit_is_stopped(company: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await company.done("sari", SetPickUpLimit(user_id=company.user("ayu"), limit=2))
    await company.serving("ayu", sender="rina")
    third = await company.writes(sender="wati")
    handlers: dict[Any, Any] = HANDLERS
    monkeypatch.setitem(handlers, PickUp, without_looking)
    await company.done("ayu", PickUp(interaction_id=third.interaction_id))  # the second: within the limit
    assert (await company.barred("ayu", PickUp(interaction_id=third.interaction_id))).code == Reason.UNAVAILABLE
    assert (await company.get(Presence, company.user("ayu"))).load == 2


async def test_a_lower_limit_counts_from_the_next_one_on(company: Office) -> None:
    for sender in ("rina", "dewi"):
        await company.serving("ayu", sender=sender)
    await company.done("sari", SetPickUpLimit(user_id=company.user("ayu"), limit=1))
    third = await company.writes(sender="wati")
    barred = await company.barred("ayu", PickUp(interaction_id=third.interaction_id))
    assert (barred.code, barred.args) == (Reason.LIMIT_REACHED, {"limit": 1})
    assert (await company.get(Presence, company.user("ayu"))).load == 2
