"""The opened interaction's messages by mail (F28)."""

from omnix_desktop.actions.base import action, first_refusal
from omnix_desktop.actions.conditions import leads, mine, online, opened
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import Why
from omnix_protocol.conversations import Interaction
from omnix_protocol.customers import Customer
from omnix_protocol.errors import Refused
from omnix_protocol.ids import InteractionId, MemoId, new_id
from omnix_protocol.transcripts import MailTranscript


def _may(place: Place) -> Why | None:
    """Whoever handles or handled it, and team leaders."""
    it = place.desk.conversation.interaction
    if it is not None and it.owner_id == place.ports.account.me.user_id:
        return None
    return None if leads(place) is None else mine(place)


@action("conversation.mail_transcript", icon="mail", enabled_when=first_refusal(opened, online, _may))
def mail_transcript(place: Place) -> None:
    """Choose to which address; the dialog runs `mail_transcript_to`."""
    place.screen.open_dialog("mail_transcript")


def known_address(place: Place) -> str:
    """The customer's own, where one is known: of their profile, else the one that they write from."""
    card = place.desk.customer
    customer: Customer | None = card.customer
    if customer is not None and customer.emails:
        return customer.emails[0]
    return next((one.address for one in card.reached() if one.kind == "email"), "")


async def mail_transcript_to(place: Place, it: Interaction, address: str) -> Refused | None:
    """Accepted it stands in the thread, with what becomes of it."""
    command = MailTranscript(memo_id=MemoId(new_id()), interaction_id=InteractionId(it.id), to=address)
    outcome = await place.ports.run.now(command)
    if outcome.refused is None:
        place.screen.tell(tr("transcript.asked", to=address), "good")
    return outcome.refused
