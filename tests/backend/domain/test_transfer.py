"""Transfers: to an agent who is there and has room and serves the account, or to a group's queue."""

import pytest

from backend.domain.base import SYSTEM
from omnix_protocol import scopes
from omnix_protocol.channels import Queue
from omnix_protocol.conversations import Interaction, Status, Transfer
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import InteractionId
from omnix_protocol.messages import Memo
from omnix_protocol.people import Presence, PresenceState, RecordPresence, SetPickUpLimit, SetPresence
from tests.support.office import Office


def to(company: Office, interaction: Interaction, name: str, note: str = "") -> Transfer:
    where = {"to_group_id": company.group(name)} if name in ("layanan", "eskalasi") else {}
    return Transfer(
        interaction_id=InteractionId(interaction.id),
        base_version=interaction.version,
        to_user_id=None if where else company.user(name),
        note=note,
        **where,
    )


async def test_it_moves_at_once_with_the_load_and_the_note(company: Office) -> None:
    await company.online("bima")
    interaction = await company.serving("ayu")
    await company.done("ayu", to(company, interaction, "bima", "Minta kunjungan teknisi"))
    moved = await company.get(Interaction, interaction.id)
    assert (moved.owner_name, moved.status, moved.unread) == ("Bima", Status.HANDLING, 1)
    key = ("Interaction", interaction.id)
    assert key not in await company.holds(scopes.agent(company.user("ayu")))
    assert key in await company.holds(scopes.agent(company.user("bima")))
    loads = [(await company.get(Presence, company.user(name))).load for name in ("ayu", "bima")]
    assert loads == [0, 1]
    (memo_id,) = [k for kind, k in await company.holds(scopes.conversation(moved.conversation_id)) if kind == "Memo"]
    memo = await company.get(Memo, memo_id)
    assert (memo.text, memo.author_name, memo.position) == ("Minta kunjungan teknisi", "Ayu", 2)


@pytest.mark.parametrize("state", [PresenceState.OFFLINE, PresenceState.AUX])
async def test_nobody_who_is_away_gets_it(company: Office, state: PresenceState) -> None:
    interaction = await company.serving("ayu")
    if state is PresenceState.AUX:
        await company.online("bima")
        await company.done("bima", SetPresence(state=state))
    assert await company.barred("ayu", to(company, interaction, "bima")) == refused(Reason.TARGET_OFFLINE, name="Bima")
    # away, they may still take it themselves
    other = await company.writes(sender="dewi")
    await company.takes("bima", other.interaction_id)


async def test_who_is_full_gets_it_from_a_supervisor_only(company: Office) -> None:
    await company.online("bima")
    await company.done("sari", SetPickUpLimit(user_id=company.user("bima"), limit=0))
    interaction = await company.serving("ayu")
    told = refused(Reason.TARGET_FULL, name="Bima", limit=0)
    assert await company.barred("ayu", to(company, interaction, "bima")) == told
    assert await company.barred("tono", to(company, interaction, "bima")) == told
    await company.done("sari", to(company, interaction, "bima"))
    assert (await company.get(Presence, company.user("bima"))).load == 1


async def test_who_does_not_serve_the_account_does_not_get_it(company: Office) -> None:
    await company.online("citra")
    interaction = await company.serving("ayu", account="number")
    told = refused(Reason.TARGET_CANNOT_SERVE, name="Citra")
    assert await company.barred("ayu", to(company, interaction, "citra")) == told
    told = refused(Reason.TARGET_CANNOT_SERVE, name="Eskalasi")
    assert await company.barred("ayu", to(company, interaction, "eskalasi")) == told


async def test_to_a_group_it_waits_in_that_groups_queue(company: Office) -> None:
    interaction = await company.serving("ayu")
    await company.done("ayu", to(company, interaction, "eskalasi"))
    waiting = await company.get(Interaction, interaction.id)
    assert (waiting.status, waiting.owner_id, waiting.owner_name) == (Status.QUEUED, None, "")
    assert waiting.queue_id == company.queue("bot", "eskalasi")
    assert (await company.get(Queue, waiting.queue_id)).waiting == 1
    assert (await company.get(Presence, company.user("ayu"))).load == 0
    assert ("Interaction", interaction.id) in await company.holds(scopes.queue(waiting.queue_id))
    await company.takes("citra", InteractionId(interaction.id))


async def test_a_team_leader_moves_what_waits_from_line_to_line(company: Office) -> None:
    received = await company.writes()
    waiting = await company.get(Interaction, received.interaction_id)
    assert (await company.barred("ayu", to(company, waiting, "eskalasi"))).code == Reason.NOT_OWNER
    assert (await company.barred("tono", to(company, waiting, "layanan"))).code == Reason.INVALID_FIELD
    await company.done("tono", to(company, waiting, "eskalasi"))
    assert (await company.get(Queue, company.queue("bot", "layanan"))).waiting == 0
    assert (await company.get(Queue, company.queue("bot", "eskalasi"))).waiting == 1


async def test_who_does_not_hold_it_must_have_seen_how_it_is(company: Office) -> None:
    await company.online("bima")
    interaction = await company.serving("ayu")
    await company.writes("pesan baru")
    told = await company.barred("tono", to(company, interaction, "bima"))
    assert told == refused(Reason.VERSION_CONFLICT, version=interaction.version + 1)
    # the customer's next word does not stop the one who holds it
    await company.done("ayu", to(company, interaction, "bima"))


async def test_exactly_one_target_and_an_unfinished_interaction(company: Office) -> None:
    interaction = await company.serving("ayu")
    none = Transfer(interaction_id=InteractionId(interaction.id), base_version=interaction.version)
    assert (await company.barred("ayu", none)).code == Reason.INVALID_FIELD
    await company.done(SYSTEM, RecordPresence(user_id=company.user("ayu"), devices=("pc",)))
    told = await company.barred("ayu", to(company, interaction, "ayu"))
    assert told.code == Reason.ALREADY_TAKEN
