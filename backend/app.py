"""Composition root of the server."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from starlette.applications import Starlette
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from backend import clock
from backend.asks import Asks
from backend.bus import Bus, Grown, Hint, open_bus
from backend.channels import BY_KIND, CHANNELS
from backend.config import Settings
from backend.files import Files, open_files
from backend.files.fetching import Fetcher
from backend.files.intake import Intake
from backend.files.links import FileLinks
from backend.files.pictures import Pictures
from backend.files.scanning import open_scanner
from backend.gateway.accounts import Accounts
from backend.gateway.asgi import application
from backend.gateway.brakes import Brakes
from backend.gateway.channel_setup import ChannelSetupDoor
from backend.gateway.commands import Commands
from backend.gateway.feed import Feeds
from backend.gateway.files import FileDoor, LinkDoor
from backend.gateway.forgotten import ForgottenDoor
from backend.gateway.health import health_routes
from backend.gateway.http import AnyOf, Http
from backend.gateway.hub import Hub
from backend.gateway.openapi import document
from backend.gateway.pace import Pace
from backend.gateway.passwords import Passwords
from backend.gateway.presence import Presence
from backend.gateway.reception import Reception
from backend.gateway.runs import RunDoor
from backend.gateway.secrets import Seal, SecretDoor, server_key
from backend.gateway.sessions import Sessions
from backend.gateway.sign_in import SignInDoor
from backend.gateway.socket import House, Socket
from backend.gateway.transcript_brake import TranscriptBrake
from backend.gateway.users import UserDoor
from backend.gateway.visitors import VisitorDoor, Visitors
from backend.gateway.webchat import WebChatDoor
from backend.gateway.webhooks import Webhooks
from backend.jobs.mail import MailWork
from backend.jobs.means import Shelf, unlinked
from backend.jobs.reset_mail import RESET, ResetMail
from backend.jobs.shift import Shift
from backend.jobs.transcript_mail import TRANSCRIPT, TranscriptMail
from backend.post import Post
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
    intake: Intake
    links: FileLinks
    sessions: Sessions
    passwords: Passwords
    sign_in: SignInDoor
    forgotten: ForgottenDoor
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
        key = server_key(settings)
        scanner = open_scanner(settings.files.clamd, settings.files.scan_seconds)
        intake = Intake(scanner, Pictures(), hold=settings.files.unscanned == "hold")
        stack.push_async_callback(intake.close)
        mails = bool(settings.mail.host)
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
            intake=intake,
            links=FileLinks(key, settings.public_url, clock.now, settings.files.link_minutes),
            sessions=sessions,
            passwords=passwords,
            sign_in=SignInDoor(store, runner, sessions, passwords, brakes, metrics, clock.now, mails_codes=mails),
            forgotten=ForgottenDoor(
                store,
                runner,
                sessions,
                passwords,
                brakes,
                settings.sign_in,
                clock.now,
                bell.ring if mails else None,
            ),
            secrets=SecretDoor(store, Seal(key), clock.now),
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
    await _tidied(parts.files)
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
    mails = bool(settings.mail.host)
    brake = TranscriptBrake(parts.store, clock.now) if mails else None
    visitor_door = VisitorDoor(visitors, parts.runner, parts.bus, Reception(parts.store, clock.now), brake)

    async def goodbye() -> None:
        visitor_door.close()
        await hub.close(settings.server.graceful_seconds)

    web_chat = WebChatDoor(parts.store, visitors, visitor_door, house, clock.now, settings.public_url, mails=mails)
    accounts = Accounts(parts.store, parts.secrets, settings.server.public_url)
    async with working(parts, accounts) as shift:
        webhooks = Webhooks(
            parts.store, accounts, BY_KIND, metrics.registry, shift.received, settings.limits.webhook_bytes
        )
        hub.start()
        try:
            setup = _setup(parts, shift)
            routes = [*_routes(parts, commands, visitors, setup), *webhooks.routes(), *web_chat.routes()]
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
        _shelf(parts),
    )

    def heard(hint: Hint) -> None:
        if isinstance(hint, Grown):
            shift.grown(TenantId(hint.tenant_id), hint.heads)

    unsubscribe = parts.bus.subscribe(heard)
    parts.bell.heard = shift.jobs_made
    shift.also(_mail_work(parts))
    await shift.start()
    try:
        yield shift
    finally:
        parts.bell.heard = None
        unsubscribe()
        await shift.close()


async def _tidied(files: Files) -> None:
    try:
        await files.tidy()
    except OSError as error:
        logging.getLogger("backend.app").warning("the place of files could not be tidied: %s", error)


def _shelf(parts: Parts) -> Shelf:
    settings = parts.settings
    limits = settings.files
    return Shelf(
        files=parts.files,
        link=parts.links.link if settings.server.public_url else unlinked,
        intake=parts.intake,
        fetcher=Fetcher(internal_hosts=limits.internal_hosts),
        file_bytes=settings.limits.upload_bytes,
        seconds=limits.fetch_seconds + limits.scan_seconds,
    )


def _mail_work(parts: Parts) -> MailWork:
    settings = parts.settings
    good_for = timedelta(minutes=settings.sign_in.code_minutes)
    return MailWork(
        parts.store,
        Post(settings.mail, clock.now) if settings.mail.host else None,
        {
            RESET: ResetMail(parts.store, parts.passwords.hash, clock.now, good_for),
            TRANSCRIPT: TranscriptMail(parts.store, parts.runner),
        },
    )


def _setup(parts: Parts, shift: Shift) -> ChannelSetupDoor:
    def due() -> None:
        shift.received()
        shift.jobs_made()

    url = parts.settings.public_url
    return ChannelSetupDoor(parts.store, parts.secrets, BY_KIND, shift.http, url, due)


def _routes(parts: Parts, commands: Commands, visitors: Visitors, setup: ChannelSetupDoor) -> list[BaseRoute]:
    limits = parts.settings.limits
    bearers = AnyOf(parts.sessions, visitors)
    files = FileDoor(parts.store, parts.files, parts.intake, parts.asks, clock.now, limits.upload_bytes)
    http = Http(bearers, parts.metrics, body_bytes=limits.body_bytes, rate=limits.requests_per_second)
    operations = [
        *parts.sign_in.operations(),
        *parts.forgotten.operations(),
        *RunDoor(commands, parts.asks).operations(),
        *files.operations(),
        *parts.secrets.operations(),
        *setup.operations(),
    ]

    async def ready() -> str:
        try:
            await parts.store.control.alive()
            await parts.store.control.epoch()
        except (Unavailable, LookupError) as error:
            return str(error) or "The database does not answer."
        return ""

    links = LinkDoor(parts.store, parts.files, parts.links)
    return [
        *http.routes(operations),
        *links.routes(),
        *health_routes(parts.metrics, cache(lambda: document(operations, VERSION)), ready),
    ]
