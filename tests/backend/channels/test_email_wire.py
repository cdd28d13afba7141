"""The e-mail channel against Debian's Postfix and Dovecot: what arrives, what goes out, what is said when it fails."""

import asyncio
import email
import itertools
import re
import smtplib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

import httpx
import pytest

from backend.channels.base import (
    AccountView,
    NotReached,
    Outbound,
    OutFile,
    Post,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
)
from backend.channels.email import Email
from omnix_protocol.content import Content, Mail, Topic
from omnix_protocol.ids import ChannelAccountId, MessageId, TenantId, new_id
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery
from tests.simulators.oauth import OAuthSimulator
from tests.support.fault_proxy import fault_proxy
from tests.support.mail_servers import BUSY, OURS, PASSWORD, REFUSED, THEIRS, MailServers, mail_servers
from tests.support.serving import serving
from tests.support.tcp import tcp_server
from tests.support.waiting import free_port, until

PLACES = 40
OAUTH_PORT = free_port()
_numbers = itertools.count()


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    people = (f"{name}{n}@{domain}" for n in range(PLACES) for name, domain in (("cs", OURS), ("budi", THEIRS)))
    with mail_servers(tuple(people), f"http://127.0.0.1:{OAUTH_PORT}/introspect") as running:
        yield running


@dataclass
class Desk:
    """A mailbox of the company's, a customer's beside it, and what was stored of the former."""

    servers: MailServers
    account: AccountView
    address: str
    customer: str
    channel: Email = field(default_factory=Email)
    raws: list[bytes] = field(default_factory=list)
    cursor: str = ""
    full: bool = False  # the disk
    well: int = 0

    def write(self, subject: str = "Tagihan", text: str = "Halo", sender: str = "", **headers: str) -> str:
        """The customer writes; the Message-ID."""
        mail = EmailMessage(policy=default)
        mail["From"], mail["To"], mail["Subject"] = sender or f"Budi <{self.customer}>", self.address, subject
        mail["Message-ID"] = f"<{new_id()}@{THEIRS}>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.post(mail)
        return str(mail["Message-ID"])

    def post(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.servers.smtp) as smtp:
            smtp.send_message(mail)

    def received(self) -> list[ReceiveMessage]:
        """What the stored mails are."""
        commands = [command for raw in self.raws for _, command in self.channel.parse(self.account, raw)]
        return [command for command in commands if isinstance(command, ReceiveMessage)]

    async def keep(self, updates: Sequence[bytes], cursor: str | None = None) -> None:
        if self.full:
            raise OSError("No space left on device")
        self.raws.extend(updates)
        self.cursor = self.cursor if cursor is None else cursor

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Task[None]]:
        """Until the end of the block; the cursor outlives it."""

        def well() -> None:
            self.well += 1

        before = self.well
        async with httpx.AsyncClient() as http:
            running = asyncio.create_task(self.channel.listen(Post(self.account, self.cursor, http, self.keep, well)))
            try:
                await until(lambda: self.well > before or running.done(), "the mailbox is watched")
                yield running
            finally:
                running.cancel()
                await asyncio.wait({running})

    async def send(self, text: str = "Baik, kami cek.", to: str = "", **fields: object) -> object:
        message = Outbound(message_id=MessageId(new_id()), attempt=1, address=to or self.customer, text=text)
        for name, value in fields.items():
            object.__setattr__(message, name, value)
        async with httpx.AsyncClient() as http:
            return await self.channel.send(self.account, message, http)

    async def at_the_customers(self, count: int = 1) -> EmailMessage:
        """The newest mail in the customer's mailbox, once there are so many."""
        user = self.customer.partition("@")[0]
        mails = await until(lambda: len(found := self.servers.arrived(user)) >= count and found, "the mail arrives")
        return email.message_from_bytes(list(mails)[-1], policy=default)  # type: ignore[arg-type]  # bool | list


def account_of(servers: MailServers, address: str, **changes: str) -> AccountView:
    settings = {
        "address": address, "sender_name": "Toko Kita", "imap_host": "127.0.0.1", "imap_port": str(servers.imap),
        "imap_security": "none", "smtp_host": "127.0.0.1", "smtp_port": str(servers.smtp), "smtp_security": "none",
    }  # fmt: skip
    secrets = {"password": changes.pop("password", PASSWORD)}
    secrets |= {name: changes.pop(name) for name in ("refresh_token", "client_secret") if name in changes}
    return AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "email", settings | changes, secrets)


