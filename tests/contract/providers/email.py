"""Email: in by Debian's Postfix and Dovecot, out by an SMTP server that fails on demand."""

import asyncio
import atexit
import imaplib
import itertools
import re
import smtplib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, ExitStack
from email.message import EmailMessage
from email.utils import formatdate
from functools import cache
from types import MappingProxyType
from typing import Any

from omnix_protocol.ids import new_id
from tests.contract.provider import Can, Failing, Provider, lacking, provides
from tests.simulators.mishaps import Disturbance, Shuffled
from tests.support import mailbox
from tests.support.mail_servers import OURS, PASSWORD, THEIRS, MailServers, mail_servers
from tests.support.mailbox import Mailbox, text_of

BUDI = f"budi@{THEIRS}"
MAILBOXES = [f"cs{number}@{OURS}" for number in range(40)]
_next = itertools.count()
FAULTS = {
    Failing.REFUSED: "550 5.1.1 There is nobody of that name",
    Failing.THROTTLED: "450 4.2.1 Come back later",
    Failing.BROKEN: mailbox.TAKEN_AND_GONE,
}


class EmailProvider(Provider):
    kind = "email"
    cursor = True
    lacks = MappingProxyType(
        lacking("The server fetches mail; nobody calls it.", Can.WEBHOOK)
        | lacking("Nobody tells whether a mail arrived; only that it did not.", Can.DELIVERED, Can.READ)
        | lacking("What was mailed stays as it is.", Can.EDIT, Can.DELETE, Can.REACTION)
    )
    refusal = "There is nobody of that name"
    secrets = {"password": PASSWORD}  # noqa: RUF012  # the same in all of them

    def __init__(self, servers: MailServers, out: Mailbox, address: str) -> None:
        self.servers, self.out, self.address = servers, out, address
        out.user, out.password = address, PASSWORD
        self._shuffled = Shuffled(self._hand_over)
        self._handed_over = 0

    def settings(self) -> dict[str, str]:
        imap = {"imap_host": "127.0.0.1", "imap_port": str(self.servers.imap), "imap_security": "none"}
        return {
            "address": self.address,
            "smtp_host": "127.0.0.1",
            "smtp_port": str(self.out.port),
            "smtp_security": "none",
            "loop_mails": "100000",  # one customer writes all of a campaign
        } | imap

    async def attach(self, hook: str) -> None:
        """The server opens the mailbox by itself."""

    async def says(self, text: str) -> Any:
        await self._shuffled.take(self._mail(text))

    async def shows(self, data: bytes, name: str) -> None:
        mail = self._mail("lihat")
        mail.add_attachment(data, maintype="image", subtype="png", filename=name)
        await self._shuffled.take(mail)

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        """What comes twice comes as by a list and directly."""
        return self._shuffled.disturbed(by)

    async def fails(self, how: Failing) -> None:
        if how is Failing.REVOKED:
            self.out.password = "another password"
        else:
            self.out.faults.append(FAULTS[how])

    def failed(self) -> int:
        return self.out.failed

    def sent(self) -> list[str]:
        return [text_of(letter).strip() for letter in self.out.letters if letter.get_body(("plain",)) is not None]

    async def files(self) -> list[bytes]:
        return [part.get_content() for letter in self.out.letters for part in letter.iter_attachments()]

    async def fetched(self, cursor: str) -> bool:
        """Postfix has put all of it into the mailbox, and the cursor stands behind the last."""
        after = await asyncio.to_thread(self._next_uid) - 1
        return after >= self._handed_over and int(cursor.split(":")[1]) >= after

    def _next_uid(self) -> int:
        with imaplib.IMAP4("127.0.0.1", self.servers.imap, timeout=10) as imap:
            imap.login(self.address, PASSWORD)
            _, (status,) = imap.status("INBOX", "(UIDNEXT)")
        found = re.search(rb"UIDNEXT (\d+)", status)
        assert found is not None, status
        return int(found[1])

    async def _hand_over(self, mail: EmailMessage) -> None:
        def hand_over() -> None:
            with smtplib.SMTP("127.0.0.1", self.servers.smtp) as postfix:
                postfix.send_message(mail)

        await asyncio.to_thread(hand_over)
        self._handed_over += 1

    def _mail(self, text: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"Budi <{BUDI}>", self.address, "Tagihan bulan ini"
        mail["Date"] = formatdate()  # else Postfix writes one, and what comes twice is no longer the same
        mail["Message-ID"] = f"<{new_id()}@{THEIRS}>"
        mail.set_content(text)
        return mail


@cache
def _servers() -> MailServers:
    """The same for all tests of a process, each with a mailbox of its own."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(mail_servers((*MAILBOXES, BUDI)))


@provides(EmailProvider)
async def opened() -> AsyncIterator[EmailProvider]:
    async with mailbox.mailbox(login=True) as out:
        yield EmailProvider(_servers(), out, MAILBOXES[next(_next)])
