"""What a bot is told, and the actions with which it answers.

An action is an object with a `type`:
- `say`: `text`, and `buttons` of {"id", "title"}: where the channel has none, they become numbered lines;
- `hand_over`: `note` and `context` (names and values), which the agent sees: nothing more is asked of the bot;
- `end`: the interaction is resolved.
Anything else is refused as a whole, so that half an answer never goes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.channels.base import AccountView, clean_text, line, unreadable
from omnix_protocol.base import Command
from omnix_protocol.bots import BUTTONS_MAX, BotEnd, BotSay, HandToPerson
from omnix_protocol.content import Button
from omnix_protocol.ids import ConversationId, CustomerId, InteractionId

ACTIONS_MAX: Final = 10
NOTE_MAX: Final = 2000
BODY_MAX: Final = 256 * 1024  # bytes of an answer


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that happened, as a bot is told of it. `id` stays the same however often it is told."""

    id: str
    event: str  # started, message, given_back
    at: str
    conversation_id: ConversationId
    interaction_id: InteractionId
    interaction_number: int
    customer_id: CustomerId
    customer_name: str
    address: str
    channel_kind: str
    channel_name: str
    message_id: str = ""
    text: str = ""
    chosen: str = ""  # id of the button that the customer pressed
    shown_as: str = ""  # what it is where it is no text


@dataclass(frozen=True, slots=True)
class Action:
    """A command in the making: whose interaction it is about is known by the one who asked."""

    kind: str
    text: str = ""
    buttons: tuple[Button, ...] = ()

    def command(self, account: AccountView, interaction_id: InteractionId) -> Command:
        if self.kind == "say":
            return BotSay(
                channel_account_id=account.id, interaction_id=interaction_id, text=self.text, buttons=self.buttons
            )
        if self.kind == "end":
            return BotEnd(channel_account_id=account.id, interaction_id=interaction_id)
        return HandToPerson(channel_account_id=account.id, interaction_id=interaction_id, note=self.text)


def say(text: str, buttons: Sequence[Button] = ()) -> Action:
    return Action("say", clean_text(text), tuple(buttons))


def hand_over(note: str = "") -> Action:
    return Action("hand_over", clean_text(note, NOTE_MAX))


def actions(told: Any) -> list[Action]:
    """The actions in a bot's words. Raises Unreadable, in one sentence, where any of them is none."""
    if told is None:
        return []
    if not isinstance(told, list) or len(told) > ACTIONS_MAX:
        unreadable(f"The actions are a list of {ACTIONS_MAX} at most.")
    return [_action(one) for one in told]


def _action(one: Any) -> Action:
    if not isinstance(one, dict):
        unreadable("An action is an object with a type.")
    match one.get("type"):
        case "say":
            text = one.get("text")
            if not isinstance(text, str) or not text.strip():
                unreadable("What a bot says has a text.")
            return say(text, _buttons(one.get("buttons")))
        case "hand_over":
            return hand_over(_note(one))
        case "end":
            return Action("end")
        case other:
            return unreadable(f"A bot can say, hand_over and end; this asks for “{line(str(other), 40)}”.")


def _buttons(told: Any) -> list[Button]:
    if told is None:
        return []
    if not isinstance(told, list) or len(told) > BUTTONS_MAX:
        unreadable(f"The buttons are a list of {BUTTONS_MAX} at most.")
    buttons: list[Button] = []
    for one in told:
        title = line(one["title"], 80) if isinstance(one, dict) and isinstance(one.get("title"), str) else ""
        key = one.get("id", title) if isinstance(one, dict) else None
        if not title or not isinstance(key, str) or len(key) > 256:
            unreadable("A button has a title of at most 80 characters, and an id of at most 256.")
        buttons.append(Button(id=key, title=title))
    return buttons


def _note(one: dict[str, Any]) -> str:
    note, context = one.get("note") or "", one.get("context") or {}
    if not isinstance(note, str) or not isinstance(context, dict):
        unreadable("A hand-over has a note that is a text, and a context of names and values.")
    lines = [note, *(f"{line(str(name), 80)}: {line(str(value), 300)}" for name, value in context.items())]
    return "\n".join(filter(None, lines))
