"""Writing: reply, memo, send, retry, and what is done with what did not go out."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from omnix_desktop.actions.amending import change
from omnix_desktop.actions.base import action
from omnix_desktop.actions.conditions import opened
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.composer import Composer, Mode
from omnix_desktop.models.edit_composer import EditComposer
from omnix_desktop.models.thread_items import ThreadItem
from omnix_desktop.models.why import Why, fault_sentence, sentence
from omnix_desktop.ports import Fault
from omnix_protocol.conversations import HELD, MarkRead
from omnix_protocol.ids import CommandId, MessageId
from omnix_protocol.messages import FetchMedia, FileState, ResolveUncertain, RetrySend


@action("message.reply", icon="reply", shortcut="Ctrl+R", enabled_when=opened)
def reply(place: Place) -> None:
    """The cursor goes into the reply (S0.30)."""
    place.screen.focus_composer("reply")


@action("message.memo", icon="sticky-note", shortcut="Ctrl+M", enabled_when=opened)
def memo(place: Place) -> None:
    """The cursor goes into the memo (S0.29)."""
    place.screen.focus_composer("memo")


def _composer(place: Place) -> Composer | None:
    conversation_id = place.desk.thread.conversation_id
    if conversation_id is None:
        return None
    return place.desk.composers.front(conversation_id, Mode(place.desk.composing))


def _sendable(place: Place) -> Why | None:
    composer = _composer(place)
    return Why("why.nothing_opened") if composer is None else composer.refusal(place.desk.tick.now())


@action("message.send", icon="send", shortcut="Ctrl+Return", enabled_when=_sendable)
def send(place: Place) -> Awaitable[None] | None:
    """What stands in the composer that the keyboard is in (S0.34)."""
    composer = _composer(place)
    if isinstance(composer, EditComposer):
        return change(place, composer)
    if composer is not None:
        send_from(place, composer)
    return None


def _apart(place: Place) -> Why | None:
    composer = _composer(place)
    return None if composer is not None and composer.apart else Why("why.no_other_draft")


@action("message.join_drafts", icon="git-merge", enabled_when=_apart)
def join_drafts(place: Place) -> None:
    """What stands on the user's other machine comes below what stands here (decision 0042)."""
    composer = _composer(place)
    if composer is not None:
        composer.join()


def send_from(place: Place, composer: Composer) -> bool:
    """The decision of this composer, for its own conversation, whatever is on the screen meanwhile."""
    why = composer.refusal(place.desk.tick.now())
    messages = composer.commands() if why is None else []
    if not messages:
        if why is not None and why.key != "refused.empty_text":
            place.screen.tell(str(why), "soon")
        return False
    composer.flush()  # with the draft goes what stands in the file
    failed = _not_stored(place, composer)
    place.ports.run.run(messages[0], failed=failed, then=messages[1:])
    composer.sent()
    return True


def _not_stored(place: Place, composer: Composer) -> Callable[[Fault], None]:
    """Bound to what stands in it now, before it is sent."""
    text, files, beside = composer.text, composer.attachments, composer.beside

    def give_back(fault: Fault) -> None:
        composer.give_back(text, files, beside)
        place.screen.tell(tr("composer.not_stored", why=fault_sentence(fault)), "bad")

    return give_back


def retry(place: Place, item: ThreadItem) -> None:
    """A new decision to send it (P5): the row says queued until the server says otherwise."""
    place.ports.run.run(RetrySend(message_id=MessageId(item.entity_id)))


def resolve(place: Place, item: ThreadItem, went_out: bool) -> None:
    """The agent looked it up at the provider."""
    place.ports.run.run(ResolveUncertain(message_id=MessageId(item.entity_id), went_out=went_out))


async def fetch(place: Place, item: ThreadItem) -> None:
    """Have the server try again to get the files that the provider would not give; that takes a connection."""
    for file in item.attachments:
        if file.state is not FileState.FAILED:
            continue
        asked = FetchMedia(message_id=MessageId(item.entity_id), file_id=file.file_id)
        outcome = await place.ports.run.now(asked)
        if outcome.refused is not None:
            words = tr("files.not_fetched", name=file.name, reason=sentence(outcome.refused))
            place.screen.tell(words, "bad")
            return


def back_to_draft(place: Place, command_id: CommandId) -> None:
    """What is being typed is written down first: the text comes in front of it."""
    place.desk.composers.flush()
    place.ports.unsent.back_to_draft(command_id)


ON_ITEM: dict[str, Callable[[Place, ThreadItem], Coroutine[Any, Any, None] | None]] = {
    "retry": retry,
    "fetch": fetch,
    "went_out": lambda place, item: resolve(place, item, True),
    "not_sent": lambda place, item: resolve(place, item, False),
    "send_anyway": lambda place, item: place.ports.unsent.send_anyway([CommandId(item.command_id)]),
    "edit": lambda place, item: back_to_draft(place, CommandId(item.command_id)),
    "discard": lambda place, item: place.ports.unsent.discard(CommandId(item.command_id)),
}
"""What the words below a bubble do (`thread.action_<name>`)."""


def read_mark(place: Place) -> MarkRead | None:
    """What to tell the server when the owner has the newest entry before their eyes; nothing where it knows."""
    it = place.desk.conversation.interaction
    thread = place.desk.thread
    if it is None or it.status not in HELD or not it.unread or thread.conversation_id != it.conversation_id:
        return None
    if not place.desk.conversation.mine or place.desk.status.offline():
        return None
    return MarkRead(conversation_id=it.conversation_id, position=thread.last_position)


async def mark_read(place: Place, mark: MarkRead) -> None:
    await place.ports.run.now(mark)
