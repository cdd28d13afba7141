"""Cases and tickets: open their forms, submit them, and what is done with a refused one."""

from collections.abc import Callable

from omnix_desktop.actions.base import action
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import Why, fault_sentence
from omnix_desktop.models.work_form import CaseForm, TicketForm
from omnix_desktop.ports import Fault
from omnix_protocol.conversations import Interaction, Status
from omnix_protocol.ids import CommandId
from omnix_protocol.people import Role
from omnix_protocol.work import CreateCase, CreateTicket


def refusal_for(place: Place, it: Interaction | None) -> Why | None:
    """Why no case or ticket can be written for it: whoever handles or handled it, and team leaders, may."""
    if it is None:
        return Why("why.nothing_opened")
    me = place.ports.account.me
    if it.owner_id == me.user_id or Role(me.role).rank >= Role.TEAM_LEADER.rank:
        return None
    if it.status is Status.QUEUED:
        return Why("why.not_picked_up")
    return Why("refused.not_owner", (("name", it.owner_name),))


def _may_write(place: Place) -> Why | None:
    return refusal_for(place, place.desk.conversation.interaction)


@action("work.create_case", icon="clipboard-check", shortcut="Ctrl+Shift+F", enabled_when=_may_write)
def create_case(place: Place) -> None:
    """The FCR form of what is open (S0.41)."""
    place.desk.forms.wanted.emit("case")
    place.screen.show_panel("case")


@action("work.create_ticket", icon="ticket", shortcut="Ctrl+Shift+N", enabled_when=_may_write)
def create_ticket(place: Place) -> None:
    """The N-FCR form of what is open (S0.41)."""
    place.desk.forms.wanted.emit("ticket")
    place.screen.show_panel("ticket")


def submission_refusal(place: Place, form: CaseForm | TicketForm) -> Why | None:
    """Why it cannot be submitted at all; what is missing in it is another matter."""
    return form.unready() or refusal_for(place, form.interaction)


def submit(place: Place, form: CaseForm | TicketForm) -> bool:
    """For the interaction that the form was opened for, whatever is on the screen; through the outbox."""
    why = submission_refusal(place, form)
    if why is not None:
        place.screen.tell(str(why), "soon")
        return False
    if form.problems():
        return False
    command = form.command()
    place.ports.run.run(command, failed=_not_stored(place, form, command))
    form.clear()
    name = form.customer.name if form.customer else ""
    key = "case.submitted" if isinstance(form, CaseForm) else "ticket.submitted"
    place.screen.tell(tr(key, customer=name or tr("customer.no_name")), "good")
    return True


def resume_refused(place: Place, form: CaseForm | TicketForm, command_id: CommandId) -> None:
    """The refused one stands in the form again, where that is empty."""
    if form.begun:
        place.screen.tell(tr("work.finish_first"), "soon")
        return
    refused = form.unsent(command_id)
    if refused is not None and isinstance(refused.command, CreateCase | CreateTicket):
        form.give_back(refused.command)
        place.ports.unsent.discard(command_id)


def _not_stored(
    place: Place, form: CaseForm | TicketForm, command: CreateCase | CreateTicket
) -> Callable[[Fault], None]:
    def tell(fault: Fault) -> None:
        form.give_back(command)
        place.screen.tell(tr("work.not_stored", why=fault_sentence(fault)), "bad")

    return tell