def desk_of(servers: MailServers, **changes: str) -> Desk:
    number = next(_numbers)
    address = f"cs{number}@{OURS}"
    return Desk(servers, account_of(servers, address, **changes), address, f"budi{number}@{THEIRS}")


def oauth_desk(servers: MailServers, identity: OAuthSimulator, url: str) -> Desk:
    desk = desk_of(servers)
    desk.account = account_of(
        servers,
        desk.address,
        sign_in="oauth2",
        token_url=f"{url}/token",
        client_id=identity.client_id,
        client_secret=identity.client_secret,
        refresh_token=identity.grant(desk.address),
        password="",
    )
    return desk


@pytest.fixture
def desk(servers: MailServers) -> Desk:
    return desk_of(servers)


async def test_a_mail_arrives_without_being_asked_for(desk: Desk) -> None:
    async with desk.listening():
        desk.write("Tagihan saya", "Kenapa dua kali?")
        await until(lambda: desk.raws, "the mail is pushed")
    (command,) = desk.received()
    assert (command.sender.address, command.sender.name, command.text) == (desk.customer, "Budi", "Kenapa dua kali?")
    assert command.topic == Topic(title="Tagihan saya")
    assert command.content is not None
    assert command.content.mail is not None
    assert (command.content.mail.subject, command.content.mail.to) == ("Tagihan saya", (desk.address,))
    assert not command.quiet
    assert not command.content.mail.automatic


async def test_old_mail_stays_where_it_is_and_what_came_while_nobody_listened_is_fetched(desk: Desk) -> None:
    desk.write(text="before the account was added")
    user = desk.address.partition("@")[0]
    await until(lambda: desk.servers.arrived(user), "the old mail arrives")
    async with desk.listening():
        desk.write(text="one")
        await until(lambda: len(desk.raws) == 1, "the first")
    desk.write(text="two")
    await until(lambda: len(desk.servers.arrived(user)) == 3, "the second arrives")
    async with desk.listening():
        desk.write(text="three")
        await until(lambda: len(desk.raws) == 3, "all of them")
    assert [command.text for command in desk.received()] == ["one", "two", "three"]


async def test_a_mail_that_could_not_be_stored_is_fetched_again(desk: Desk) -> None:
    async with desk.listening() as running:
        reached = desk.cursor
        desk.full = True
        desk.write(text="Penting")
        await asyncio.wait({running}, timeout=20)
        assert isinstance(running.exception(), OSError)
    assert (desk.raws, desk.cursor) == ([], reached)
    desk.full = False
    async with desk.listening():
        await until(lambda: desk.raws, "the mail comes again")
    assert [command.text for command in desk.received()] == ["Penting"]


async def test_mailboxes_are_watched_side_by_side(servers: MailServers) -> None:
    desks = [desk_of(servers) for _ in range(3)]
    async with desks[0].listening(), desks[1].listening(), desks[2].listening():
        for number, desk in enumerate(desks):
            desk.write(text=f"to {number}")
        await until(lambda: all(desk.raws for desk in desks), "each has its own")
    assert [[command.text for command in desk.received()] for desk in desks] == [["to 0"], ["to 1"], ["to 2"]]


async def test_a_lost_connection_is_a_passing_fault_and_nothing_is_lost(servers: MailServers) -> None:
    async with fault_proxy(servers.imap) as proxy:
        desk = desk_of(servers, imap_port=str(proxy.port))
        async with desk.listening() as running:
            proxy.cut()
            await asyncio.wait({running}, timeout=20)
            fault = running.exception()
        assert isinstance(fault, ProviderFault)
        assert not fault.lasting
        desk.write(text="meanwhile")
        async with desk.listening():
            await until(lambda: desk.raws, "the mail comes after the reconnection")
    assert [command.text for command in desk.received()] == ["meanwhile"]


