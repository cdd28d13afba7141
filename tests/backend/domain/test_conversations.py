"""Pick up, end, mark read, clear the past."""

from datetime import timedelta

import pytest

from backend.domain.base import SYSTEM, TIMER
from omnix_protocol import scopes
from omnix_protocol.channels import Queue
from omnix_protocol.conversations import (
    Conversation,
    DropPastWork,
    End,
    Interaction,
    MarkRead,
    PastWorkDropped,
    PickedUp,
    PickUp,
    PickUpNext,
    Status,
)
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import InteractionId, new_id
from omnix_protocol.people import Presence, SetPickUpLimit
from tests.support.office import Office


async def test_a_waiting_interaction_moves_from_the_queue_into_the_agents_bucket(company: Office) -> None:
    received = await company.writes()
    queue = scopes.queue(company.queue("bot", "layanan"))
    key = ("Interaction", received.interaction_id)
    assert key in await company.holds(queue)
    assert (await company.get(Queue, company.queue("bot", "layanan"))).waiting == 1

    picked = await company.takes("ayu", received.interaction_id)

    assert picked.conversation_id == received.conversation_id
    assert key in await company.holds(scopes.agent(company.user("ayu")))
    assert key not in await company.holds(queue)
    line = await company.get(Queue, company.queue("bot", "layanan"))
    assert (line.waiting, line.oldest_at) == (0, None)
    interaction = await company.get(Interaction, received.interaction_id)
    assert (interaction.status, interaction.owner_name) == (Status.HANDLING, "Ayu")
    assert (await company.get(Presence, company.user("ayu"))).load == 1


async def test_the_second_is_told_who_was_faster(company: Office) -> None:
    received = await company.writes()
    await company.takes("ayu", received.interaction_id)
    told = await company.barred("bima", PickUp(interaction_id=received.interaction_id))
    assert told == refused(Reason.ALREADY_TAKEN, by=company.user("ayu"), name="Ayu")
    # asked again by the one who has it: there is nothing to refuse
    again = await company.got("ayu", PickUp(interaction_id=received.interaction_id), PickedUp)
    assert again.interaction_id == received.interaction_id
    assert (await company.get(Presence, company.user("ayu"))).load == 1


async def test_next_is_the_longest_waiting_of_the_agents_own_queues(company: Office) -> None:
    first = await company.writes(sender="a")
    second = await company.writes(sender="b", account="number")
    got = await company.got("ayu", PickUpNext(), PickedUp)
    assert got.interaction_id == first.interaction_id
    assert (await company.barred("citra", PickUpNext())).code == Reason.QUEUE_EMPTY
    only = PickUpNext(channel_account_id=company.account("number"))
    assert (await company.barred("citra", only)).code == Reason.NOT_ENTITLED
    assert (await company.got("ayu", only, PickedUp)).interaction_id == second.interaction_id


async def test_the_limit_holds_for_chosen_and_next(company: Office) -> None:
    await company.done("sari", SetPickUpLimit(user_id=company.user("ayu"), limit=1))
    await company.serving("ayu", sender="a")
    waiting = await company.writes(sender="b")
    assert await company.barred("ayu", PickUp(interaction_id=waiting.interaction_id)) == refused(
        Reason.LIMIT_REACHED, limit=1
    )
    assert (await company.barred("ayu", PickUpNext())).code == Reason.LIMIT_REACHED
    assert (await company.get(Queue, company.queue("bot", "layanan"))).waiting == 1


async def test_who_does_not_serve_the_queue_may_not_take_from_it(company: Office) -> None:
    received = await company.writes(account="number")
    assert (await company.barred("citra", PickUp(interaction_id=received.interaction_id))).code == Reason.NOT_ENTITLED
    assert (await company.barred("ayu", PickUp(interaction_id=InteractionId(new_id())))).code == Reason.NOT_FOUND


async def test_ending_frees_the_agent_and_keeps_it_in_todays_history(company: Office) -> None:
    interaction = await company.serving("ayu")
    told = await company.barred("bima", End(interaction_id=InteractionId(interaction.id)))
    assert told == refused(Reason.NOT_OWNER, name="Ayu")

    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))

    ended = await company.get(Interaction, interaction.id)
    assert (ended.status, ended.ended_by, ended.unread) == (Status.RESOLVED, company.user("ayu"), 0)
    assert (await company.get(Presence, company.user("ayu"))).load == 0
    assert ("Interaction", interaction.id) in await company.holds(scopes.agent(company.user("ayu")))
    assert (await company.barred("ayu", End(interaction_id=InteractionId(interaction.id)))).code == Reason.ALREADY_ENDED
    assert (await company.barred("ayu", PickUp(interaction_id=InteractionId(interaction.id)))).code == (
        Reason.ALREADY_ENDED
    )


async def test_a_team_leader_ends_what_still_waits(company: Office) -> None:
    received = await company.writes()
    await company.done("tono", End(interaction_id=received.interaction_id))
    assert (await company.get(Queue, company.queue("bot", "layanan"))).waiting == 0
    assert await company.holds(scopes.queue(company.queue("bot", "layanan"))) == {
        ("Queue", company.queue("bot", "layanan"))
    }


