"""Other programs beside the conversation: opened by agents, put there by administrators (F36)."""

from omnix_desktop.actions.base import action, first_refusal
from omnix_desktop.actions.conditions import administers, online
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.integrations import IntegrationCard
from omnix_desktop.models.why import Why
from omnix_protocol.errors import Refused
from omnix_protocol.ids import IntegrationId, new_id
from omnix_protocol.integrations import (
    AddIntegration,
    EditIntegration,
    Integration,
    OrderIntegrations,
    RemoveIntegration,
)


def _any(place: Place) -> Why | None:
    return None if place.desk.integrations.any else Why("why.no_integrations")


@action("view.integrations", icon="external-link", shortcut="Alt+6", enabled_when=_any)
def show(place: Place) -> None:
    place.screen.show_panel("integrations")


@action("integrations.manage", icon="panels-top-left", enabled_when=first_refusal(administers, online))
def manage(place: Place) -> None:
    place.screen.open_dialog("integrations")


def open_integration(place: Place, card: IntegrationCard) -> None:
    """In the system's browser, with what is opened right now."""
    if not card.address:
        place.screen.tell(card.wants, "soon")
    elif not place.screen.launch(card.address):
        place.screen.tell(tr("mail.link_no_program", address=card.host), "soon")


async def save(place: Place, known: Integration | None, name: str, address: str) -> Refused | None:
    """A new one, or the changed fields of one that is there."""
    if known is None:
        adding = AddIntegration(integration_id=IntegrationId(new_id()), name=name, address=address)
        return (await place.ports.run.now(adding)).refused
    editing = EditIntegration(
        integration_id=IntegrationId(known.id),
        base_version=known.version,
        name=name if name != known.name else None,
        address=address if address != known.address else None,
    )
    return (await place.ports.run.now(editing)).refused


async def move(place: Place, integration_id: str, steps: int) -> Refused | None:
    """Up or down in the list."""
    order = [IntegrationId(it.id) for it in place.desk.catalogue.integrations()]
    if integration_id not in order:
        return None
    at = order.index(IntegrationId(integration_id))
    to = min(max(at + steps, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    return (await place.ports.run.now(OrderIntegrations(integration_ids=tuple(order)))).refused if at != to else None


async def remove(place: Place, integration: Integration) -> Refused | None:
    command = RemoveIntegration(integration_id=IntegrationId(integration.id))
    return (await place.ports.run.now(command)).refused
