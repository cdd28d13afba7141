"""Settings from a TOML file and OMNIX_<SECTION>_<NAME> variables, validated once; a wrong one is named."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from omnix_protocol.rules import is_mail_address

Seconds = Annotated[float, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65535)]


class WrongSetting(Exception):
    """One sentence: where the setting stands, what is wrong with it, what is expected."""


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Server(_Section, frozen=True, kw_only=True):
    """Where the door is."""

    host: str = "127.0.0.1"
    port: Port = 8765
    public_url: str = ""  # as customers and providers reach it; empty: from host and port
    trusted_proxies: tuple[str, ...] = ()  # whose X-Forwarded-For is believed
    graceful_seconds: Seconds = 10


class Data(_Section, frozen=True, kw_only=True):
    """Where things are kept."""

    folder: str = "omnix-data"  # the SQLite database, the server key and the files, where nothing else is said
    database: str = ""  # sqlite:///path or postgresql://…; empty: SQLite in the folder
    raw_database: str = ""  # PostgreSQL, where it is needed: the same database by its insert-only role
    owner_database: str = ""  # PostgreSQL: the same database by its owner; for `migrate`
    files: str = ""  # a folder, or s3://bucket/prefix; empty: a folder inside `folder`


class Bus(_Section, frozen=True, kw_only=True):
    """How server processes tell each other that something has grown."""

    url: str = ""  # nats://host:port; empty: this process only
    poll_seconds: Positive = 5  # how often heads are looked at, bus or no bus


class SignIn(_Section, frozen=True, kw_only=True):
    """Sessions and the brakes on guessing."""

    access_minutes: Positive = 15
    refresh_days: Positive = 14
    free_failures: Count = 3  # failures of an account or an address before delays begin
    delay_seconds: Seconds = 0.5  # the first delay; each failure doubles it
    delay_max_seconds: Seconds = 8
    lock_failures: Count = 10  # of one account from one address
    lock_seconds: Positive = 900
    forget_seconds: Positive = 3600  # failures older than this no longer count
    code_minutes: Positive = 15  # how long a mailed code is good
    code_tries: Count = 5  # of one code
    code_requests: Count = 3  # of one account, and ten times as many of one address; then a pause of code_minutes
    hash_threads: Count = 2
    hash_queue: Count = 64
    hash_memory_kib: Annotated[int, Meta(ge=64)] = 65_536
    hash_rounds: Count = 3


class Secrets(_Section, frozen=True, kw_only=True):
    """The key under which channel secrets lie."""

    key: str = ""  # 32 bytes in base64; empty: `server.key` in the data folder, made at first start (SQLite only)


class Channels(_Section, frozen=True, kw_only=True):
    """Providers' addresses; others than the real ones are for tests and the demo."""

    telegram_api: str = "https://api.telegram.org"


class Files(_Section, frozen=True, kw_only=True):
    """What happens to a file on its way in, and how long a link to one holds."""

    clamd: str = ""  # the virus scanner: tcp://host:port or unix:/path/of/its.sock; empty: none
    unscanned: Annotated[str, Meta(pattern="^(hold|pass)$")] = "hold"  # what becomes of files while it is away
    scan_seconds: Positive = 60
    fetch_seconds: Positive = 60  # for the whole of a file that a provider's link names
    internal_hosts: tuple[str, ...] = ()  # "name" or "name:port" that may be internal and without TLS: test providers
    link_minutes: Positive = 15  # how long a link given to a provider or a reader holds


class Mail(_Section, frozen=True, kw_only=True):
    """The server's own outgoing mail: codes for forgotten passwords, transcripts. Without a host there is none."""

    host: str = ""
    port: Port = 0  # 0: what is usual, 587 with starttls, 465 with tls, 25 with none
    security: Annotated[str, Meta(pattern="^(starttls|tls|none)$")] = "starttls"
    user: str = ""
    password: str = ""
    from_address: str = ""
    from_name: str = "Omnix"

    @property
    def at_port(self) -> int:
        return self.port or {"starttls": 587, "tls": 465}.get(self.security, 25)


class Limits(_Section, frozen=True, kw_only=True):
    """What one client may do."""

    body_bytes: Count = 1024 * 1024
    webhook_bytes: Count = 1024 * 1024
    upload_bytes: Count = 64 * 1024 * 1024  # a tenant's own limit is smaller
    requests_per_second: Positive = 50  # of one session or address over HTTP
    ack_seconds: Positive = 30  # a reader that acknowledges nothing for so long is dropped
    sockets_per_user: Count = 10


class Log(_Section, frozen=True, kw_only=True):
    level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$")] = "info"
    format: Annotated[str, Meta(pattern="^(json|text)$")] = "json"


class Settings(_Section, frozen=True, kw_only=True):
    """All of them, with what holds where nothing is said."""

    server: Server = Server()
    data: Data = Data()
    bus: Bus = Bus()
    sign_in: SignIn = SignIn()
    secrets: Secrets = Secrets()
    channels: Channels = Channels()
    files: Files = Files()

    mail: Mail = Mail()
    limits: Limits = Limits()
    log: Log = Log()

    @property
    def folder(self) -> Path:
        return Path(self.data.folder)

    @property
    def database_url(self) -> str:
        return self.data.database or f"sqlite:///{self.folder / 'omnix.db'}"

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")

    @property
    def files_place(self) -> str:
        return self.data.files or str(self.folder / "files")

    @property
    def public_url(self) -> str:
        return (self.server.public_url or f"http://{self.server.host}:{self.server.port}").rstrip("/")


