"""The bot's part: what bots answer now, taken from them by whoever handles it, and given back (S3.4, S3.9)."""

from omnix_desktop.actions.base import action, first_refusal
from omnix_desktop.actions.conditions import mine, online
from omnix_desktop.actions.conversations import take
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import Why, sentence
from omnix_protocol.bots import BotTalks, GiveToBot
from omnix_protocol.conversations import Interaction, PickUp
from omnix_protocol.errors import Refused
from omnix_protocol.ids import InteractionId
from omnix_protocol.reports import QueuePageAnswer


def _bots_answer(place: Place) -> Why | None:
    some = any(facts.account.bot_id is not None for facts in place.desk.catalogue.accounts())
    return None if some else Why("why.no_bots")


@action("bots.talks", icon="bot", enabled_when=first_refusal(_bots_answer, online))
def talks(place: Place) -> None:
    place.screen.open_dialog("bot_talks")


async def talks_page(place: Place, last: Interaction | None) -> QueuePageAnswer | Refused:
    """The newest, or those that follow the last one shown."""
    asked = BotTalks() if last is None else BotTalks(before_at=last.created_at, before_id=InteractionId(last.id))
    return await place.ports.ask.ask(asked, QueuePageAnswer)


async def take_over(place: Place, interaction_id: InteractionId) -> None:
    """Handle: from now on a person answers (S3.9)."""
    await take(place, await place.ports.run.now(PickUp(interaction_id=interaction_id)))


def _has_bot(place: Place) -> Why | None:
    it = place.desk.conversation.interaction
    facts = place.desk.catalogue.account(it.channel_account_id) if it is not None else None
    if facts is None or facts.account.bot_id is None:
        return Why("refused.no_bot", (("channel", facts.account.name if facts else ""),))
    return None


@action("interaction.give_to_bot", icon="bot", enabled_when=first_refusal(online, mine, _has_bot))
async def give_to_bot(place: Place) -> None:
    it = place.desk.conversation.interaction
    if it is None:
        return
    outcome = await place.ports.run.now(GiveToBot(interaction_id=InteractionId(it.id)))
    if outcome.refused is not None:
        place.screen.tell(sentence(outcome.refused), "soon")
    else:
        place.screen.tell(tr("interaction.given_to_bot", customer=it.customer_name or tr("customer.no_name")), "good")