async def test_a_thread_is_found_by_what_is_answered_else_by_subject_else_it_is_new(desk: Desk) -> None:
    async with desk.listening():
        first = desk.write("Tagihan Maret")
        await until(lambda: len(desk.raws) == 1, "the first")
        key = desk.received()[0].thread_key
        outcome = await desk.send(
            thread_key=key, topic=Topic(title="Tagihan Maret"), reply_handle=desk.received()[0].reply_handle
        )
        assert isinstance(outcome, Sent)
        ours = outcome.provider_id
        desk.write("Sesuatu yang lain", In_Reply_To=ours, References=f"{first} {ours}")  # answers ours, other subject
        desk.write("BLS: [toko] Re: tagihan  maret")  # names nothing
        desk.write("Re: Tagihan Maret", References=first, In_Reply_To=first)  # the customer's own, added to
        desk.write("Keluhan lain")
        desk.write("(no subject)")
        desk.write("")
        await until(lambda: len(desk.raws) == 7, "all of them")
    keys = {
        command.content.mail.subject: command.thread_key
        for command in desk.received()
        if command.content and command.content.mail
    }
    assert {
        keys[subject] for subject in ("Sesuatu yang lain", "BLS: [toko] Re: tagihan maret", "Re: Tagihan Maret")
    } == {key}
    assert len({keys[subject] for subject in ("Tagihan Maret", "Keluhan lain", "(no subject)", "")}) == 4
    assert [command.reply_to for command in desk.received() if command.topic == Topic(title="Sesuatu yang lain")] == [
        ours
    ]


async def test_an_answer_arrives_in_its_thread_with_its_file(desk: Desk) -> None:
    async with desk.listening():
        theirs = desk.write(
            "Re: Tagihan", References="<first@elsewhere.example>", Reply_To=f"Istri Budi <{desk.customer}>"
        )
        await until(lambda: desk.raws, "the mail")
    (asked,) = desk.received()
    content = b"%PDF-1.7 \x00\xff" * 1000

    async def read() -> AsyncIterator[bytes]:
        yield content

    file = OutFile("Laporan é.pdf", "application/pdf", len(content), read, lambda: "")
    outcome = await desk.send(
        "Terlampir.\n.\nFrom kami, €",
        files=(file,),
        topic=asked.topic,
        reply_handle=asked.reply_handle,
        thread_key=asked.thread_key,
    )
    mail = await desk.at_the_customers()
    assert outcome == Sent(str(mail["Message-ID"]))
    assert (mail["Subject"], mail["To"], mail["In-Reply-To"]) == ("Re: Tagihan", desk.customer, theirs)
    assert str(mail["References"]).split() == ["<first@elsewhere.example>", theirs]
    assert mail["From"] == f"Toko Kita <{desk.address}>"
    body = mail.get_body()
    assert body is not None
    assert body.get_content() == "Terlampir.\n.\nFrom kami, €\n"
    (enclosed,) = mail.iter_attachments()
    assert (enclosed.get_filename(), enclosed.get_content()) == ("Laporan é.pdf", content)
    assert all(line.isascii() and len(line) <= 998 for line in mail.as_bytes().split(b"\n"))


async def test_a_new_mail_goes_to_all_it_names_and_a_hidden_copy_stays_hidden(servers: MailServers) -> None:
    desk, other, hidden = desk_of(servers), desk_of(servers), desk_of(servers)
    head = Mail(subject="Gangguan\r\nBcc: x@y.z", to=(desk.customer,), cc=(other.customer,), bcc=(hidden.customer,))
    assert isinstance(await desk.send(content=Content(mail=head)), Sent)
    for reader in (desk, other, hidden):
        mail = await reader.at_the_customers()
        assert (mail["Subject"], mail["Cc"], mail["Bcc"]) == ("Gangguan Bcc: x@y.z", other.customer, None)


async def test_a_decision_to_send_again_is_told_apart_and_a_repeat_of_one_is_not(desk: Desk) -> None:
    message_id = MessageId(new_id())
    outcomes = [await desk.send(message_id=message_id, attempt=attempt, thread_key="0" * 16) for attempt in (1, 1, 2)]
    ids = [outcome.provider_id for outcome in outcomes if isinstance(outcome, Sent)]
    assert ids[0] == ids[1] != ids[2]
    assert all(message_id in found for found in ids)


async def test_a_mail_that_bounces_is_recorded_as_failed_in_the_servers_words(desk: Desk) -> None:
    async with desk.listening():
        message_id = MessageId(new_id())
        assert isinstance(await desk.send(to=f"unknown-{message_id}@{THEIRS}", message_id=message_id, attempt=2), Sent)
        await until(lambda: desk.raws, "the bounce arrives")
    ((_, command),) = desk.channel.parse(desk.account, desk.raws[0])
    assert isinstance(command, RecordDelivery)
    assert (command.message_id, command.attempt, command.state) == (message_id, 2, DeliveryState.FAILED)
    assert command.failure.startswith(f"unknown-{message_id}@{THEIRS} 5.1.1 ")
    assert "User doesn't exist" in command.failure


