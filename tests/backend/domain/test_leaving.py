"""Whoever is deactivated leaves nobody waiting: what they held goes back to its line."""

import asyncio
from typing import Any

from omnix_protocol import scopes
from omnix_protocol.channels import Queue
from omnix_protocol.conversations import End, Interaction, PickUp, PickUpNext, Status
from omnix_protocol.errors import Reason
from omnix_protocol.people import EditUser, Presence, User
from tests.support.office import Office


async def edited(company: Office, who: str, **fields: Any) -> EditUser:
    user = await company.get(User, company.user(who))
    return EditUser(user_id=company.user(who), base_version=user.version, **fields)


async def test_what_they_held_waits_in_its_line_again(company: Office) -> None:
    first, second = await company.serving("ayu", sender="rina"), await company.serving("ayu", sender="dewi")
    await company.done("adi", await edited(company, "ayu", active=False))
    for held in (first, second):
        now = await company.get(Interaction, held.id)
        assert (now.status, now.owner_id, now.owner_name) == (Status.QUEUED, None, "")
        assert ("Interaction", held.id) in await company.holds(scopes.queue(now.queue_id))
    assert (await company.get(Queue, first.queue_id)).waiting == 2
    assert (await company.get(Presence, company.user("ayu"))).load == 0
    assert await company.holds(scopes.agent(company.user("ayu"))) == {("Presence", company.user("ayu"))}
    await company.done("bima", PickUp(interaction_id=first.id))  # type: ignore[arg-type]  # an entity's id is text


async def test_what_was_kept_for_them_is_everybodys(company: Office) -> None:
    await company.online("ayu")
    interaction = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=interaction.id))  # type: ignore[arg-type]  # an entity's id is text
    again = await company.writes("Satu lagi")
    assert (await company.get(Interaction, again.interaction_id)).reserved_for == company.user("ayu")
    assert (await company.barred("bima", PickUp(interaction_id=again.interaction_id))).code == Reason.ALREADY_TAKEN
    await company.done("adi", await edited(company, "ayu", active=False))
    await company.takes("bima", again.interaction_id)


async def test_they_take_nothing_more_however_fast_they_were(company: Office) -> None:
    for number in range(8):
        await company.writes(sender=f"pelanggan{number}")
    leaving = await edited(company, "ayu", active=False)
    tries = [company.run("ayu", PickUpNext()) for _ in range(8)]
    outcomes = await asyncio.gather(*tries[:4], company.run("adi", leaving), *tries[4:])
    assert outcomes[4].refused is None
    async with company.store.read(company.tenant_id) as tx:
        assert await tx.conversations.held_by(company.user("ayu")) == []
    assert (await company.get(Presence, company.user("ayu"))).load == 0
    assert (await company.barred("ayu", PickUpNext())).code == Reason.NOT_SIGNED_IN


async def test_other_edits_take_nothing_away(company: Office) -> None:
    held = await company.serving("ayu")
    await company.done("adi", await edited(company, "ayu", name="Ayu Lestari"))
    assert (await company.get(Interaction, held.id)).owner_id == company.user("ayu")