PREFIX = "OMNIX_"
SECTIONS: dict[str, type[_Section]] = {field.name: field.type for field in msgspec.structs.fields(Settings)}
WORDS = {"`int`": "a whole number", "`float`": "a number", "`str`": "text", "`bool`": "true or false"}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
DATABASES = ("sqlite:///", "postgresql://")


def load(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The file's settings with the environment's laid over them. Raises WrongSetting."""
    given = _from_file(path) if path is not None else {}
    for variable, place, text in _from_environment(environment):
        section, name = place
        table = given.setdefault(section, {})
        if not isinstance(table, dict):
            raise WrongSetting(f"{path}: `{section}` must be a table ([{section}]).")
        table[name] = _value(variable, SECTIONS[section], name, text)
    settings = _convert(given, str(path) if path else "environment")
    _check(settings)
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongSetting(f"{path} cannot be read ({error.strerror}); name a TOML file with --config.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSetting(f"{path} is not TOML: {error}.") from None


def _from_environment(environment: Mapping[str, str]) -> list[tuple[str, tuple[str, str], str]]:
    known = {
        f"{PREFIX}{section}_{field.name}".upper(): (section, field.name)
        for section, kind in SECTIONS.items()
        for field in msgspec.structs.fields(kind)
    }
    found = []
    for variable in sorted(environment):
        if variable in known:
            found.append((variable, known[variable], environment[variable]))
        elif variable.startswith(PREFIX) and (near := difflib.get_close_matches(variable, known, 1, 0.85)):
            raise WrongSetting(f"{variable} in the environment is no setting; {near[0]} is.")
    return found


def _value(variable: str, section: type[_Section], name: str, text: str) -> Any:
    kind = next(field.type for field in msgspec.structs.fields(section) if field.name == name)
    value: Any = tuple(part.strip() for part in text.split(",") if part.strip()) if "tuple" in str(kind) else text
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise WrongSetting(f"{variable} in the environment: {_sentence(error)}") from None


def _convert(given: dict[str, Any], place: str) -> Settings:
    for section, table in given.items():
        if section not in SECTIONS:
            near = difflib.get_close_matches(section, SECTIONS, 1)
            hint = f"did you mean [{near[0]}]?" if near else f"there are: {', '.join(SECTIONS)}."
            raise WrongSetting(f"{place}: [{section}] is no section; {hint}")
        if not isinstance(table, dict):
            raise WrongSetting(f"{place}: `{section}` must be a table ([{section}]).")
        names = [field.name for field in msgspec.structs.fields(SECTIONS[section])]
        for name in table:
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}."
                raise WrongSetting(f"{place}: {section}.{name} is no setting; {hint}")
    try:
        return msgspec.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise WrongSetting(f"{place}: {_sentence(error)}") from None


def _sentence(error: msgspec.ValidationError) -> str:
    text, _, where = str(error).partition(" - at ")
    where = where.strip("`").removeprefix("$").lstrip(".")
    for word, plain in WORDS.items():
        text = text.replace(word, plain)
    return f"{where}: {text}." if where else f"{text}."


def _check(settings: Settings) -> None:
    if not settings.database_url.startswith(DATABASES):
        raise WrongSetting(
            f"data.database: `{_without_password(settings.database_url)}` is no database that the server speaks; "
            f"expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."
        )
    for name in ("raw_database", "owner_database"):
        url = getattr(settings.data, name)
        if url and not url.startswith("postgresql://"):
            raise WrongSetting(f"data.{name}: expected postgresql://USER:PASSWORD@HOST/NAME, or nothing.")
    if not settings.on_sqlite and not settings.data.raw_database:
        raise WrongSetting(
            "data.raw_database: expected postgresql://USER:PASSWORD@HOST/NAME of an insert-only role; "
            "without it row-level security refuses what providers send."
        )
    if settings.bus.url and not settings.bus.url.startswith(("nats://", "tls://")):
        raise WrongSetting("bus.url: expected nats://HOST:PORT, tls://HOST:PORT, or nothing for this process alone.")
    if settings.files.clamd and not settings.files.clamd.startswith(("tcp://", "unix:/")):
        raise WrongSetting("files.clamd: expected tcp://HOST:PORT, unix:/PATH, or nothing for no virus scanner.")
    if settings.server.public_url and not settings.server.public_url.startswith(("http://", "https://")):
        raise WrongSetting("server.public_url: expected an address that begins with http:// or https://.")
    _check_mail(settings.mail)


def _check_mail(mail: Mail) -> None:
    if not mail.host:
        if mail != Mail():
            raise WrongSetting("mail.host: the other settings of [mail] need it; expected the name of a mail server.")
        return
    if "://" in mail.host or any(character.isspace() for character in mail.host):
        raise WrongSetting("mail.host: expected a name alone, like mail.example.com; the port has its own setting.")
    if not is_mail_address(mail.from_address):
        raise WrongSetting("mail.from_address: expected the address that the mail comes from, like omnix@example.com.")
    if re.search(r"[\x00-\x1f\x7f]", mail.from_name):
        raise WrongSetting("mail.from_name: expected a name on one line.")
    if bool(mail.user) != bool(mail.password):
        given, missing = ("user", "password") if mail.user else ("password", "user")
        raise WrongSetting(f"mail.{missing}: mail.{given} is there without it; expected both or neither.")
    if mail.user and mail.security == "none" and mail.host not in LOOPBACK:
        raise WrongSetting("mail.security: with none the password would travel in the clear; expected starttls or tls.")


def _without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}…@{rest.rpartition('@')[2]}" if "@" in rest else url