async def test_what_the_server_says_at_once_is_told_truthfully(desk: Desk) -> None:
    refused = await desk.send(to=REFUSED)
    assert refused == Rejected(
        f"{REFUSED} was refused: 550 5.1.1 <{REFUSED}>: Recipient address rejected: There is nobody of that name"
    )
    assert await desk.send(to=BUSY) == Throttled(60.0)
    assert await desk.send(to="kosong") == Rejected("kosong (To) is no mail address.")
    both = Content(mail=Mail(subject="x", to=(desk.customer, REFUSED)))
    assert isinstance(await desk.send(content=both), Rejected)
    assert isinstance(await desk.send(), Sent)
    assert (await desk.at_the_customers())["To"] == desk.customer
    assert len(desk.servers.arrived(desk.customer.partition("@")[0])) == 1  # to all or to none


async def test_a_server_that_is_not_there_was_not_reached(servers: MailServers) -> None:
    nowhere = str(free_port())
    desk = desk_of(servers, smtp_port=nowhere, imap_port=nowhere)
    assert isinstance(await desk.send(), NotReached)
    async with desk.listening() as running:
        fault = running.exception()
    assert isinstance(fault, ProviderFault)
    assert not fault.lasting


@pytest.mark.parametrize(
    ("silent_after", "kind"), [("EHLO", NotReached), ("MAIL", NotReached), ("RCPT", NotReached), (".", Unknown)]
)
async def test_who_falls_silent_before_the_mail_did_not_get_it_and_after_it_nobody_knows(
    servers: MailServers, silent_after: str, kind: type[object]
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line.split()[0].decode().upper() if line.split() else ""
            if word == silent_after:
                break
            if word in ("EHLO", "MAIL", "RCPT"):
                writer.write(b"250 fine\r\n")
            elif word == "DATA":
                writer.write(b"354 go on\r\n")

    async with tcp_server(serve) as port:
        desk = desk_of(servers, smtp_port=str(port))
        assert isinstance(await desk.send(), kind)


async def test_a_machines_answer_calls_nobody_and_too_many_mails_of_one_sender_are_a_loop(servers: MailServers) -> None:
    desk = desk_of(servers, loop_mails="3")
    async with desk.listening():
        for number in range(5):
            desk.write(f"Perulangan {number}")
            await until(lambda number=number: len(desk.raws) == number + 1, "one by one")  # type: ignore[misc]  # a default
        desk.write("Automatic reply: libur", sender="Siti <siti@elsewhere.example>", Auto_Submitted="auto-replied")
        desk.write("Halo", sender="Ani <ani@elsewhere.example>")
        await until(lambda: len(desk.raws) == 7, "all of them")
    written = {command.sender.address: command for command in desk.received()}
    looped, automatic, person = desk.received()[:5], written["siti@elsewhere.example"], written["ani@elsewhere.example"]
    assert [command.quiet for command in looped] == [False, False, False, True, True]
    assert looped[4].shown_as == "loop"
    assert (automatic.quiet, automatic.shown_as) == (True, "auto_reply")
    assert automatic.content is not None
    assert automatic.content.mail is not None
    assert automatic.content.mail.automatic
    assert (person.quiet, person.shown_as) == (False, "")


async def test_our_own_mail_that_comes_back_is_no_customers(desk: Desk) -> None:
    async with desk.listening():
        assert isinstance(await desk.send(to=desk.address), Sent)
        desk.write(text="Halo")
        await until(lambda: len(desk.raws) == 2, "both")
    assert [command.text for command in desk.received()] == ["Halo"]


async def test_files_and_the_safe_html_are_parts_of_the_mail_as_it_came(desk: Desk) -> None:
    mail = EmailMessage(policy=default)
    mail["From"], mail["To"], mail["Subject"] = desk.customer, desk.address, "Foto"
    mail.set_content("lihat foto")
    mail.add_alternative(
        '<p onclick=pwned()>lihat <img src="cid:foto1"><img src="https://x.example/a.png"></p>', "html"
    )
    mail.get_payload(1).add_related(b"\x89PNG", "image", "png", cid="<foto1>")  # type: ignore[union-attr]
    mail.add_attachment(b"isi", "application", "zip", filename="../../data.zip")
    async with desk.listening():
        desk.post(mail)
        await until(lambda: desk.raws, "the mail")
    (command,) = desk.received()
    body, *files = command.media
    assert (body.reference, body.body, body.inside) == ("html", True, True)
    assert [(file.name, file.size, file.inside) for file in files] == [("file-1", 4, True), ("data.zip", 3, True)]

    async def fetched(reference: str) -> bytes:
        return b"".join([chunk async for chunk in desk.channel.part(desk.account, desk.raws[0], reference).chunks])

    html = (await fetched("html")).decode()
    assert f'<img src="cid:{files[0].reference}">' in html
    assert '<img data-remote-src="https://x.example/a.png">' in html
    assert "pwned" not in html
    assert [await fetched(file.reference) for file in files] == [b"\x89PNG", b"isi"]
    assert command.content is not None
    assert command.content.mail is not None
    assert command.content.mail.remote_content


async def test_a_wrong_password_is_said_in_one_sentence_and_lasts(servers: MailServers) -> None:
    desk = desk_of(servers, password="salah-sekali")
    async with desk.listening() as running:
        fault = running.exception()
    assert isinstance(fault, ProviderFault)
    assert fault.lasting
    assert str(fault).startswith(
        f"The IMAP server does not accept the user name and password of {desk.address}; enter the"
    )
    outcome = await desk.send()
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault
    assert outcome.failure.startswith(f"The SMTP server does not accept the user name and password of {desk.address};")
    assert "salah-sekali" not in f"{fault} {outcome} {desk.account}"


async def test_the_account_is_tested_at_both_servers(servers: MailServers) -> None:
    desk = desk_of(servers)
    async with httpx.AsyncClient() as http:
        assert await desk.channel.probe(desk.account, http) == desk.address
        for changes, words in (
            ({"password": "salah"}, "does not accept the user name and password"),
            ({"imap_port": "nol"}, "The account's IMAP port is nol, which is no port."),
            ({"address": "kosong"}, "The account's mail address is missing, or is none."),
            ({"folder": "Tidak ada"}, "The mailbox has no folder Tidak ada."),
            ({"smtp_security": "starttls"}, "The SMTP server 127.0.0.1 cannot do what the account is set up for"),
        ):
            wrong = (
                account_of(servers, desk.address, **changes)
                if "address" not in changes
                else account_of(servers, "kosong")
            )
            with pytest.raises(ProviderFault, match=re.escape(words)):
                await desk.channel.probe(wrong, http)


async def test_signing_in_by_oauth2_works_for_reading_and_writing_until_it_is_withdrawn(servers: MailServers) -> None:
    identity = OAuthSimulator()
    async with serving(identity.app, OAUTH_PORT) as url:
        desk = oauth_desk(servers, identity, url)
        async with desk.listening():
            desk.write(text="Halo")
            await until(lambda: desk.raws, "the mail")
        assert isinstance(await desk.send(), Sent)
        assert identity.issued == 1  # one token does for both, as long as it lasts
        identity.withdraw(desk.address)
        outcome = await desk.send()
        assert isinstance(outcome, Rejected)
        assert outcome.account_fault
        assert "does not accept the refresh token" in outcome.failure
        async with desk.listening() as running:
            fault = running.exception()
        assert isinstance(fault, ProviderFault)
        assert fault.lasting
        assert str(fault).startswith(
            f"The permission to use {desk.address} has ended (Token has been expired or revoked.)."
        )


async def test_a_token_is_renewed_before_it_ends_and_a_faulty_identity_provider_is_no_lasting_fault(
    servers: MailServers,
) -> None:
    identity = OAuthSimulator(expires_in=60)
    async with serving(identity.app, OAUTH_PORT) as url:
        desk = oauth_desk(servers, identity, url)
        assert isinstance(await desk.send(), Sent)
        assert isinstance(await desk.send(), Sent)
        assert identity.issued == 2
        identity.faults.append((503, {"error": "temporarily_unavailable"}))
        assert isinstance(await desk.send(), NotReached)
        assert isinstance(await desk.send(), Sent)
