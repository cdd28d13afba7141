"""One mailbox as it is set up: where its servers are, how one signs in, and how much one sender may write."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from backend.channels.base import AccountView, ProviderFault
from backend.channels.email.headers import Address, address_of, wired
from omnix_protocol.channels import SettingField

TLS, STARTTLS, NONE = "tls", "starttls", "none"
PASSWORD, OAUTH2 = "password", "oauth2"
IMAP_PORTS = {TLS: 993, STARTTLS: 143, NONE: 143}
SMTP_PORTS = {TLS: 465, STARTTLS: 587, NONE: 25}
LOOP_MAILS = 20
_SECURITY = (TLS, STARTTLS, NONE)

SETTINGS = (
    SettingField(name="address", label="Mail address", help="What customers write to, and answers come from."),
    SettingField(name="sender_name", label="Sender's name", required=False, help="Stands before the address."),
    SettingField(
        name="imap_host", label="IMAP server", help="Gmail: imap.gmail.com, Microsoft: outlook.office365.com."
    ),
    SettingField(name="imap_port", label="IMAP port", required=False, help="Left empty: 993 for tls, else 143."),
    SettingField(name="imap_security", label="IMAP encryption", required=False, default=TLS, choices=_SECURITY),
    SettingField(name="smtp_host", label="SMTP server", help="Gmail: smtp.gmail.com, Microsoft: smtp.office365.com."),
    SettingField(
        name="smtp_port", label="SMTP port", required=False, help="Left empty: 465 for tls, 587 for starttls, else 25."
    ),
    SettingField(name="smtp_security", label="SMTP encryption", required=False, default=STARTTLS, choices=_SECURITY),
    SettingField(name="user", label="User name", required=False, help="Left empty: the mail address."),
    SettingField(name="sign_in", label="Sign in by", required=False, default=PASSWORD, choices=(PASSWORD, OAUTH2)),
    SettingField(
        name="password", label="Password", required=False, secret=True, help="An app password, where there are such."
    ),
    SettingField(
        name="token_url",
        label="OAuth2 token address",
        required=False,
        help="Google: https://oauth2.googleapis.com/token.",
    ),
    SettingField(name="client_id", label="OAuth2 client id", required=False),
    SettingField(name="client_secret", label="OAuth2 client secret", required=False, secret=True),
    SettingField(name="refresh_token", label="OAuth2 refresh token", required=False, secret=True),
    SettingField(name="scope", label="OAuth2 scope", required=False, help="Left empty: as granted to the token."),
    SettingField(name="folder", label="Folder", required=False, default="INBOX"),
    SettingField(
        name="loop_mails",
        label="Mails of one sender in an hour",
        required=False,
        default=str(LOOP_MAILS),
        help="More than so many are noted, and nobody is called for them: two machines may be answering each other.",
    ),
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, and how."""

    host: str
    port: int
    security: str

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An account's settings, checked. Never prints its secrets."""

    address: str
    name: str
    user: str
    imap: Server
    smtp: Server
    folder: str
    loop_mails: int
    oauth: bool
    secrets: Mapping[str, str] = field(repr=False)
    token_url: str = ""
    client_id: str = ""
    scope: str = ""

    @property
    def password(self) -> str:
        return self.secrets.get("password", "")

    @property
    def sender(self) -> Address:
        return Address(self.address, self.name)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def own_address(account: AccountView) -> str:
    """The mailbox's address as mails name it; "" where the setting is none."""
    found = wired(address_of(account.settings.get("address", ""))).lower()
    return found if found.isascii() else ""


def mailbox_of(account: AccountView) -> Mailbox:
    """Raises ProviderFault (lasting) where a setting is missing or makes no sense."""
    given = account.settings
    address = own_address(account)
    if not address:
        _wrong("The account's mail address is missing, or is none.")
    oauth = given.get("sign_in") == OAUTH2
    if oauth and not (given.get("token_url") and given.get("client_id") and account.secrets.get("refresh_token")):
        _wrong("To sign in by OAuth2 the account needs a token address, a client id and a refresh token.")
    if not oauth and not account.secrets.get("password"):
        _wrong("The account's password is missing.")
    return Mailbox(
        address=address,
        name=given.get("sender_name", ""),
        user=given.get("user") or address,
        imap=_server(given, "imap", TLS, IMAP_PORTS),
        smtp=_server(given, "smtp", STARTTLS, SMTP_PORTS),
        folder=given.get("folder") or "INBOX",
        loop_mails=int(given["loop_mails"]) if given.get("loop_mails", "").isdecimal() else LOOP_MAILS,
        oauth=oauth,
        secrets=account.secrets,
        token_url=given.get("token_url", ""),
        client_id=given.get("client_id", ""),
        scope=given.get("scope", ""),
    )


def _server(given: Mapping[str, str], kind: str, usual: str, ports: Mapping[str, int]) -> Server:
    host, port = given.get(f"{kind}_host", "").strip(), given.get(f"{kind}_port", "").strip()
    security = given.get(f"{kind}_security") or usual
    if not host or any(letter.isspace() for letter in host):
        _wrong(f"The account's {kind.upper()} server is missing, or is no host name.")
    if security not in ports:
        _wrong(f"The account's {kind.upper()} encryption is {security}; it can be tls, starttls or none.")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        _wrong(f"The account's {kind.upper()} port is {port}, which is no port.")
    return Server(host, int(port) if port else ports[security], security)


def _wrong(detail: str) -> NoReturn:
    raise ProviderFault(detail, lasting=True)
