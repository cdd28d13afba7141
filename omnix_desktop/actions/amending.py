"""Asking the server to have a message changed (decision 0058): only while there is a connection, and told at once."""

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.edit_composer import EditComposer
from omnix_desktop.models.why import sentence
from omnix_protocol.content import ActKind
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import AmendMessage, Message


async def amend(place: Place, message: Message, kind: ActKind, *, text: str = "", emoji: str = "") -> bool:
    """Whether the server took it; what the provider makes of it stands on the message."""
    command = AmendMessage(message_id=MessageId(message.id), kind=kind, text=text, emoji=emoji)
    outcome = await place.ports.run.now(command)
    if outcome.refused is None:
        return True
    what = tr(f"entries.act_{kind.value}")
    place.screen.tell(tr("entries.amend_failed", what=what, reason=sentence(outcome.refused)), "bad")
    return False


async def change(place: Place, composer: EditComposer) -> None:
    """What stands in the composer becomes the message's text; where that is refused, it goes on standing there."""
    why = composer.refusal(place.desk.tick.now()) or place.desk.status.offline()
    if why is not None:
        place.screen.tell(str(why), "soon")
        return
    if composer.asking:
        return
    composer.flush()
    composer.asking = True
    try:
        taken = await amend(place, composer.message, ActKind.EDIT, text=composer.text.strip())
    finally:
        composer.asking = False
    if taken:
        place.desk.composers.end_edit(composer)


async def give_up(place: Place, composer: EditComposer) -> None:
    """No change after all; what was typed for it is not thrown away without a question."""
    words = tr("composer.edit_leave_title"), tr("composer.edit_leave_sure"), tr("composer.edit_leave")
    if not composer.is_changed or await place.screen.confirm(*words):
        place.desk.composers.end_edit(composer)
