"""A real SMTP server (aiosmtpd) in the loop of the test, with faults on demand, and what was delivered to it."""

import asyncio
import datetime as dt
import ipaddress
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend.config import Mail
from tests.support.tcp import settled_sockets, stop_listening
from tests.support.waiting import until

SENDER = "omnix@samudra.example"
USER, PASSWORD = "omnix", "a mail password"
TAKEN_AND_GONE = "taken, drop"


@dataclass
class Mailbox:
    """What one mail server has taken. `faults` are answered instead, one after another.

    "drop" hangs up after DATA, TAKEN_AND_GONE likewise, and the letter is there.
    """

    port: int = 0
    user: str = USER
    password: str = PASSWORD
    letters: list[EmailMessage] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # recipients and what is said of them
    failed: int = 0  # of the faults, so many have happened
    seen: int = 0  # letters that came as far as their last byte

    def settings(self, **more: Any) -> Mail:
        given: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "security": "none", "from_address": SENDER}
        return Mail(**(given | more))

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any) -> str:
        if (said := self.refused.get(address)) is not None:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.seen += 1
        if self.faults and (fault := self.faults.pop(0)):
            self.failed += 1
            if fault in ("drop", TAKEN_AND_GONE):
                _hang_up(server)
            if fault != TAKEN_AND_GONE:
                return fault
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        assert [message["To"].addresses[0].addr_spec] == envelope.rcpt_tos
        self.letters.append(message)
        return "250 taken"

    async def letter(self, number: int = 1) -> EmailMessage:
        """The so-manieth letter, when it has come."""
        await until(lambda: len(self.letters) >= number, f"letter {number} arrived")
        return self.letters[number - 1]


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def html_of(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    content: str = part.get_content()
    return content


@asynccontextmanager
async def mailbox(
    *, tls: ssl.SSLContext | None = None, wrapped: bool = False, login: bool = False
) -> AsyncIterator[Mailbox]:
    """A mail server of the test's own; with `tls` it insists on STARTTLS, or on TLS from the first byte."""
    box = Mailbox()

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            box.user.encode(),
            box.password.encode(),
        )
        return AuthResult(success=right, handled=False)

    served: list[SMTP] = []

    def protocol() -> SMTP:
        starttls = tls is not None and not wrapped
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a password without TLS: on the loopback
            served.append(
                SMTP(
                    box,
                    hostname="mail.samudra.example",
                    enable_SMTPUTF8=False,
                    tls_context=tls if starttls else None,
                    require_starttls=starttls,
                    auth_required=login,
                    auth_require_tls=False,
                    authenticator=authenticate,
                )
            )
        return served[-1]

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls if wrapped else None)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        await stop_listening(server)
        for one in served:
            _hang_up(one)
        await settled_sockets()


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


def certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for 127.0.0.1 that nobody knows, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    begun = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + made.public_bytes(pem)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=made.public_bytes(pem).decode())
