"""Where customers are: each place is one account at one simulator, with what the server needs to know to serve it."""

import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from backend.demo.seeding import TELEGRAM_TOKEN, WEBCHAT_ROUTE
from tests.contract.providers.email import EmailProvider
from tests.contract.providers.line import SECRET, TOKEN, LineProvider
from tests.contract.providers.sms import SmsProvider
from tests.contract.providers.x import XProvider
from tests.simulators import line_api, x_words
from tests.simulators.line import LineSimulator
from tests.simulators.mishaps import Trouble, Unable
from tests.simulators.telegram import Person, TelegramSimulator
from tests.simulators.town import mail
from tests.simulators.town.lines import Line, OnLine, OnMention, OnSms, OnTelegram, OnWebChat, OnX
from tests.simulators.town.memory import Memory
from tests.simulators.town.people import CUSTOMERS, handle, name, phone
from tests.simulators.visitor import Visitor
from tests.simulators.x import XSimulator
from tests.support import smpp
from tests.support.mail_servers import OURS, THEIRS
from tests.support.mailbox import Mailbox
from tests.support.serving import serving
from tests.support.waiting import free_port

LineOf = Callable[[int], AbstractAsyncContextManager[Line]]
"""A customer by number."""
OUR_MAIL = f"layanan@{OURS}"


def _untroubled(what: Trouble, share: float) -> None:
    raise Unable("No trouble can be made here.")


async def _by_itself(_hook: str) -> None:
    """The server tells the provider where it is, or goes there."""


@dataclass
class Place:
    """`title` is the account's name, empty where the demo has the account already."""

    kind: str
    line: LineOf | None = None
    title: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    attach: Callable[[str], Awaitable[None]] = _by_itself
    trouble: Callable[[Trouble, float], None] = _untroubled
    begins_with_bot: bool = False


class Ports:
    """The same ones every time, one after the other, unless somebody has one."""

    def __init__(self, first: int) -> None:
        self._next = itertools.count(first)

    def __call__(self) -> int:
        return free_port(next(self._next))


def numbers() -> "itertools.count[int]":
    """For what a provider numbers: none is the same at the next run."""
    return itertools.count(int(time.time()))


def web_chat(server: str) -> Place:
    @asynccontextmanager
    async def visiting(number: int) -> AsyncIterator[Line]:
        async with Visitor(server, WEBCHAT_ROUTE, name(number)).here() as visitor:
            yield OnWebChat(visitor)

    return Place("webchat", visiting)


async def telegram(stack: AsyncExitStack, ports: Ports) -> Place:
    simulator = TelegramSimulator()
    await stack.enter_async_context(serving(simulator.app, ports()))
    stack.push_async_callback(simulator.close)
    bot = simulator.bot(TELEGRAM_TOKEN)
    bot.update_ids, bot.message_ids = numbers(), numbers()

    def line(number: int) -> AbstractAsyncContextManager[Line]:
        first, last = name(number).split()
        person = Person(880_000_000 + number % CUSTOMERS, first, last, handle(number))
        return nullcontext(OnTelegram(simulator, TELEGRAM_TOKEN, person))

    return Place("telegram", line, trouble=simulator.trouble)


async def official_line(stack: AsyncExitStack, ports: Ports) -> Place:
    simulator = LineSimulator(https_only=False)
    address = await stack.enter_async_context(serving(simulator.app, ports()))
    stack.push_async_callback(simulator.close)
    provider = LineProvider(simulator, address)
    simulator.bot(TOKEN, SECRET).numbers = numbers()

    def line(number: int) -> AbstractAsyncContextManager[Line]:
        person = line_api.Person(line_api.user_id(number % CUSTOMERS), name(number))
        return nullcontext(OnLine(simulator, TOKEN, person))

    return Place(
        "line",
        line,
        "LINE Nusanet",
        provider.settings(),
        provider.secrets,
        trouble=simulator.trouble,
        begins_with_bot=True,
    )


async def x(stack: AsyncExitStack, ports: Ports, memory: Memory) -> Place:
    simulator = XSimulator()
    memory.keep("x posts", simulator.posts)
    simulator.base = await stack.enter_async_context(serving(simulator.app, ports()))
    stack.push_async_callback(simulator.close)
    provider = XProvider(simulator, simulator.base)

    def line(number: int) -> AbstractAsyncContextManager[Line]:
        """Messages and mentions in turn."""
        person = x_words.Person(str(3_001_000_000 + number % CUSTOMERS), name(number), handle(number).replace(".", "_"))
        return nullcontext((OnMention if number % 2 else OnX)(simulator, provider.us, person))

    return Place("x", line, "@nusanet_care (X)", provider.settings(), provider.secrets, trouble=simulator.trouble)


async def sms(stack: AsyncExitStack, ports: Ports) -> Place:
    centre = await stack.enter_async_context(smpp.smsc(ports(), next(numbers())))
    provider = SmsProvider(centre)

    def line(number: int) -> AbstractAsyncContextManager[Line]:
        return nullcontext(OnSms(centre, phone(number)))

    return Place("sms", line, "SMS Nusanet", provider.settings(), provider.secrets, trouble=centre.trouble)


async def email(stack: AsyncExitStack) -> Place:
    addresses = [f"{handle(number)}@{THEIRS}" for number in range(CUSTOMERS)]
    servers = await stack.enter_async_context(mail.servers((OUR_MAIL, *addresses)))
    provider = EmailProvider(servers, Mailbox(port=servers.smtp), OUR_MAIL)

    def line(number: int) -> AbstractAsyncContextManager[Line]:
        return nullcontext(mail.OnMail(servers, addresses[number % CUSTOMERS], name(number), OUR_MAIL))

    return Place("email", line, OUR_MAIL, provider.settings(), provider.secrets)
