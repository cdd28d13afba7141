"""Taking, passing on and ending interactions, and walking among them."""

from omnix_desktop.actions.base import action, first_refusal
from omnix_desktop.actions.conditions import (
    mine,
    online,
    opened,
    opened_waits,
    room_for_more,
    something_handled,
    something_waits,
)
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.why import sentence
from omnix_desktop.ports import Outcome
from omnix_protocol.conversations import End, PickedUp, PickUp, PickUpNext, Transfer
from omnix_protocol.errors import Refused
from omnix_protocol.ids import ConversationId, GroupId, InteractionId, UserId
from omnix_protocol.reports import Entries, OlderEntries, TransferTargets, TransferTargetsAnswer


@action(
    "interaction.pick_next",
    icon="play",
    shortcut="F2",
    enabled_when=first_refusal(online, room_for_more, something_waits),
)
async def pick_next(place: Place) -> None:
    """The longest waiting one of all that this agent serves, or of the account chosen in the channel panel (S0.19)."""
    account_id = place.desk.waiting.account_id
    await take(place, await place.ports.run.now(PickUpNext(channel_account_id=account_id)))


@action("interaction.pick_up", icon="play", enabled_when=first_refusal(online, room_for_more, opened_waits))
async def pick_up(place: Place) -> None:
    """The waiting one that is open (S0.18)."""
    it = place.desk.conversation.interaction
    if it is not None:
        await take(place, await place.ports.run.now(PickUp(interaction_id=InteractionId(it.id))))


async def take(place: Place, outcome: Outcome) -> None:
    """What was picked up is opened, with the keyboard in its reply; a refusal is told."""
    if outcome.refused is not None:
        place.screen.tell(sentence(outcome.refused), "soon")
        return
    picked = outcome.read(PickedUp)
    place.desk.selection.open(Opened(picked.conversation_id, picked.interaction_id, picked.customer_id))
    place.screen.focus_composer("reply")


@action(
    "interaction.transfer", icon="arrow-right-left", shortcut="Ctrl+Shift+T", enabled_when=first_refusal(online, mine)
)
def transfer(place: Place) -> None:
    """Choose to whom; the dialog asks `transfer_targets` and runs `transfer_to`."""
    place.screen.open_dialog("transfer")


async def transfer_targets(place: Place) -> TransferTargetsAnswer | Refused | None:
    """To whom the opened interaction could go right now."""
    it = place.desk.conversation.interaction
    if it is None:
        return None
    return await place.ports.ask.ask(TransferTargets(interaction_id=InteractionId(it.id)), TransferTargetsAnswer)


async def transfer_to(
    place: Place, *, user_id: UserId | None = None, group_id: GroupId | None = None, name: str = "", note: str = ""
) -> Refused | None:
    """Takes effect at once; the refusal says who is full or gone."""
    it = place.desk.conversation.interaction
    if it is None:
        return None
    command = Transfer(
        interaction_id=InteractionId(it.id),
        base_version=it.version,
        to_user_id=user_id,
        to_group_id=group_id,
        note=note,
    )
    outcome = await place.ports.run.now(command)
    if outcome.refused is None:
        place.screen.tell(tr("interaction.transferred", customer=it.customer_name, name=name), "good")
    return outcome.refused


@action("interaction.end", icon="check", shortcut="Ctrl+Shift+E", enabled_when=first_refusal(online, mine))
async def end(place: Place) -> None:
    """Asks first where something is being written or nobody has answered."""
    it = place.desk.conversation.interaction
    if it is None or not await _sure(place):
        return
    outcome = await place.ports.run.now(End(interaction_id=InteractionId(it.id)))
    if outcome.refused is not None:
        place.screen.tell(sentence(outcome.refused), "soon")
    else:
        place.screen.tell(tr("interaction.ended", customer=it.customer_name), "good")


async def _sure(place: Place) -> bool:
    it = place.desk.conversation.interaction
    if it is None:
        return False
    written = not place.desk.composers.reply(it.conversation_id).is_empty
    question = "draft" if written else "unanswered" if it.unanswered_since is not None else "plain"
    return await place.screen.confirm(
        tr("interaction.end_title", customer=it.customer_name or tr("customer.no_name")),
        tr(f"interaction.end_{question}"),
        tr("actions.interaction.end"),
    )


@action("conversation.next", icon="arrow-down", shortcut="Alt+Down", enabled_when=something_handled)
def next_conversation(place: Place) -> None:
    _walk(place, 1)


@action("conversation.previous", icon="arrow-up", shortcut="Alt+Up", enabled_when=something_handled)
def previous_conversation(place: Place) -> None:
    _walk(place, -1)


@action("conversation.cycle", shortcut="Ctrl+Tab", enabled_when=something_handled, in_palette=False)
def cycle(place: Place) -> None:
    _walk(place, 1)


@action("conversation.cycle_back", shortcut="Ctrl+Shift+Tab", enabled_when=something_handled, in_palette=False)
def cycle_back(place: Place) -> None:
    _walk(place, -1)


def _walk(place: Place, step: int) -> None:
    opened_now = place.desk.selection.opened
    row = place.desk.inbox.neighbour(opened_now.interaction_id if opened_now else None, step)
    if row is not None:
        place.desk.selection.open(row.opened)
        place.screen.focus_composer("reply")


@action("conversation.show_previous", icon="history", enabled_when=opened)
async def show_previous(place: Place) -> None:
    """The session before those on the screen: from the cache, else from the server (S0.28)."""
    thread = place.desk.thread
    conversation_id = thread.conversation_id
    if conversation_id is None or thread.load_before() or thread.show_previous():
        return
    answer = await place.ports.ask.ask(_older(conversation_id, thread.oldest_position), Entries)
    if isinstance(answer, Refused):
        place.screen.tell(sentence(answer), "soon")
        return
    thread.take_older([*answer.messages, *answer.memos], conversation_id)


def _older(conversation_id: ConversationId, position: int) -> OlderEntries:
    return OlderEntries(conversation_id=conversation_id, before_position=position)
