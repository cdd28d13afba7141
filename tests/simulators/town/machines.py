"""Places without customers of their own: a bot behind a webhook, and an exchange with its callers."""

from contextlib import AsyncExitStack

from tests.simulators.bot_maker import BotSimulator
from tests.simulators.town.bot import Script
from tests.simulators.town.exchange import Exchange
from tests.simulators.town.places import Place, Ports
from tests.support.serving import serving

BOT_SECRET = "shared-secret-of-the-simulated-bot"


async def bot(stack: AsyncExitStack, ports: Ports) -> Place:
    simulator = BotSimulator(BOT_SECRET, script=Script())
    address = await stack.enter_async_context(serving(simulator.app, ports()))
    settings = {"mode": "webhook", "url": f"{address}/bot"}
    return Place("bot", None, "Bot Nusanet", settings, {"secret": BOT_SECRET}, trouble=simulator.trouble)


def voice(exchange: Exchange) -> Place:
    return Place("voice", None, f"Telepon {exchange.line}", {}, {"webhook_secret": exchange.secret}, exchange.attach)