async def test_within_the_grace_period_it_comes_back_to_the_same_agent(company: Office) -> None:
    await company.online("ayu", "bima")
    interaction = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    again = await company.writes("Terima kasih, satu lagi")
    assert again.conversation_id == interaction.conversation_id
    assert again.interaction_id != interaction.id
    fresh = await company.get(Interaction, again.interaction_id)
    assert (fresh.status, fresh.reserved_for, fresh.first_position) == (Status.QUEUED, company.user("ayu"), 2)

    other = await company.writes("Halo", sender="dewi")
    assert (await company.got("bima", PickUpNext(), PickedUp)).interaction_id == other.interaction_id
    assert (await company.barred("bima", PickUpNext())).code == Reason.QUEUE_EMPTY
    told = await company.barred("bima", PickUp(interaction_id=again.interaction_id))
    assert told == refused(Reason.ALREADY_TAKEN, by=company.user("ayu"), name="Ayu")
    assert (await company.got("ayu", PickUpNext(), PickedUp)).interaction_id == again.interaction_id


async def test_what_is_reserved_is_everybodys_after_the_grace_period(company: Office) -> None:
    await company.online("ayu")
    interaction = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    again = await company.writes("Satu lagi")
    company.clock.pass_(seconds=901)
    assert (await company.got("bima", PickUpNext(), PickedUp)).interaction_id == again.interaction_id


async def test_after_the_grace_period_or_for_an_absent_agent_it_waits_for_anybody(company: Office) -> None:
    interaction = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    absent = await company.writes("Satu lagi")
    assert (await company.get(Interaction, absent.interaction_id)).reserved_for is None
    await company.online("ayu")
    await company.takes("ayu", absent.interaction_id)
    await company.done("ayu", End(interaction_id=absent.interaction_id))
    company.clock.pass_(seconds=901)
    late = await company.writes("Besok lagi")
    assert (await company.get(Interaction, late.interaction_id)).reserved_for is None
    assert (await company.get(Conversation, late.conversation_id)).interactions == 3


async def test_unread_counts_what_came_after_the_position_seen(company: Office) -> None:
    interaction = await company.serving("ayu")
    for text in ("dua", "tiga"):
        await company.writes(text)
    assert (await company.get(Interaction, interaction.id)).unread == 3
    seen = MarkRead(conversation_id=interaction.conversation_id, position=2)
    assert (await company.barred("bima", seen)).code == Reason.NOT_OWNER
    await company.done("ayu", seen)
    assert (await company.get(Interaction, interaction.id)).unread == 1
    await company.done("ayu", MarkRead(conversation_id=interaction.conversation_id, position=1))
    assert (await company.get(Interaction, interaction.id)).unread == 1


async def test_at_midnight_past_work_leaves_the_history_and_held_work_stays(company: Office) -> None:
    done = await company.serving("ayu", sender="a")
    held = await company.serving("ayu", sender="b")
    await company.done("ayu", End(interaction_id=InteractionId(done.id)))
    midnight = company.clock.at + timedelta(hours=1)
    dropped = await company.got(TIMER, DropPastWork(before=midnight), PastWorkDropped)
    assert dropped.dropped == 1
    shown = await company.holds(scopes.agent(company.user("ayu")))
    assert ("Interaction", held.id) in shown
    assert ("Interaction", done.id) not in shown
    assert (await company.got(TIMER, DropPastWork(before=midnight), PastWorkDropped)).dropped == 0
    assert (await company.barred("sari", DropPastWork(before=midnight))).code == Reason.NOT_ENTITLED


async def test_a_queue_longer_than_its_window_shows_the_oldest_and_counts_all(
    company: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = 4
    monkeypatch.setattr(scopes, "QUEUE_WINDOW", window)
    scope = scopes.queue(company.queue("bot", "layanan"))
    received = [await company.writes(sender=f"s{number}") for number in range(window + 2)]

    async def shown() -> set[str]:
        return {key for kind, key in await company.holds(scope) if kind == "Interaction"}

    assert await shown() == {item.interaction_id for item in received[:window]}
    assert (await company.get(Queue, company.queue("bot", "layanan"))).waiting == window + 2
    # one outside the window changes nothing in it; one inside lets the next one in
    await company.takes("ayu", received[-1].interaction_id)
    await company.takes("ayu", received[0].interaction_id)
    assert await shown() == {item.interaction_id for item in received[1 : window + 1]}
    line = await company.get(Queue, company.queue("bot", "layanan"))
    assert line.waiting == window
    assert line.oldest_at == (await company.get(Interaction, received[1].interaction_id)).queued_at


async def test_the_system_takes_no_work(company: Office) -> None:
    received = await company.writes()
    assert (await company.barred(SYSTEM, PickUp(interaction_id=received.interaction_id))).code == Reason.NOT_ENTITLED
