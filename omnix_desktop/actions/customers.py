"""The customer: edit the profile, settle what was refused, ask for the journey."""

from collections.abc import Callable

from omnix_desktop.actions.base import action
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.customer_edit import CustomerEdit
from omnix_desktop.models.why import Why, fault_sentence, sentence
from omnix_desktop.ports import Fault
from omnix_protocol.customers import EditCustomer
from omnix_protocol.errors import Refused
from omnix_protocol.ids import CustomerId, InteractionId
from omnix_protocol.reports import (
    JourneyDetail,
    JourneyDetailAnswer,
    JourneyPage,
    JourneyPageAnswer,
    ShownField,
    ShowNik,
)


def _known(place: Place) -> Why | None:
    if place.desk.selection.opened is None:
        return Why("why.nothing_opened")
    return None if place.desk.customer.known else Why("why.customer_not_here")


@action("customer.edit", icon="pencil", shortcut="Ctrl+E", enabled_when=_known)
def edit(place: Place) -> None:
    """The profile becomes a form, in its place (S0.37)."""
    begun = place.desk.forms.edit()
    if begun is not None:
        begun.open = True
        place.desk.customer.changed.emit()
        place.screen.show_panel("customer")


def save_edit(place: Place, edit: CustomerEdit) -> bool:
    """Through the outbox, so offline too; False where something is wrong or undecided."""
    if edit.problems() or edit.conflict():
        return False
    command = edit.command()
    values = edit.values
    edit.open = False
    if command is not None:
        place.ports.run.run(command, failed=_not_stored(place, lambda: edit.show(values)))
    edit.clear()
    return True


def cancel_edit(edit: CustomerEdit) -> None:
    """What was typed is thrown away."""
    edit.open = False
    edit.clear()


def resume_refused_edit(place: Place) -> None:
    """What the server did not take stands in the form again, over the profile as it is now."""
    refused, begun = place.desk.customer.refused, place.desk.forms.edit()
    if refused is not None and begun is not None and isinstance(refused.command, EditCustomer):
        begun.give_back(refused.command)
        place.desk.customer.changed.emit()
        place.screen.show_panel("customer")
        place.ports.unsent.discard(refused.command_id)


def discard_refused_edit(place: Place) -> None:
    refused = place.desk.customer.refused
    if refused is not None:
        place.ports.unsent.discard(refused.command_id)


async def toggle_nik(place: Place) -> None:
    """Unmasked only after the server has noted it (audited); masked again at once."""
    card = place.desk.customer
    customer_id = card.customer_id
    if customer_id is None or card.shown_nik:
        card.show_nik(customer_id or CustomerId(""), "")
        return
    answer = await place.ports.ask.ask(ShowNik(customer_id=customer_id), ShownField)
    if isinstance(answer, Refused):
        place.screen.tell(sentence(answer), "soon")
    else:
        card.show_nik(customer_id, answer.value)


async def load_journey(place: Place, *, older: bool = False) -> None:
    """The next page of the customer on the screen."""
    journey = place.desk.journey
    customer_id = journey.customer_id
    if customer_id is None or journey.loading or (journey.asked and not older) or place.desk.status.offline():
        return
    journey.begin()
    before = journey.oldest if older else None
    answer = await place.ports.ask.ask(JourneyPage(customer_id=customer_id, before=before), JourneyPageAnswer)
    journey.take(customer_id, answer)


async def journey_detail(place: Place, interaction_id: InteractionId) -> JourneyDetailAnswer | Refused:
    return await place.ports.ask.ask(JourneyDetail(interaction_id=interaction_id), JourneyDetailAnswer)


def _not_stored(place: Place, give_back: Callable[[], None]) -> Callable[[Fault], None]:
    def tell(fault: Fault) -> None:
        give_back()
        place.screen.tell(tr("work.not_stored", why=fault_sentence(fault)), "bad")

    return tell
