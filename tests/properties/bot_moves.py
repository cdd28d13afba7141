"""Moves of bots, and what people do with them."""

from backend.runner import Actor
from omnix_protocol.bots import BotEnd, BotSay, GiveToBot, HandToPerson
from omnix_protocol.channels import EditChannelAccount
from omnix_protocol.content import Button
from omnix_protocol.conversations import HELD, Interaction, PickUp, Status
from omnix_protocol.ids import InteractionId
from tests.properties.ground import Ground, Move, instead, makes


def _answered(g: Ground) -> tuple[Actor, Interaction] | None:
    """What a bot answers, or did: then it is refused."""
    found = g.some("Interaction", lambda row: row.status is Status.BOT) or g.some("Interaction", lambda row: row.bot_id)
    return (Actor("channel", g.company.account("robot")), found) if found else None


@makes(BotSay)
def _say(g: Ground) -> Move:
    if (talk := _answered(g)) is None:
        return instead(g, GiveToBot)
    bot, interaction = talk
    buttons = g.chance.pick(((), (Button(id="1", title="Tagihan"),)))
    command = BotSay(
        channel_account_id=g.company.account("robot"),
        interaction_id=InteractionId(interaction.id),
        text=g.chance.pick(("Ada yang bisa dibantu?", "Silakan pilih")),
        buttons=buttons,
    )
    return bot, command


@makes(HandToPerson)
def _hand(g: Ground) -> Move:
    if (talk := _answered(g)) is None:
        return instead(g, GiveToBot)
    bot, interaction = talk
    note = g.chance.pick(("", "Minta cicilan"))
    return bot, HandToPerson(
        channel_account_id=g.company.account("robot"), interaction_id=InteractionId(interaction.id), note=note
    )


@makes(BotEnd)
def _end(g: Ground) -> Move:
    if (talk := _answered(g)) is None:
        return instead(g, GiveToBot)
    bot, interaction = talk
    return bot, BotEnd(channel_account_id=g.company.account("robot"), interaction_id=InteractionId(interaction.id))


@makes(GiveToBot)
def _give(g: Ground) -> Move:
    held = g.some("Interaction", lambda row: row.status in HELD)
    if held is None:
        return instead(g, PickUp)
    account = next(row for row in g.truth.of["ChannelAccount"] if row.id == held.channel_account_id)
    if account.bot_id is None:
        robot = g.company.account("robot")
        return "adi", EditChannelAccount(channel_account_id=account.id, base_version=account.version, bot_id=robot)
    return g.owner_of(held), GiveToBot(interaction_id=InteractionId(held.id))
