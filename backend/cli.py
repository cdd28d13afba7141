"""The server's command line: serve, demo, migrate, tenant, user, channel, replay, doctor."""

import argparse
import asyncio
import gc
import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import uvicorn
import uvloop

from backend import accounts, doctor
from backend.app import Parts, assembled, serving
from backend.config import Channels, Settings, WrongSetting, load
from backend.demo import seed
from backend.demo.seeding import SIMULATOR
from backend.gateway.passwords import Busy
from backend.store import schema
from backend.store.errors import Occupied, SchemaMissing, SchemaNewer, Unavailable
from backend.store.sole import sole
from backend.telemetry import start_logging
from omnix_protocol.frames import MAX_FRAME
from omnix_protocol.sign_in import PASSWORD_MIN

WRONG: Final = 2
FAILED: Final = 1
REPLAY_LIST: Final = 1000


class Sorry(Exception):
    """One sentence for the person at the terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 it did not work, 2 asked or set up wrongly; each with one sentence."""
    options = parser().parse_args(arguments)
    try:
        settings = load(options.config)
        start_logging(settings.log.level, settings.log.format)
        return int(uvloop.run(options.work(settings, options)) or 0)
    except (WrongSetting, SchemaMissing, SchemaNewer) as error:
        return _say(str(error), WRONG)
    except (Sorry, Occupied, accounts.Refusal) as error:
        return _say(str(error), FAILED)
    except Unavailable:
        return _say("The database does not answer; `omnix-server doctor` says what is wrong.", FAILED)
    except KeyboardInterrupt:
        return 130


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="omnix-server", description="The server of Omnix Desktop.")
    top.add_argument("--config", type=Path, help="a TOML file; the environment (OMNIX_SECTION_NAME) goes before it")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "serve", "serve desktops, channels and web chats", serve)
    demo = _command(commands, "demo", "make an invented company to look at; a second time changes nothing", make_demo)
    demo.add_argument("--telegram", help="the Bot API that its Telegram account talks to; never the real one")
    _command(commands, "migrate", "make the database what this release needs", migrate)
    again = _command(commands, "replay", "list what could not be read or sent, or run it again", replay)
    again.add_argument("job", nargs="*", help="ids from the list; `all` for every one; none: only list them")
    checks = _command(commands, "doctor", "look at settings, database, bus, files, disk and mail", check)
    checks.add_argument("--restored", action="store_true", help="the database comes from a backup: begin a new epoch")
    checks.add_argument("--mail-to", metavar="ADDRESS", help="send a test mail to this address")
    tenant = commands.add_parser("tenant", help="companies").add_subparsers(required=True, metavar="COMMAND")
    adding = _command(tenant, "add", "add a company", add_tenant)
    adding.add_argument("--code", required=True, help="what its people type at sign-in")
    adding.add_argument("--name", required=True)
    adding.add_argument("--locale", default="id", choices=["id", "en"])
    adding.add_argument("--time-zone", default="Asia/Jakarta")
    user = commands.add_parser("user", help="people").add_subparsers(required=True, metavar="COMMAND")
    person = _command(user, "add", "add a person; the password is asked for, or read from standard input", add_user)
    person.add_argument("--tenant", required=True, help="the tenant's code")
    person.add_argument("--email", required=True)
    person.add_argument("--name", required=True)
    person.add_argument("--role", default="agent", choices=accounts.ROLES)
    person.add_argument("--group", action="append", default=[], help="a group's name; made where it is missing")
    person.add_argument("--keep-password", action="store_true", help="do not ask for a new one at the first sign-in")
    channel = commands.add_parser("channel", help="channel accounts").add_subparsers(required=True, metavar="COMMAND")
    account = _command(channel, "add", "add a number, bot or widget; secrets are asked for", add_channel)
    account.add_argument("--tenant", required=True, help="the tenant's code")
    account.add_argument("--kind", required=True, help="telegram, webchat …")
    account.add_argument("--name", required=True)
    account.add_argument("--address", default="")
    account.add_argument("--group", required=True, help="the group that answers; made where it is missing")
    account.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting; never a secret")
    account.add_argument("--secret", action="append", default=[], metavar="NAME", help="a secret setting to ask for")
    return top


Work = Callable[[Settings, argparse.Namespace], Awaitable[int | None]]


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str, work: Work
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=what, description=what)
    made.set_defaults(work=work)
    return made


async def serve(settings: Settings, _: argparse.Namespace) -> int:
    await prepare(settings)
    with sole(settings.database_url):
        async with assembled(settings) as parts:
            return await serve_parts(parts)


async def serve_parts(parts: Parts) -> int:
    """Serve until told to stop: goodbyes first, then the running commands, then the connections."""
    async with serving(parts) as door:
        gc.collect()
        gc.freeze()  # what stands now stays: looking through it again would hold everybody up for 50 ms
        server = Server(uvicorn_config(parts.settings, door.app), door.goodbye)
        try:
            await server.serve()
        except SystemExit:  # uvicorn's way to say that it cannot listen; why stands in the log
            at = parts.settings.server
            raise Sorry(f"server.port: nobody can listen at {at.host}:{at.port}; is another program there?") from None
        return 0 if server.started else FAILED


async def prepare(settings: Settings) -> None:
    """SQLite is brought to this release, unless a server of another one is using it; PostgreSQL must have been."""
    if settings.on_sqlite:
        _make_folder(settings.folder)
    try:
        await schema.require(settings.database_url)
    except SchemaMissing:
        if not settings.on_sqlite:
            raise
        with sole(settings.database_url):
            await schema.migrate(settings.database_url)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(
            f"data.folder: {folder} cannot be made ({error.strerror}); expected a folder that the server may write to."
        ) from None


