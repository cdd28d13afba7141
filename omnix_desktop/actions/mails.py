"""New mails (S3.22): begin one, and send it."""

from typing import Final

from omnix_desktop.actions.base import action
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.why import Why, sentence
from omnix_desktop.ports import TIMED_OUT
from omnix_protocol.conversations import PickedUp
from omnix_protocol.errors import Reason

_MAY_HAVE_RUN: Final = frozenset({TIMED_OUT.code, Reason.UNAVAILABLE.value})


def _has_mailbox(place: Place) -> Why | None:
    return None if place.desk.new_mail.mailboxes() else Why("new_mail.no_mailbox")


@action("mail.write", icon="mail", shortcut="Ctrl+N", enabled_when=_has_mailbox)
def write(place: Place) -> None:
    """Also without a connection; what was begun stands there again."""
    place.screen.open_window("new_mail")


async def send_mail(place: Place) -> str:
    """Sends what is written and opens its conversation. Why it did not go out, in a sentence; "" where it did."""
    mail = place.desk.new_mail
    mailbox, why = mail.mailbox(), mail.refusal()
    if why is not None or mailbox is None:
        return str(why)
    to, command = mail.values.to[0], mail.command(mailbox)
    first = mail.hand_over(command)
    outcome = await place.ports.run.now(command)
    if outcome.refused is None:
        picked = outcome.read(PickedUp)
        place.desk.selection.open(Opened(picked.conversation_id, picked.interaction_id, picked.customer_id))
    elif outcome.refused.code != Reason.ALREADY_EXISTS:
        if first and outcome.refused.code not in _MAY_HAVE_RUN:
            mail.take_back(command)
        return sentence(outcome.refused)
    elif not mail.handed_once:
        mail.begin_another()
        return tr("new_mail.went_before")
    mail.went_out()  # also where it went out when the answer to it was lost
    place.screen.tell(tr("new_mail.on_its_way", to=to), "good")
    return ""
