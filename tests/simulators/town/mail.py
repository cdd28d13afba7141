"""Customers who write mails, through Debian's Postfix, and read what comes back in Debian's Dovecot."""

import asyncio
import random
import shutil
import smtplib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.utils import formatdate
from os import getuid

from omnix_protocol.ids import new_id
from tests.simulators import photos
from tests.simulators.town.lines import PATIENCE, Deed
from tests.support.mail_servers import THEIRS, MailServers, mail_servers
from tests.support.waiting import until


def missing() -> str:
    """Why there can be no mail here: one sentence; empty where there can."""
    if getuid() != 0:
        return "Mail is left out: only root can start Postfix and Dovecot."
    absent = [
        name for name in ("postfix", "dovecot") if not (shutil.which(name) or shutil.which(name, path="/usr/sbin"))
    ]
    return f"Mail is left out: {' and '.join(absent)} are not installed (`make test` does that)." if absent else ""


@asynccontextmanager
async def servers(people: tuple[str, ...]) -> AsyncIterator[MailServers]:
    """They take a moment to start and to end; the loop goes on meanwhile."""
    held = mail_servers(people)
    try:
        yield await asyncio.to_thread(held.__enter__)
    finally:
        await asyncio.to_thread(held.__exit__, None, None, None)


class OnMail:
    """One thread of mails."""

    def __init__(self, servers: MailServers, address: str, name: str, to: str) -> None:
        self._servers, self._address, self._name, self._to = servers, address, name, to
        self._subject = ""

    async def say(self, text: str) -> None:
        await self._post(text)

    def answers(self) -> int:
        return len(self._servers.arrived(self._address.partition("@")[0]))

    async def answered(self, count: int) -> None:
        await until(lambda: self.answers() > count, f"{self._address} is answered", PATIENCE, pause=1)

    async def sees(self) -> None: ...

    def deeds(self, dice: random.Random) -> Sequence[Deed]:
        return (lambda: self._post("Foto modemnya terlampir.", photos.modem(dice)),)

    async def _post(self, text: str, photo: bytes = b"") -> None:
        self._subject = self._subject or text[:60]
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"{self._name} <{self._address}>", self._to, self._subject
        mail["Date"], mail["Message-ID"] = formatdate(), f"<{new_id()}@{THEIRS}>"
        mail.set_content(f"{text}\n\nSalam,\n{self._name}\n")
        if photo:
            mail.add_attachment(photo, maintype="image", subtype="jpeg", filename="modem.jpg")
        await asyncio.to_thread(self._hand_over, mail)

    def _hand_over(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self._servers.smtp) as postfix:
            postfix.send_message(mail)
