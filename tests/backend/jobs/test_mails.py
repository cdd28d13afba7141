"""A new mail leaves, and what its writer adds before anybody answers belongs to the same thread (S3.22)."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import httpx

from backend import clock
from backend.channels.base import AccountView, Outbound, Outcome, Sent
from backend.channels.email.channel import Email, _letter
from backend.channels.email.composing import composed
from backend.channels.email.mailbox import mailbox_of
from backend.files import FolderFiles
from backend.jobs.means import Means, Shelf
from backend.jobs.outbound import SEND, OutboundWork
from backend.jobs.providers import Providers
from omnix_protocol import codec
from omnix_protocol.conversations import PickedUp
from omnix_protocol.ids import MessageId, new_id
from omnix_protocol.mails import WriteMail
from tests.support.company import Company

SETTINGS = {"address": "cs@toko.example", "imap_host": "imap.example", "smtp_host": "smtp.example"}


class Posting(Email):
    """Writes each mail, and posts none."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[str] = []

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        letter = _letter(mailbox_of(account), message, [])
        self.mails.append(composed(letter).decode())
        return Sent(letter.message_id)


async def posted(company: Company, channel: Posting) -> Sequence[str]:
    """All that is to be sent, sent."""
    async with httpx.AsyncClient() as http:
        means = Means(
            store=company.store,
            runner=company.runner,
            channels={"email": channel},
            accounts=company.accounts,
            providers=Providers(company.store, company.runner, clock.now),
            http=http,
            now=clock.now,
            shelf=Shelf(FolderFiles(Path("unused"))),
        )
        for work in await OutboundWork(means).begin(await company.store.jobs.claim([SEND], 9, timedelta(minutes=5))):
            await work
    return channel.mails


def head(mail: str, name: str) -> str:
    rows = mail.partition("\r\n\r\n")[0].replace("\r\n ", " ").split("\r\n")
    return next((row.partition(": ")[2] for row in rows if row.startswith(f"{name}: ")), "")


async def test_what_is_added_before_anybody_answers_belongs_to_the_mail_that_began_it(company: Company) -> None:
    route = await company.account("email", {"password": "rahasia-sekali"}, **SETTINGS)
    agent, channel = await company.agent(), Posting()
    command = WriteMail(
        message_id=MessageId(new_id()),
        channel_account_id=route.channel_account_id,
        to=("siti@contoh.example",),
        subject="Tagihan Maret",
        text="Mohon konfirmasi.",
    )
    picked = codec.decode((await company.do(command, agent)).body, PickedUp)
    (first,) = await posted(company, channel)
    assert (head(first, "Subject"), head(first, "To"), head(first, "References")) == (
        "Tagihan Maret",
        "siti@contoh.example",
        "",
    )
    await company.reply(agent, picked, "Lampirannya menyusul.")
    _, second = await posted(company, channel)
    began = head(first, "Message-ID")
    assert (head(second, "Subject"), head(second, "In-Reply-To"), head(second, "References")) == (
        "Re: Tagihan Maret",
        began,
        began,
    )
