"""Addresses of any letters: written to where the server takes them, and where it does not, or they are none, said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes
from email.policy import SMTPUTF8
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.base import AccountView, Outbound, Outcome, Rejected, Sent
from backend.channels.email import Email
from backend.channels.email.composing import Letter, Unsendable, composed
from backend.channels.email.headers import Address
from omnix_protocol.content import Content, Mail
from omnix_protocol.ids import ChannelAccountId, MessageId, TenantId, new_id
from omnix_protocol.rules import is_customers_address
from tests.support.tcp import settled_sockets, stop_listening

OTHER = "büdi@contoh.example"


class Taken:
    """What a mail server was given."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.port = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # aiosmtpd's name
        self.letters.append(envelope)
        return "250 taken"


@asynccontextmanager
async def server(*, any_letters: bool) -> AsyncIterator[Taken]:
    taken, served = Taken(), list[SMTP]()

    def protocol() -> SMTP:
        served.append(SMTP(taken, hostname="mail.toko.example", enable_SMTPUTF8=any_letters))
        return served[-1]

    listening = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    taken.port = listening.sockets[0].getsockname()[1]
    try:
        yield taken
    finally:
        await stop_listening(listening)
        for one in served:
            if isinstance(one.transport, asyncio.WriteTransport):
                one.transport.abort()
        await settled_sockets()


async def sent(taken: Taken, head: Mail) -> Outcome:
    settings = {
        "address": "cs@toko.example", "imap_host": "127.0.0.1", "smtp_host": "127.0.0.1",
        "smtp_port": str(taken.port), "smtp_security": "none",
    }  # fmt: skip
    account = AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "email", settings, {"password": "x"})
    message = Outbound(
        message_id=MessageId(new_id()), attempt=1, address=head.to[0], thread_key="", text="Halo",
        content=Content(mail=head),
    )  # fmt: skip
    async with httpx.AsyncClient() as http:
        return await Email().send(account, message, http)


async def test_a_server_that_takes_any_letters_is_given_them() -> None:
    async with server(any_letters=True) as taken:
        head = Mail(subject="x", to=(OTHER,), cc=("ani@bücher.example",), bcc=("用户@例子.example",))
        assert isinstance(await sent(taken, head), Sent)
        assert isinstance(await sent(taken, Mail(to=("budi@contoh.example",))), Sent)
    first, plain = taken.letters
    assert first.rcpt_tos == [OTHER, "ani@xn--bcher-kva.example", "用户@xn--fsqu00a.example"]
    assert (first.smtp_utf8, plain.smtp_utf8) == (True, False)
    assert isinstance(first.content, bytes)
    mail = message_from_bytes(first.content, policy=SMTPUTF8)
    assert (mail["To"], mail["Cc"], mail["Bcc"]) == (OTHER, "ani@xn--bcher-kva.example", None)


@pytest.mark.parametrize("line", ["to", "cc", "bcc"])
async def test_a_server_that_does_not_is_given_nothing_and_it_is_said(line: str) -> None:
    async with server(any_letters=False) as taken:
        lines = {"to": ("ani@contoh.example",)} | {line: (OTHER,)}
        outcome = await sent(taken, Mail(subject="x", **lines))  # type: ignore[arg-type]  # lines of addresses
    assert outcome == Rejected(f"{OTHER} has letters that the SMTP server 127.0.0.1 takes in no address.")
    assert taken.letters == []


@pytest.mark.parametrize("address", ["", "budi", "a b@x.y", "budi@" + "ü" * 64 + ".example", "a\ud800@x.example"])
async def test_whoever_cannot_be_written_to_is_left_out_of_no_line(address: str) -> None:
    async with server(any_letters=True) as taken:
        outcome = await sent(taken, Mail(subject="x", to=("ani@contoh.example",), bcc=(address,)))
    assert isinstance(outcome, Rejected)
    assert "(Bcc) is no mail address" in outcome.failure
    assert taken.letters == []


@given(st.from_regex(r"[^@\s]{1,9}@[^@\s]{1,9}", fullmatch=True) | st.text(max_size=20))
def test_what_the_rule_takes_is_one_recipient_and_no_second_header(text: str) -> None:
    ani = Address("ani@x.example")
    plain, letter = (Letter(Address("cs@toko.example"), (ani,), "<1@x>", cc=(it,)) for it in (ani, Address(text)))
    if not is_customers_address(text):
        return
    with suppress(Unsendable):  # its domain has no form in ASCII
        assert (composed(letter).count(b"\r\n"), len(letter.recipients)) == (composed(plain).count(b"\r\n"), 2)
