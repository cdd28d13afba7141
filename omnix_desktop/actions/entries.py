"""What can be done with one entry of the thread: the one that the menu was opened on."""

from omnix_desktop.actions.amending import amend
from omnix_desktop.actions.base import Enabled, action, first_refusal
from omnix_desktop.actions.conditions import mine, online
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import Why
from omnix_protocol import capability
from omnix_protocol.channels import Capabilities, Channel
from omnix_protocol.content import ActKind
from omnix_protocol.messages import DeliveryState, Direction, Message

_TO_THE_CUSTOMER = frozenset({ActKind.EDIT, ActKind.DELETE})
_STILL_HERE = (DeliveryState.ACCEPTED, DeliveryState.FAILED)


def _a_message(place: Place) -> Why | None:
    """A message that the server has is chosen."""
    message = place.desk.chosen.message
    if message is not None:
        return Why("why.taken_back") if message.deleted_at is not None else None
    item = place.desk.chosen.item
    if item is None:
        return Why("why.no_entry")
    return Why("why.is_memo") if item.kind == "memo" else Why("why.not_there_yet")


def _can(kind: ActKind) -> Enabled:
    """The provider can be asked for it, about this message, now; else the nearest reason why not."""

    def refusal(place: Place) -> Why | None:
        message, channel = place.desk.chosen.message, place.desk.conversation.channel
        if message is None or channel is None:
            return Why("why.no_entry")
        if message.amendment is not None and message.amendment.state is DeliveryState.ACCEPTED:
            return Why("refused.still_pending")
        if kind in capability.acts_on(channel.capabilities, message, place.desk.tick.now()):
            return None
        return _why_not(kind, message, channel)

    return refusal


def _why_not(kind: ActKind, message: Message, channel: Channel) -> Why:
    able: Capabilities = channel.capabilities
    named = (("channel", channel.name),)
    if kind not in able.acts:
        return Why("why.channel_cannot", named)
    if message.state in _STILL_HERE:
        return Why("why.not_at_the_channel")
    if kind in (ActKind.HIDE, ActKind.UNHIDE):
        return Why("why.only_comments") if message.direction is Direction.OUT else Why("why.is_so_already")
    if kind in _TO_THE_CUSTOMER and message.direction is Direction.IN:
        return Why("why.not_ours")
    return Why("why.too_late", named)


def _quotes(place: Place) -> Why | None:
    channel = place.desk.conversation.channel
    if channel is None:
        return Why("why.no_entry")
    return None if channel.capabilities.quotes else Why("why.channel_cannot", (("channel", channel.name),))


def _may(kind: ActKind) -> Enabled:
    return first_refusal(_a_message, mine, _can(kind), online)


@action("entry.reply", icon="reply", enabled_when=first_refusal(_a_message, mine, _quotes), in_palette=False)
def reply(place: Place) -> None:
    """The reply names this message; it stays with the text until it is sent."""
    message = place.desk.chosen.message
    if message is not None:
        place.desk.composers.reply(message.conversation_id).quote(message)
        place.screen.focus_composer("reply")


@action("entry.react", icon="smile", enabled_when=_may(ActKind.REACT), in_palette=False)
def react_with_any(place: Place) -> None:
    """All emoji are offered."""
    place.desk.chosen.picker_wanted.emit()


async def react(place: Place, message: Message, emoji: str) -> None:
    """Our emoji on it; the same one again takes it back."""
    ours = next((reaction.emoji for reaction in message.reactions if reaction.ours), "")
    await amend(place, message, ActKind.REACT, emoji="" if emoji == ours else emoji)


@action("entry.edit", icon="pencil", enabled_when=_may(ActKind.EDIT), in_palette=False)
def edit(place: Place) -> None:
    """Its words come into the composer, in the place of the reply."""
    message = place.desk.chosen.message
    if message is not None:
        place.desk.composers.begin_edit(message)
        place.screen.focus_composer("reply")


@action("entry.delete", icon="trash-2", enabled_when=_may(ActKind.DELETE), in_palette=False)
async def delete(place: Place) -> None:
    """Asked first: the customer's copy goes too."""
    message, channel = place.desk.chosen.message, place.desk.conversation.channel
    if message is None or channel is None:
        return
    words = tr("entries.delete_sentence", channel=channel.name)
    if await place.screen.confirm(tr("entries.delete_title"), words, tr("entries.delete_yes")):
        await amend(place, message, ActKind.DELETE)


@action("entry.hide", icon="eye-off", enabled_when=_may(ActKind.HIDE), in_palette=False)
async def hide(place: Place) -> None:
    """Only its author and we see it from then on."""
    message = place.desk.chosen.message
    if message is not None:
        await amend(place, message, ActKind.HIDE)


@action("entry.unhide", icon="eye", enabled_when=_may(ActKind.UNHIDE), in_palette=False)
async def unhide(place: Place) -> None:
    message = place.desk.chosen.message
    if message is not None:
        await amend(place, message, ActKind.UNHIDE)


def _has_text(place: Place) -> Why | None:
    item = place.desk.chosen.item
    return None if item is not None and item.text else Why("why.no_text")


@action("entry.copy", icon="copy", enabled_when=_has_text, in_palette=False)
def copy(place: Place) -> None:
    """Its text to the clipboard."""
    item = place.desk.chosen.item
    if item is not None:
        place.screen.copy(item.text)
