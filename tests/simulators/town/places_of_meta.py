"""The places at Meta: a number, two pages and two professional accounts, all at one simulator."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from functools import partial

from tests.contract.providers import comments, meta
from tests.contract.providers.graph import GraphProvider
from tests.contract.providers.whatsapp import WhatsAppProvider
from tests.simulators.graph.accounts import Number, Page, Person, Professional
from tests.simulators.graph.simulator import graph_simulator
from tests.simulators.town.lines import Line
from tests.simulators.town.lines_of_meta import OnComments, OnInstagram, OnMessenger, OnWhatsApp
from tests.simulators.town.memory import Memory
from tests.simulators.town.people import handle, name, phone
from tests.simulators.town.places import Place, Ports
from tests.support.waiting import until

NUMBER = Number()
PAGE, WALL = Page(), Page(id="100473908465588", token="EAAG-token-of-the-page-with-posts")
DIRECT, FEED = Professional(), Professional(id="17841405822304915", token="IGAA-token-of-the-account-with-posts")


async def places(stack: AsyncExitStack, ports: Ports, memory: Memory) -> list[Place]:
    accounts = NUMBER, PAGE, WALL, DIRECT, FEED
    simulator = await stack.enter_async_context(graph_simulator(*accounts, port=ports()))
    world, said = simulator.world, simulator.comments
    memory.keep("people at Meta", world.people)
    memory.keep("last heard at Meta", world.heard)
    memory.keep("posts at Meta", said.posts)
    memory.keep("comments at Meta", said.by_id)
    wall, feed = comments.FacebookProvider(WALL, simulator), comments.InstagramProvider(FEED, simulator)
    whatsapp = WhatsAppProvider(NUMBER, simulator)
    return [
        _place(whatsapp, "WhatsApp Nusanet", lambda person: OnWhatsApp(simulator, NUMBER, person), by_itself=True),
        _place(meta.MessengerProvider(PAGE, simulator), "Nusanet", lambda person: OnMessenger(simulator, PAGE, person)),
        _place(
            meta.InstagramProvider(DIRECT, simulator), "@nusanet", lambda person: OnInstagram(simulator, DIRECT, person)
        ),
        _place(wall, "Halaman Nusanet", lambda person: OnComments(simulator, wall.post, person)),
        _place(feed, "Unggahan @nusanet", lambda person: OnComments(simulator, feed.post, person)),
    ]


def _place(provider: GraphProvider, title: str, line: Callable[[Person], Line], *, by_itself: bool = False) -> Place:
    """`by_itself`: the server sets this account's webhook."""

    def line_of(number: int) -> AbstractAsyncContextManager[Line]:
        return nullcontext(line(Person(phone(number), name(number), username=handle(number))))

    async def told(hook: str) -> None:
        await until(lambda: provider.simulator.hooks.url_of(provider.theirs) == hook, f"{provider.kind} is told", 30)

    place = Place(provider.kind, line_of, title, provider.settings(), provider.secrets)
    place.trouble = partial(provider.simulator.trouble, provider.theirs)
    place.attach = told if by_itself else provider.attach
    return place
