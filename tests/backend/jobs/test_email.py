"""A mailbox from end to end: a customer's mail, the agent's answer, the thread, a bounce, and mails that mean harm."""

import email
import smtplib
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from email.policy import default

import pytest

from backend.channels import BY_KIND
from backend.jobs.shift import Shift
from omnix_protocol.ids import new_id
from omnix_protocol.messages import DeliveryState, Message
from tests.backend.jobs.conftest import shift_of
from tests.support.company import Company
from tests.support.hostile_mail import hostile_mails
from tests.support.mail_servers import OURS, PASSWORD, THEIRS, MailServers, mail_servers
from tests.support.waiting import until

CS, BUDI = f"cs@{OURS}", f"budi@{THEIRS}"


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with mail_servers((CS, BUDI)) as running:
        yield running


def write(servers: MailServers, subject: str, sender: str = BUDI, **headers: str) -> None:
    mail = EmailMessage(policy=default)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, CS, subject, f"<{new_id()}@{THEIRS}>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(f"Tentang {subject}")
    with smtplib.SMTP("127.0.0.1", servers.smtp) as smtp:
        smtp.send_message(mail)


@pytest.fixture
async def shift(company: Company) -> AsyncIterator[Shift]:
    working = shift_of(company)
    yield working
    await working.close()


async def test_mail_is_answered_in_its_thread_and_a_bounce_is_shown_on_what_it_is_about(
    company: Company, servers: MailServers, shift: Shift
) -> None:
    route = await company.account(
        "email", {"password": PASSWORD}, address=CS, imap_host="127.0.0.1", imap_port=str(servers.imap),
        imap_security="none", smtp_host="127.0.0.1", smtp_port=str(servers.smtp), smtp_security="none",
    )  # fmt: skip
    await shift.start()

    async def watched() -> bool:
        return bool(await company.store.cursors.get(route.channel_account_id))

    await until(watched, "the mailbox is watched")
    write(servers, "Tagihan")
    await until(company.waiting, "the mail waits in the queue")
    (interaction,) = await company.waiting()
    assert interaction.topic == "Tagihan"
    agent = await company.agent()
    picked = await company.pick_up(agent)
    await company.reply(agent, picked, "Baik, kami cek.")
    (raw,) = await until(lambda: servers.arrived("budi"), "the answer arrives")
    answer = email.message_from_bytes(raw, policy=default)
    assert answer["Subject"] == "Re: Tagihan"

    write(servers, "Lain sama sekali", In_Reply_To=str(answer["Message-ID"]).strip())

    async def thread(count: int) -> list[Message]:
        found = await company.messages(picked.conversation_id)
        return found if len(found) >= count else []

    async def three() -> list[Message]:
        return await thread(3)

    first, ours, last = sorted(await until(three, "the answer to it joins"), key=lambda message: message.position)
    assert (first.text, ours.state, last.text) == ("Tentang Tagihan", DeliveryState.SENT, "Tentang Lain sama sekali")
    assert last.reply_to == ours.id

    write(servers, "Halo dari luar", sender=f"unknown@{THEIRS}")
    await until(company.waiting, "a stranger writes")
    picked = await company.pick_up(agent)
    message_id = await company.reply(agent, picked, "Halo")

    async def bounced() -> Message | None:
        message = await company.message(message_id)
        return message if message.state is DeliveryState.FAILED else None

    failed = await until(bounced, "the bounce is recorded")
    assert failed is not None
    assert failed.failure.startswith(f"unknown@{THEIRS} 5.1.1 ")
    assert not await company.waiting()  # the bounce itself is nobody's conversation


async def test_mails_that_mean_harm_become_interactions(company: Company, shift: Shift) -> None:
    route = await company.account(
        "email", {"password": PASSWORD}, address=CS, imap_host="127.0.0.1", imap_port="9", smtp_host="127.0.0.1"
    )
    mails = [raw for number, (_, raw) in enumerate(hostile_mails()) if number % 10 == 0 and len(raw) < 100_000]
    account = company.views[route.channel_account_id]
    different = {command_id for raw in mails for command_id, _ in BY_KIND["email"].parse(account, raw)}
    assert len(different) >= 50
    await shift.start()
    for raw in mails:
        await company.store.raw.append(route, {}, raw)
    shift.received()

    async def done() -> bool:
        waiting = await company.waiting()
        places = {it.conversation_id for it in waiting}
        return sum([len(await company.messages(place)) for place in places]) >= len(different)

    await until(done, "all of them are there", timeout=60, pause=0.3)
    for interaction in await company.waiting():
        for message in await company.messages(interaction.conversation_id):
            assert message.text.strip()
