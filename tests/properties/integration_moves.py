"""Moves of what administrators put beside the conversation."""

from omnix_protocol.ids import IntegrationId, new_id
from omnix_protocol.integrations import (
    AddIntegration,
    EditIntegration,
    Integration,
    OrderIntegrations,
    RemoveIntegration,
)
from tests.properties.ground import Ground, Move, makes

ADDRESSES = ("https://crm.example/?tel={customer.phone}", "https://stok.example/{interaction.number}")


def _there(g: Ground) -> list[Integration]:
    return sorted((it for it in g.truth.of["Integration"] if it.active), key=lambda it: (it.place, it.name))


@makes(AddIntegration)
def _add(g: Ground) -> Move:
    name, address = g.chance.pick(("CRM", "Stok", "Peta")), g.chance.pick(ADDRESSES)
    return "adi", AddIntegration(integration_id=IntegrationId(new_id()), name=name, address=address)


@makes(EditIntegration)
def _edit(g: Ground) -> Move:
    there = _there(g)
    if not there:
        return None
    it = g.chance.pick(there)
    name = g.chance.pick(("CRM lama", "CRM baru"))
    return "adi", EditIntegration(integration_id=IntegrationId(it.id), base_version=it.version, name=name)


@makes(OrderIntegrations)
def _order(g: Ground) -> Move:
    there = _there(g)
    if len(there) < 2:
        return None
    return "adi", OrderIntegrations(integration_ids=tuple(IntegrationId(it.id) for it in reversed(there)))


@makes(RemoveIntegration)
def _remove(g: Ground) -> Move:
    there = _there(g)
    # one stays, so that others have something to look at
    return ("adi", RemoveIntegration(integration_id=IntegrationId(g.chance.pick(there).id))) if len(there) > 1 else None
