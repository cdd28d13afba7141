"""Other programs beside the conversation: who may name them, in which order, and what will not do (F36)."""

import pytest

from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import IntegrationId, new_id
from omnix_protocol.integrations import (
    INTEGRATIONS_MAX,
    AddIntegration,
    EditIntegration,
    Integration,
    OrderIntegrations,
    RemoveIntegration,
)
from tests.support.office import Office

ADDRESS = "https://crm.example/?tel={customer.phone}"


async def added(company: Office, name: str, address: str = ADDRESS) -> IntegrationId:
    integration_id = IntegrationId(new_id())
    await company.done("adi", AddIntegration(integration_id=integration_id, name=name, address=address))
    return integration_id


async def shown(company: Office) -> list[str]:
    async with company.store.read(company.tenant_id) as tx:
        there = [it for it in await tx.all(Integration) if it.active]
    return [it.name for it in sorted(there, key=lambda it: it.place)]


async def test_an_administrator_adds_edits_orders_and_removes(company: Office) -> None:
    crm, stock, place = [await added(company, name) for name in ("CRM", "Stok", "Peta")]
    assert await shown(company) == ["CRM", "Stok", "Peta"]
    await company.done("adi", OrderIntegrations(integration_ids=(place, crm)))
    assert await shown(company) == ["Peta", "CRM", "Stok"]
    known = await company.get(Integration, crm)
    await company.done("adi", EditIntegration(integration_id=crm, base_version=known.version, name="CRM pusat"))
    assert (await company.get(Integration, crm)).address == ADDRESS
    await company.done("adi", RemoveIntegration(integration_id=stock))
    assert await shown(company) == ["Peta", "CRM pusat"]
    again = await company.run("adi", RemoveIntegration(integration_id=stock))
    assert again.refused is not None
    assert again.refused.code == Reason.NOT_FOUND


@pytest.mark.parametrize("who", ["ayu", "tono", "sari"])
async def test_nobody_else_does(company: Office, who: str) -> None:
    it = await added(company, "CRM")
    for command in (
        AddIntegration(integration_id=IntegrationId(new_id()), name="x", address=ADDRESS),
        EditIntegration(integration_id=it, base_version=1, name="x"),
        OrderIntegrations(integration_ids=(it,)),
        RemoveIntegration(integration_id=it),
    ):
        result = await company.run(who, command)
        assert result.refused is not None
        assert result.refused.code == Reason.NOT_ENTITLED


async def refusal(company: Office, address: str, name: str = "CRM") -> Refused | None:
    command = AddIntegration(integration_id=IntegrationId(new_id()), name=name, address=address)
    return (await company.run("adi", command)).refused


async def test_a_bad_address_is_refused_in_one_sentence(company: Office) -> None:
    for address, said in (
        ("http://crm.example/", "only https"),
        ("https://crm.example/{customer.shoe}", "there is no placeholder {customer.shoe}"),
        ("https://{customer.name}.example/", "the host's name"),
    ):
        refused = await refusal(company, address)
        assert refused is not None
        assert (refused.code, refused.args["field"]) == (Reason.INVALID_FIELD, "address")
        assert str(refused.args["detail"]).startswith(said)
    nameless = await refusal(company, ADDRESS, "  ")
    assert nameless is not None
    assert nameless.args["field"] == "name"
    it = await added(company, "CRM")
    edit = EditIntegration(integration_id=it, base_version=1, address="ftp://crm.example/")
    assert (await company.run("adi", edit)).refused is not None


async def test_an_edit_of_what_was_not_seen_is_refused(company: Office) -> None:
    it = await added(company, "CRM")
    await company.done("adi", EditIntegration(integration_id=it, base_version=1, name="CRM pusat"))
    late = await company.run("adi", EditIntegration(integration_id=it, base_version=1, name="CRM lama"))
    assert late.refused is not None
    assert late.refused.code == Reason.VERSION_CONFLICT


async def test_there_are_only_as_many_as_one_looks_through(company: Office) -> None:
    for number in range(INTEGRATIONS_MAX):
        await added(company, f"Nomor {number}")
    refused = await refusal(company, ADDRESS)
    assert refused is not None
    assert refused.args["detail"] == f"at most {INTEGRATIONS_MAX}"
