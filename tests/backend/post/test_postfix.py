"""The server's own mail through Debian's Postfix into a mailbox of Dovecot's."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from backend import clock
from backend.config import Mail
from backend.post import NotSent, Post, Sent
from backend.post.reset_code import reset_letter
from tests.support.mail_servers import BUSY, OURS, PASSWORD, REFUSED, THEIRS, MailServers, mail_servers
from tests.support.mailbox import html_of, text_of
from tests.support.waiting import wait_until

OMNIX, SITI = f"omnix@{OURS}", f"siti@{THEIRS}"


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    with mail_servers((OMNIX, SITI)) as running:
        yield running


def post(servers: MailServers, password: str = PASSWORD) -> Post:
    settings = Mail(
        host="127.0.0.1", port=servers.smtp, security="none", user=OMNIX, password=password, from_address=OMNIX
    )
    return Post(settings, clock.now)


async def test_a_code_lies_in_the_mailbox_as_it_was_written(servers: MailServers) -> None:
    letter = reset_letter(to=SITI, name="Siti é", tenant="Toko – Jaya", code="01234567", minutes=15, locale="id")
    assert await post(servers).send(letter, "letter-1") == Sent()
    raw = wait_until(lambda: servers.arrived("siti"), "the letter lies in the mailbox")[0]
    arrived = message_from_bytes(raw, policy=default)
    assert isinstance(arrived, EmailMessage)
    assert (arrived["Subject"], arrived["From"].addresses[0].addr_spec) == (letter.subject, OMNIX)
    assert arrived["Message-ID"] == f"<letter-1@{OURS}>"
    assert text_of(arrived) == letter.text
    assert ">0123 4567<" in html_of(arrived)


@pytest.mark.parametrize(("address", "code", "lasting"), [(REFUSED, "550", True), (BUSY, "450", False)])
async def test_what_postfix_refuses_is_said_in_its_words(
    servers: MailServers, address: str, code: str, lasting: bool
) -> None:
    letter = reset_letter(to=address, name="Siti", tenant="Toko", code="01234567", minutes=15, locale="id")
    answer = await post(servers).send(letter, "letter-2")
    assert isinstance(answer, NotSent)
    assert answer.lasting is lasting
    assert answer.why.startswith(code)


async def test_a_wrong_password_is_told_by_the_doctors_look(servers: MailServers) -> None:
    assert await post(servers).check() == ""
    assert (await post(servers, "wrong").check()).startswith("535")
