"""Customers: added, edited by whoever serves them, found by the one written form of what is known."""

import pytest

from omnix_protocol.conversations import Interaction
from omnix_protocol.customers import AddCustomer, Customer, EditCustomer
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CustomerId, new_id
from omnix_protocol.reports import SearchCustomers
from tests.support.office import Office


async def test_an_edit_names_the_version_seen(company: Office) -> None:
    interaction = await company.serving("ayu")
    customer = await company.get(Customer, interaction.customer_id)
    edit = EditCustomer(customer_id=interaction.customer_id, base_version=1, address="Jl. Melati 5")
    await company.done("ayu", edit)
    assert await company.barred("ayu", edit) == refused(Reason.VERSION_CONFLICT, version=2)
    now = await company.get(Customer, customer.id)
    assert (now.address, now.name) == ("Jl. Melati 5", customer.name)


async def test_a_new_name_reaches_the_rows_that_show_it(company: Office) -> None:
    first = await company.serving("ayu")
    other = await company.writes(thread_key="lain")
    edit = EditCustomer(customer_id=first.customer_id, base_version=1, name="Rina Kartika")
    await company.done("ayu", edit)
    for key in (first.id, other.interaction_id):
        assert (await company.get(Interaction, key)).customer_name == "Rina Kartika"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (("081234567890",), ("+6281234567890",)),
        (("0812-3456-7890", "+62 812 3456 7890"), ("+6281234567890",)),
        (("+1 650 253 0000", " "), ("+16502530000",)),
        ((), ()),
    ],
)
async def test_phone_numbers_have_one_written_form(
    company: Office, typed: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    customer_id = CustomerId(new_id())
    await company.done("ayu", AddCustomer(customer_id=customer_id, name="Budi", phones=typed))
    assert (await company.get(Customer, customer_id)).phones == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phones", "12"),
        ("phones", "bukan nomor"),
        ("phones", "0812345x7890"),
        ("emails", "budi"),
        ("emails", "budi@"),
        ("emails", "budi@nusa"),
        ("emails", "a b@nusa.example"),
    ],
)
async def test_what_is_no_number_or_mail_is_refused_by_field(company: Office, field: str, value: str) -> None:
    interaction = await company.serving("ayu")
    told = refused(Reason.INVALID_FIELD, field=field, detail=value)
    fields = {field: (value,)}
    edit = EditCustomer(customer_id=interaction.customer_id, base_version=1, **fields)  # type: ignore[arg-type]  # either
    assert await company.barred("ayu", edit) == told
    add = AddCustomer(customer_id=CustomerId(new_id()), name="Budi", **fields)  # type: ignore[arg-type]  # either
    assert await company.barred("ayu", add) == told


async def test_a_customer_needs_a_name_and_is_added_once(company: Office) -> None:
    add = AddCustomer(customer_id=CustomerId(new_id()), name="Budi")
    await company.done("ayu", add)
    assert await company.barred("ayu", add) == refused(Reason.ALREADY_EXISTS, type="Customer")
    nameless = AddCustomer(customer_id=CustomerId(new_id()), name="  ")
    assert (await company.barred("ayu", nameless)).args["field"] == "name"


async def test_who_serves_nothing_of_the_customer_does_not_edit_them(company: Office) -> None:
    interaction = await company.serving("ayu", account="number")
    edit = EditCustomer(customer_id=interaction.customer_id, base_version=1, address="x")
    assert (await company.barred("citra", edit)).code == Reason.NOT_ENTITLED
    assert (await company.barred("bima", edit)).code == Reason.NOT_ENTITLED  # it waits no more; Ayu has it
    await company.done("tono", edit)


async def test_customers_are_found_by_what_is_known_of_them(company: Office) -> None:
    received = await company.writes(sender="6281234567890", account="number")
    interaction = await company.get(Interaction, received.interaction_id)
    for keyword in ("081234567890", "+62 812-3456", f"#{1}", "6281234567890"):
        found = await company.ask("ayu", SearchCustomers(keyword=keyword))
        assert [row.customer.id for row in found.rows] == [interaction.customer_id], keyword
        assert [identity.address for identity in found.rows[0].identities] == ["6281234567890"]
    assert (await company.ask("ayu", SearchCustomers(keyword="tidak ada"))).rows == ()
