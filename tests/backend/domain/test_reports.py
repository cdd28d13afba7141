"""Questions and what may be followed: entitled, paged, audited; the wallboard's figures."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from backend.domain.base import SYSTEM, TIMER
from backend.store.tables.journal import audit_asked
from omnix_protocol import scopes
from omnix_protocol.base import Query
from omnix_protocol.conversations import End, Interaction, PickedUp
from omnix_protocol.customers import EditCustomer
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import (
    BoardId,
    ConversationId,
    CustomerId,
    IdentityId,
    InteractionId,
    MessageId,
    QueueId,
    new_id,
)
from omnix_protocol.mails import WriteMail
from omnix_protocol.people import EditUser, PresenceState, User
from omnix_protocol.reports import (
    Board,
    BoardFigure,
    BoardList,
    BoardNow,
    JourneyDetail,
    JourneyPage,
    OlderEntries,
    ProjectBoard,
    QueuePage,
    SearchCustomers,
    ShownField,
    ShowNik,
    TransferTargets,
)
from tests.support.office import Office


@asynccontextmanager
async def trail(company: Office) -> AsyncIterator[list[Any]]:
    """The queries that left a trail while the block ran."""
    seen: list[Any] = []
    yield seen
    async with company.store.database.reading(company.tenant_id) as connection:
        statement = select(audit_asked).where(audit_asked.c.tenant_id == company.tenant_id)
        seen += (await connection.execute(statement)).all()


async def test_older_entries_come_in_pages_to_who_may_see_them(company: Office) -> None:
    interaction = await company.serving("ayu")
    for number in range(4):
        await company.writes(str(number))
    query = OlderEntries(conversation_id=interaction.conversation_id, before_position=5, limit=2)
    page = await company.ask("ayu", query)
    assert [message.position for message in page.messages] == [3, 4]
    assert page.more
    assert await company.ask("citra", query) == refused(Reason.NOT_ENTITLED)
    assert (await company.ask("tono", query)).messages == page.messages


async def test_the_rest_of_a_queue_comes_in_pages(company: Office) -> None:
    told = [await company.writes(sender=f"s{number}") for number in range(3)]
    query = QueuePage(queue_id=company.queue("bot", "layanan"), limit=2)
    page = await company.ask("ayu", query)
    assert [row.id for row in page.rows] == [item.interaction_id for item in told[:2]]
    last = page.rows[-1]
    rest = msgspec.structs.replace(query, after_queued_at=last.queued_at, after_id=InteractionId(last.id))
    page = await company.ask("ayu", rest)
    assert ([row.id for row in page.rows], page.more) == ([told[2].interaction_id], False)
    assert await company.ask("citra", query) == refused(Reason.NOT_ENTITLED)
    assert (await company.ask("sari", query)).more


async def test_targets_say_who_could_take_it_now(company: Office) -> None:
    await company.online("bima")
    interaction = await company.serving("ayu")
    targets = await company.ask("ayu", TransferTargets(interaction_id=InteractionId(interaction.id)))
    states = {agent.name: agent.state for agent in targets.agents}
    assert states == {"Bima": PresenceState.ONLINE, "Citra": PresenceState.OFFLINE, "Tono": PresenceState.OFFLINE}
    assert targets.agents[0].name == "Bima"
    assert {group.name: group.online for group in targets.groups} == {"Layanan": 1, "Eskalasi": 1}


async def test_opening_a_customers_story_leaves_a_trail(company: Office) -> None:
    interaction = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    company.clock.pass_(days=1)
    await company.writes("lagi")
    async with trail(company) as seen:
        page = await company.ask("bima", JourneyPage(customer_id=interaction.customer_id, limit=1))
        detail = await company.ask("bima", JourneyDetail(interaction_id=InteractionId(interaction.id)))
        await company.ask("bima", JourneyPage(customer_id=CustomerId(new_id())))
        await company.ask("bima", SearchCustomers(keyword="rina"))
    assert ([row.status for row in page.rows], page.more, page.total) == (["queued"], True, 2)
    assert [message.text for message in detail.entries.messages] == ["Halo"]
    assert [(row.actor, row.what) for row in seen] == [
        (f"user:{company.user('bima')}", "JourneyPage"),
        (f"user:{company.user('bima')}", "JourneyDetail"),
    ]


async def test_unmasking_a_nik_leaves_a_trail_and_is_for_whom_the_customer_is_seen(company: Office) -> None:
    interaction = await company.serving("ayu")
    edit = EditCustomer(customer_id=interaction.customer_id, base_version=1, nik="3273010101900001")
    await company.done("ayu", edit)
    async with trail(company) as seen:
        assert await company.ask("ayu", ShowNik(customer_id=interaction.customer_id)) == ShownField(
            value="3273010101900001"
        )
        assert await company.ask("bima", ShowNik(customer_id=interaction.customer_id)) == refused(Reason.NOT_ENTITLED)
    assert [(row.actor, row.what) for row in seen] == [(f"user:{company.user('ayu')}", "ShowNik")]


async def test_the_board_counts_what_there_is_and_opens_into_the_list(company: Office) -> None:
    await company.online("ayu")
    waiting = await company.writes(sender="a")
    held = await company.serving("ayu", sender="b")
    done = await company.serving("ayu", sender="c")
    await company.done("ayu", company.reply(done))
    await company.done("ayu", End(interaction_id=InteractionId(done.id)))
    board = await company.ask(SYSTEM, BoardNow())
    assert (board.waiting, board.handling, board.handled_today, board.replied_in_time) == (1, 1, 1, 1)
    assert board.oldest_at == (await company.get(Interaction, waiting.interaction_id)).queued_at
    assert {row.name: (row.waiting, row.handling) for row in board.channels}["bot"] == (1, 1)
    (row,) = board.agents
    assert (row.name, row.load, row.limit, row.handled_today) == ("Ayu", 1, 8, 1)
    for figure, key in (
        (BoardFigure.WAITING, waiting.interaction_id),
        (BoardFigure.HANDLING, held.id),
        (BoardFigure.HANDLED_TODAY, done.id),
    ):
        assert [row.id for row in (await company.ask("sari", BoardList(figure=figure))).rows] == [key]
    assert await company.ask("tono", BoardNow()) == refused(Reason.NOT_ENTITLED)
    assert await company.ask("tono", BoardList(figure=BoardFigure.WAITING)) == refused(Reason.NOT_ENTITLED)


async def test_the_board_counts_no_handling_where_nobody_was_called(company: Office) -> None:
    await company.online("ayu")
    done = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=InteractionId(done.id)))
    before = await company.ask(SYSTEM, BoardNow())
    await company.writes("Saya sedang cuti", sender="dewi", quiet=True)
    after = await company.ask(SYSTEM, BoardNow())
    assert (after.handled_today, after.hours, after.channels) == (before.handled_today, before.hours, before.channels)
    assert before.handled_today == 1
    listed = await company.ask("sari", BoardList(figure=BoardFigure.HANDLED_TODAY))
    assert [row.id for row in listed.rows] == [done.id]


async def test_a_mail_that_we_began_is_no_reply_to_anybody(company: Office) -> None:
    mail = WriteMail(
        message_id=MessageId(new_id()),
        channel_account_id=company.account("mailbox"),
        to=("siti@contoh.example",),
        subject="Tagihan",
        text="Mohon konfirmasi.",
    )
    begun = await company.got("ayu", mail, PickedUp)
    await company.done("ayu", End(interaction_id=begun.interaction_id))
    board = await company.ask(SYSTEM, BoardNow())
    assert (board.handled_today, board.replied, board.replied_in_time) == (1, 0, 0)
    (row,) = board.agents
    assert (row.handled_today, row.first_reply_seconds) == (1, None)


async def test_the_board_is_shown_anew_only_where_its_figures_changed(company: Office) -> None:
    board = await company.ask(SYSTEM, BoardNow())
    await company.done(SYSTEM, ProjectBoard(board=board))
    company.grown.clear()
    later = await company.ask(SYSTEM, BoardNow())
    assert later.at > board.at
    await company.done(TIMER, ProjectBoard(board=later))
    assert company.grown == []
    await company.writes()
    company.grown.clear()
    await company.done(SYSTEM, ProjectBoard(board=await company.ask(SYSTEM, BoardNow())))
    assert [set(heads) for heads in company.grown] == [{scopes.board(BoardId(company.tenant_id))}]
    assert (await company.get(Board, company.tenant_id)).waiting == 1
    assert (await company.barred("sari", ProjectBoard(board=board))).code == Reason.NOT_ENTITLED


async def test_the_day_begins_at_the_tenants_midnight(company: Office) -> None:
    done = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=InteractionId(done.id)))
    # nine in the morning in Jakarta: its midnight is fifteen hours away, that of Greenwich twenty-two
    company.clock.pass_(hours=14)
    assert (await company.ask(SYSTEM, BoardNow())).handled_today == 1
    company.clock.pass_(hours=2)
    assert (await company.ask(SYSTEM, BoardNow())).handled_today == 0


async def test_what_each_may_follow(company: Office) -> None:
    interaction = await company.serving("ayu")
    waiting = await company.writes(sender="dewi", account="number")
    theirs = await company.get(Interaction, waiting.interaction_id)
    mine = scopes.conversation(interaction.conversation_id)
    expected = {
        scopes.TENANT: {"ayu", "bima", "citra", "tono", "sari", "adi"},
        scopes.agent(company.user("ayu")): {"ayu"},
        scopes.drafts(company.user("ayu")): {"ayu"},
        scopes.queue(company.queue("number", "layanan")): {"ayu", "bima", "tono", "sari", "adi"},
        scopes.queue(QueueId(new_id())): set(),
        mine: {"ayu", "tono", "sari", "adi"},
        scopes.customer(interaction.customer_id): {"ayu", "tono", "sari", "adi"},
        scopes.conversation(waiting.conversation_id): {"ayu", "bima", "tono", "sari", "adi"},
        scopes.customer(theirs.customer_id): {"ayu", "bima", "tono", "sari", "adi"},
        scopes.conversation(ConversationId(new_id())): set(),
        scopes.visitor(IdentityId(new_id())): set(),
        scopes.board(BoardId(company.tenant_id)): {"sari", "adi"},
        scopes.board(BoardId(new_id())): set(),
        "no such scope": set(),
    }
    for scope, who in expected.items():
        may = {
            name
            for name in ("ayu", "bima", "citra", "tono", "sari", "adi")
            if await company.asks.may_follow(company.tenant_id, company.actor(name), scope)
        }
        assert may == who, scope
    visitor = company.visitor(IdentityId("v"))
    follows = [scope for scope in expected if await company.asks.may_follow(company.tenant_id, visitor, scope)]
    assert follows == []
    assert await company.asks.derived_scopes(company.tenant_id, visitor) == ["visitor:v"]


async def test_what_is_followed_without_asking_moves_with_the_work(company: Office) -> None:
    interaction = await company.serving("ayu")
    derived = await company.asks.derived_scopes(company.tenant_id, company.actor("ayu"))
    assert scopes.conversation(interaction.conversation_id) in derived
    assert scopes.customer(interaction.customer_id) in derived
    assert scopes.queue(company.queue("bot", "layanan")) in derived
    assert scopes.queue(company.queue("bot", "eskalasi")) not in derived
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    ayu = await company.get(User, company.user("ayu"))
    moved = EditUser(user_id=company.user("ayu"), base_version=ayu.version, group_ids=(company.group("eskalasi"),))
    await company.done("tono", moved)
    derived = await company.asks.derived_scopes(company.tenant_id, company.actor("ayu"))
    assert set(derived) == {
        scopes.TENANT,
        scopes.agent(company.user("ayu")),
        scopes.drafts(company.user("ayu")),
        scopes.queue(company.queue("bot", "eskalasi")),
    }


@pytest.mark.parametrize(
    ("type_name", "body", "reason"),
    [
        ("NoSuchQuery", b"{}", Reason.UNKNOWN_TYPE),
        ("QueuePage", b"{}", Reason.MALFORMED),
        ("QueuePage", b"\xff\xfe", Reason.MALFORMED),
        ("QueuePage", b'{"queue_id":"\\u0000"}', Reason.NOT_FOUND),
        ("SearchCustomers", b'{"keyword":"\\u0000\\ud800"}', None),
        ("JourneyPage", b'{"customer_id":"x","before":"2026-01-01T00:00:00"}', Reason.NOT_FOUND),
        ("QueuePage", b"[" * 100_000, Reason.MALFORMED),
    ],
)
async def test_a_bad_question_is_refused_and_never_raised(
    company: Office, type_name: str, body: bytes, reason: Reason | None
) -> None:
    answer = await company.asks.ask(company.tenant_id, company.actor("ayu"), "1", type_name, body)
    assert (answer.refused.code if answer.refused else None) == reason


async def test_nobody_of_another_tenant_is_answered(company: Office) -> None:
    other = Office(company.store)
    query: Query = QueuePage(queue_id=company.queue("bot", "layanan"))
    answer = await other.asks.ask(other.tenant_id, company.actor("sari"), "1", "QueuePage", msgspec.json.encode(query))
    assert isinstance(answer.refused, Refused)
    assert answer.refused.code == Reason.NOT_SIGNED_IN
