"""Composition root of the server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from backend import clock
from backend.asks import Asks
from backend.bus import Bus, Grown, Hint, open_bus
from backend.channels import BY_KIND, CHANNELS
from backend.config import Settings
from backend.files import Files, open_files
from backend.gateway.accounts import Accounts
from backend.gateway.asgi import application
from backend.gateway.brakes import Brakes
from backend.gateway.commands import Commands
from backend.gateway.feed import Feeds
from backend.gateway.files import FileDoor
from backend.gateway.health import health_routes
from backend.gateway.http import AnyOf, Http
from backend.gateway.hub import Hub
from backend.gateway.openapi import document
from backend.gateway.pace import Pace
from backend.gateway.passwords import Passwords
from backend.gateway.presence import Presence
from backend.gateway.runs import RunDoor
from backend.gateway.secrets import Seal, SecretDoor, server_key
from backend.gateway.sessions import Sessions
from backend.gateway.sign_in import SignInDoor
from backend.gateway.socket import House, Socket
from backend.gateway.users import UserDoor
from backend.gateway.visitors import VisitorDoor, Visitors
from backend.gateway.webchat import WebChatDoor
from backend.gateway.webhooks import Webhooks
from backend.jobs.shift import Shift
from backend.runner import Runner
from backend.store.engine import DatabaseSettings
from backend.store.errors import Unavailable
from backend.store.store import Store
from backend.telemetry import Metrics
from omnix_protocol.ids import TenantId

VERSION = "0.1.0"


class Bell:
    """Tells whoever works in this process that there are jobs; nobody hears it while nobody does."""

    def __init__(self) -> None:
        self.heard: Callable[[], None] | None = None

    def ring(self) -> None:
        if self.heard is not None:
            self.heard()


@dataclass(frozen=True, slots=True)
class Parts:
    """What serving, the command line and the demo have in common."""

    settings: Settings
    metrics: Metrics
    store: Store
    bus: Bus
    runner: Runner
    asks: Asks
    bell: Bell
    pace: Pace
    files: Files
    sessions: Sessions
    sign_in: SignInDoor
    secrets: SecretDoor


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[Parts]:
    """The parts without a door, made and closed in one event loop. The schema must be there."""
    async with AsyncExitStack() as stack:
        metrics = Metrics()
        store = Store(DatabaseSettings(settings.database_url, settings.data.raw_database or None))
        stack.push_async_callback(store.close)
        bus = open_bus(settings.bus.url)
        await bus.start()
        stack.push_async_callback(bus.close)

        def ran(command_type: str, outcome: str, seconds: float) -> None:
            metrics.commands.labels(command_type, outcome).inc()
            metrics.command_seconds.observe(seconds)

        bell = Bell()
        pace = Pace()
        runner = Runner(store, now=clock.now, grown=bus.grown, jobs_made=bell.ring, running=pace.running, observe=ran)
        asks = Asks(store, now=clock.now)
        passwords = Passwords(settings.sign_in)
        stack.callback(passwords.close)
        sessions = Sessions(store, bus, settings.sign_in, clock.now)
        brakes = Brakes(store, settings.sign_in, clock.now)
        yield Parts(
            settings=settings,
            metrics=metrics,
            store=store,
            bus=bus,
            runner=runner,
            asks=asks,
            bell=bell,
            pace=pace,
            files=open_files(settings.files_place),
            sessions=sessions,
            sign_in=SignInDoor(store, runner, sessions, passwords, brakes, metrics, clock.now),
            secrets=SecretDoor(store, Seal(server_key(settings)), clock.now),
        )


@dataclass(frozen=True, slots=True)
class Serving:
    """The application while it serves; `goodbye` lets its sockets go before the connections are closed."""

    app: Starlette
    goodbye: Callable[[], Awaitable[None]]


@asynccontextmanager
async def serving(parts: Parts) -> AsyncIterator[Serving]:
    """The door and the jobs of one process."""
    settings, metrics = parts.settings, parts.metrics
    epoch = await parts.store.control.epoch()
    feeds = Feeds(parts.store, parts.pace.turn)
    presence = Presence(parts.store, parts.runner)
    hub = Hub(
        feeds,
        parts.sessions,
        parts.bus,
        metrics,
        parts.pace,
        poll_seconds=settings.bus.poll_seconds,
        per_user=settings.limits.sockets_per_user,
        also=presence.renew,
    )
    commands = Commands(parts.store, parts.runner, parts.sessions)
    door = UserDoor(parts.sessions, commands, hub, presence, parts.bus)
    house = House(
        store=parts.store,
        asks=parts.asks,
        feeds=feeds,
        metrics=metrics,
        epoch=epoch,
        now=clock.now,
        soon=hub.soon,
        ack_seconds=settings.limits.ack_seconds,
    )

    async def socket(wire: WebSocket) -> None:
        await Socket(wire, door, house).live()

    visitors = Visitors(parts.store, clock.now)
    visitor_door = VisitorDoor(parts.store, visitors, parts.runner, parts.bus)

    async def goodbye() -> None:
        visitor_door.close()
        await hub.close(settings.server.graceful_seconds)

    web_chat = WebChatDoor(parts.store, visitors, visitor_door, house, settings.public_url)
    accounts = Accounts(parts.store, parts.secrets)
    async with working(parts, accounts) as shift:
        webhooks = Webhooks(
            parts.store, accounts, BY_KIND, metrics.registry, shift.received, settings.limits.webhook_bytes
        )
        hub.start()
        try:
            routes = [*_routes(parts, commands, visitors), *webhooks.routes(), *web_chat.routes()]
            yield Serving(application([*routes, WebSocketRoute("/v1/socket", socket)]), goodbye)
        finally:
            await goodbye()
            await feeds.close()


@asynccontextmanager
async def working(parts: Parts, accounts: Accounts) -> AsyncIterator[Shift]:
    """What this process does later, while the block lasts."""
    shift = Shift(
        parts.store,
        parts.runner,
        parts.asks,
        CHANNELS,
        accounts,
        clock.now,
        public_url=parts.settings.server.public_url,
    )

    def heard(hint: Hint) -> None:
        if isinstance(hint, Grown):
            shift.grown(TenantId(hint.tenant_id), hint.heads)

    unsubscribe = parts.bus.subscribe(heard)
    parts.bell.heard = shift.jobs_made
    await shift.start()
    try:
        yield shift
    finally:
        parts.bell.heard = None
        unsubscribe()
        await shift.close()


def _routes(parts: Parts, commands: Commands, visitors: Visitors) -> list[BaseRoute]:
    limits = parts.settings.limits
    bearers = AnyOf(parts.sessions, visitors)
    http = Http(bearers, parts.metrics, body_bytes=limits.body_bytes, rate=limits.requests_per_second)
    operations = [
        *parts.sign_in.operations(),
        *RunDoor(commands, parts.asks).operations(),
        *FileDoor(parts.store, parts.files, parts.asks, clock.now, limits.upload_bytes).operations(),
        *parts.secrets.operations(),
    ]

    async def ready() -> str:
        try:
            await parts.store.control.alive()
            await parts.store.control.epoch()
        except (Unavailable, LookupError) as error:
            return str(error) or "The database does not answer."
        return ""

    return [*http.routes(operations), *health_routes(parts.metrics, document(operations, VERSION), ready)]