def uvicorn_config(settings: Settings, app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # Starlette's idea of an application is narrower than uvicorn's
        host=settings.server.host,
        port=settings.server.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=4 * MAX_FRAME,  # a little too large is told in words by the socket
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # the protocol has its own heartbeat
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.server.trusted_proxies),
        forwarded_allow_ips=list(settings.server.trusted_proxies),
        timeout_graceful_shutdown=max(1, round(settings.server.graceful_seconds)),
    )


class Server(uvicorn.Server):
    """uvicorn, which lets the door say goodbye before it closes the connections."""

    def __init__(self, config: uvicorn.Config, goodbye: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._goodbye = goodbye

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # passed on as it is
        # uvicorn would raise the signal again and the process would die of it, before the store is closed
        self._captured_signals.clear()
        for listener in self.servers:
            listener.close()
        await self._goodbye()
        await super().shutdown(sockets)  # type: ignore[arg-type]  # as above


async def migrate(settings: Settings, _: argparse.Namespace) -> None:
    if settings.on_sqlite:
        await prepare(settings)
    else:
        owner = settings.data.owner_database or settings.database_url
        await schema.migrate(owner, settings.database_url, settings.data.raw_database or None)
    print("The database is ready for this release.")


async def check(settings: Settings, options: argparse.Namespace) -> int:
    if options.restored:
        # a server that runs would go on under the epoch that it began with
        with sole(settings.database_url):
            async with assembled(settings) as parts:
                epoch = await parts.store.control.renew_epoch()
        print(f"New epoch {epoch}: every desktop fetches its state afresh.")
    findings = [finding async for finding in doctor.examine(settings)]
    if options.mail_to:
        findings.append(await doctor.test_letter(settings, options.mail_to))
    for finding in findings:
        print(finding)
    return FAILED if any(finding.wrong for finding in findings) else 0


async def make_demo(settings: Settings, options: argparse.Namespace) -> None:
    await prepare(settings)
    async with assembled(settings) as parts:
        told = settings.channels.telegram_api
        print(await seed(parts, options.telegram or (SIMULATOR if told == Channels().telegram_api else told)))


async def replay(settings: Settings, options: argparse.Namespace) -> int:
    """The server that serves takes up what is due again within a second."""
    await prepare(settings)
    async with assembled(settings) as parts:
        failed = await parts.store.jobs.failed(limit=REPLAY_LIST)
        wanted = {job.id for job in failed} if options.job == ["all"] else set(options.job)
        for job in failed:
            if not wanted:
                print(f"{job.id}  {job.made_at:%Y-%m-%d %H:%M}  {job.kind}  {job.last_error}")
        missing = sorted([job_id for job_id in wanted if not await parts.store.jobs.run_again(job_id)])
    if missing:
        raise Sorry(f"There is no failed job {', '.join(missing)}; `omnix-server replay` lists them.")
    print(f"{len(wanted)} jobs run again." if wanted else f"{len(failed)} failed jobs.")
    return 0


async def add_tenant(settings: Settings, options: argparse.Namespace) -> None:
    await prepare(settings)
    async with assembled(settings) as parts:
        tenant_id = await accounts.add_tenant(parts, options.code, options.name, options.locale, options.time_zone)
    print(f"Tenant {options.code} is there ({tenant_id}). Next: omnix-server user add --tenant {options.code} …")


async def add_user(settings: Settings, options: argparse.Namespace) -> None:
    password = await asyncio.to_thread(_ask_password)
    await prepare(settings)
    async with assembled(settings) as parts:
        person = accounts.NewUser(
            email=options.email,
            name=options.name,
            role=options.role,
            groups=tuple(options.group),
            password=password,
            must_change=not options.keep_password,
        )
        try:
            await accounts.add_user(parts, options.tenant, person)
        except Busy:
            raise Sorry("The server is busy with passwords; try again.") from None
    print(f"{options.email} can sign in at tenant {options.tenant}.")


async def add_channel(settings: Settings, options: argparse.Namespace) -> None:
    pairs = [text.partition("=") for text in options.set]
    if any(not separator for _, separator, _ in pairs):
        raise Sorry("--set takes NAME=VALUE.")
    secrets = {name: await asyncio.to_thread(_ask_secret, name) for name in options.secret}
    await prepare(settings)
    async with assembled(settings) as parts:
        new = accounts.NewAccount(
            kind=options.kind,
            name=options.name,
            address=options.address,
            group=options.group,
            settings={name: value for name, _, value in pairs},
            secrets=secrets,
        )
        route = await accounts.add_channel(parts, options.tenant, new)
    base = settings.public_url
    where = (
        f"Its page: {base}/chat/{route}"
        if options.kind == "webchat"
        else f"Webhook: {base}/hooks/{options.kind}/{route}"
    )
    print(f"{options.name} is there. {where}")


def _ask_password() -> str:
    password = _ask_secret("Password")
    if len(password) < PASSWORD_MIN:
        raise Sorry(f"A password has at least {PASSWORD_MIN} characters.")
    return password


def _ask_secret(what: str) -> str:
    """Typed unseen at a terminal, otherwise one line of standard input; never an argument, which others could read."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ")
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Sorry(f"{what} was expected on standard input.")
    return line
