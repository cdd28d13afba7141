"""Cases and tickets: complete, counted, by whoever handles the interaction."""

from typing import Any

import pytest

from omnix_protocol import scopes
from omnix_protocol.conversations import End, Interaction
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CaseId, CategoryId, InteractionId, TicketId, new_id
from omnix_protocol.work import Case, CaseStatus, CreateCase, CreateTicket, Priority, Ticket
from tests.support.office import Office


def case(company: Office, interaction: Interaction, **more: Any) -> CreateCase:
    fields = {"subject": "Internet lambat", "category_id": company.category(5), "remark": "Sejak pagi"} | more
    return CreateCase(case_id=CaseId(new_id()), interaction_id=InteractionId(interaction.id), **fields)


def ticket(company: Office, interaction: Interaction, **more: Any) -> CreateTicket:
    fields = {
        "subject": "Kabel putus",
        "category_id": company.category(3),
        "remark": "Depan rumah",
        "owner_group_id": company.group("eskalasi"),
    } | more
    return CreateTicket(ticket_id=TicketId(new_id()), interaction_id=InteractionId(interaction.id), **fields)


async def test_as_many_cases_and_tickets_as_needed(company: Office) -> None:
    interaction = await company.serving("ayu")
    first, second = case(company, interaction, service_number="1223"), case(company, interaction)
    handed_on = ticket(company, interaction, priority=Priority.URGENT)
    for command in (first, second, handed_on):
        await company.done("ayu", command)
    row = await company.get(Interaction, interaction.id)
    assert (row.cases, row.tickets) == (2, 1)
    kept = await company.get(Case, first.case_id)
    assert (kept.number, kept.service_number, kept.status) == (1, "1223", CaseStatus.OPEN)
    assert kept.category_path == tuple(f"Tingkat {level}" for level in range(1, 6))
    assert (kept.author_name, kept.customer_id) == ("Ayu", interaction.customer_id)
    made = await company.get(Ticket, handed_on.ticket_id)
    assert (made.number, made.owner_group_name, made.priority) == (1, "Eskalasi", Priority.URGENT)
    held = await company.holds(scopes.customer(interaction.customer_id))
    assert {("Case", first.case_id), ("Case", second.case_id), ("Ticket", handed_on.ticket_id)} <= held


async def test_a_category_of_the_right_level_is_needed(company: Office) -> None:
    interaction = await company.serving("ayu")
    for command in (
        case(company, interaction, category_id=company.category(3)),
        ticket(company, interaction, category_id=company.category(5)),
    ):
        told = await company.barred("ayu", command)
        assert (told.code, told.args["field"]) == (Reason.INVALID_FIELD, "category_id")
    unknown = case(company, interaction, category_id=CategoryId(new_id()))
    assert await company.barred("ayu", unknown) == refused(Reason.NOT_FOUND, type="Category")


@pytest.mark.parametrize("field", ["subject", "remark"])
async def test_spaces_are_no_words(company: Office, field: str) -> None:
    interaction = await company.serving("ayu")
    for make in (case, ticket):
        told = await company.barred("ayu", make(company, interaction, **{field: "   "}))
        assert told.args["field"] == field


async def test_who_handled_it_may_finish_the_paperwork_after_the_end(company: Office) -> None:
    interaction = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    await company.done("ayu", case(company, interaction))
    assert await company.barred("bima", case(company, interaction)) == refused(Reason.NOT_OWNER, name="Ayu")
    await company.done("tono", ticket(company, interaction))
