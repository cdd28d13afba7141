"""The telephone: who rings comes up, numbers are called and copied, the caller log, how this machine calls (F36)."""

from omnix_desktop.actions.base import action
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.call_log import CallLine, Calls
from omnix_desktop.models.customer_fields import shown_phone
from omnix_desktop.models.ringing import RingingCall
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.why import Why
from omnix_protocol.reports import CallLogAnswer


def _rings(place: Place) -> Why | None:
    return None if place.desk.ringing.calls else Why("why.nothing_rings")


def _has_number(place: Place) -> Why | None:
    if not place.desk.telephone.calls:
        return Why("why.telephone_off")
    if place.desk.selection.opened is None:
        return Why("why.nothing_opened")
    return None if _number(place) else Why("why.no_number")


def _number(place: Place) -> str:
    customer = place.desk.customer.customer
    return next(iter(customer.phones), "") if customer is not None else ""


@action("calls.open", icon="phone-incoming", shortcut="Ctrl+Shift+O", enabled_when=_rings)
def open_first(place: Place) -> None:
    """Whoever has rung longest comes up on the screen."""
    open_ringing(place, place.desk.ringing.calls[0])


@action("calls.dismiss", icon="bell-off", shortcut="Ctrl+Shift+X", enabled_when=_rings)
def dismiss_first(place: Place) -> None:
    place.desk.ringing.dismiss(place.desk.ringing.calls[0].key)


def open_ringing(place: Place, call: RingingCall) -> None:
    """Customer and conversation; what was being typed stays where it is."""
    place.desk.ringing.settle(call.key)
    _show(place, call.opened, call.number)


def open_call(place: Place, line: CallLine) -> None:
    _show(place, line.opened, line.number)


def _show(place: Place, opened: Opened, number: str) -> None:
    place.desk.selection.open(opened)
    place.desk.selection.settle()
    place.screen.show_panel("customer")
    place.screen.show_panel("conversation")
    if place.desk.screen_pop.expect(opened.customer_id, number):
        place.screen.show_panel("customer")  # a form that comes later leaves the keyboard where it is


@action("customer.call", icon="phone", shortcut="Ctrl+Shift+D", enabled_when=_has_number)
def call_customer(place: Place) -> None:
    """The first number of the customer on the screen."""
    call_number(place, _number(place))


def call_number(place: Place, number: str) -> None:
    """By the telephone program that the system has for such addresses."""
    address = place.desk.telephone.link(number)
    if not address:
        key = "telephone.off" if not place.desk.telephone.calls else "telephone.no_number"
        place.screen.tell(tr(key, number=number[:100]), "soon")
    elif not place.screen.launch(address):
        place.screen.tell(tr("telephone.no_program", address=address), "soon")


def copy_number(place: Place, number: str) -> None:
    place.screen.copy(number)
    place.screen.tell(tr("telephone.copied", number=shown_phone(number)), "good")


def listen(place: Place, address: str) -> None:
    """The recording, in the browser: only people inside the company's network need reach it."""
    if address.startswith(("https://", "http://")) and not place.screen.launch(address):
        place.screen.tell(tr("telephone.no_program", address=address[:100]), "soon")


@action("view.calls", icon="phone", shortcut="Alt+5")
def show_calls(place: Place) -> None:
    place.screen.show_panel("calls")


@action("telephone.settings", icon="phone-call")
def settings(place: Place) -> None:
    place.screen.open_dialog("telephone")


async def load_calls(place: Place, *, older: bool = False) -> None:
    """The newest page of what is chosen, or the next one."""
    log = place.desk.calls
    if log.loading or (older and not log.more) or place.desk.status.offline():
        return
    asked = log.question(older=older)
    log.begin()
    log.take(asked, await place.ports.ask.ask(asked, CallLogAnswer))


async def choose_calls(place: Place, which: Calls) -> None:
    place.desk.calls.choose(which)
    await load_calls(place)
