"""What the post says about a letter is what became of it, against a real SMTP server."""

from pathlib import Path

import pytest

from backend import clock
from backend.post import Letter, NotSent, Post, Sent, Unknown
from tests.support.mailbox import PASSWORD, USER, certified, html_of, mailbox, text_of
from tests.support.waiting import free_port

LETTER = Letter(
    to="siti@contoh.example",
    subject="Percobaan – 試し",
    text="Halo.\n.\nSelesai é\n",
    html="<p>Halo</p>",
    language="id",
)


async def test_a_letter_arrives_as_text_and_html_with_what_machines_need() -> None:
    async with mailbox() as box:
        assert await Post(box.settings(from_name="Omnix, Samudra"), clock.now).send(LETTER, "id-1") == Sent()
    letter = box.letters[0]
    assert (letter["From"].addresses[0].display_name, letter["Subject"]) == ("Omnix, Samudra", LETTER.subject)
    assert letter["Message-ID"] == "<id-1@samudra.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert text_of(letter) == LETTER.text
    assert "<p>Halo</p>" in html_of(letter)


@pytest.mark.parametrize("wrapped", [False, True], ids=["starttls", "tls"])
async def test_a_certificate_that_nobody_knows_gets_neither_password_nor_letter(tmp_path: Path, wrapped: bool) -> None:
    server, trusting = certified(tmp_path)
    async with mailbox(tls=server, wrapped=wrapped, login=True) as box:
        given = box.settings(security="tls" if wrapped else "starttls", user=USER, password=PASSWORD)
        answer = await Post(given, clock.now).send(LETTER, "1")
        assert isinstance(answer, NotSent)
        assert not box.letters
        assert await Post(given, clock.now, trusting).send(LETTER, "1") == Sent()
        assert len(box.letters) == 1


async def test_a_server_without_starttls_is_not_given_the_letter_in_the_clear() -> None:
    async with mailbox() as box:
        assert isinstance(await Post(box.settings(security="starttls"), clock.now).send(LETTER, "1"), NotSent)
        assert not box.letters


async def test_a_wrong_password_is_said_in_the_servers_words() -> None:
    async with mailbox(login=True) as box:
        post = Post(box.settings(user=USER, password="wrong"), clock.now)
        answer = await post.send(LETTER, "1")
        assert isinstance(answer, NotSent)
        assert answer.lasting
        assert answer.why.startswith("535")
        assert (await post.check()).startswith("535")
        assert await Post(box.settings(user=USER, password=PASSWORD), clock.now).check() == ""


@pytest.mark.parametrize(("said", "lasting"), [("451 4.3.0 later", False), ("552 5.2.2 full", True)])
async def test_a_refused_letter_certainly_did_not_go(said: str, lasting: bool) -> None:
    async with mailbox() as box:
        box.faults.append(said)
        assert await Post(box.settings(), clock.now).send(LETTER, "1") == NotSent(said, lasting)
        box.refused[LETTER.to] = said
        assert await Post(box.settings(), clock.now).send(LETTER, "1") == NotSent(said, lasting)
        assert not box.letters


async def test_a_line_that_breaks_after_the_letter_leaves_it_uncertain() -> None:
    async with mailbox() as box:
        box.faults.append("drop")
        assert isinstance(await Post(box.settings(), clock.now).send(LETTER, "1"), Unknown)


async def test_nobody_at_the_port_is_a_passing_fault() -> None:
    async with mailbox() as box:
        away = box.settings(port=free_port())
    answer = await Post(away, clock.now).send(LETTER, "1")
    assert isinstance(answer, NotSent)
    assert not answer.lasting
    assert await Post(away, clock.now).check()


@pytest.mark.parametrize("address", ["a@b.example\nBcc: c@d.example", "a@b.example, c@d.example", "a b", ""])
async def test_an_address_cannot_smuggle_a_second_one(address: str) -> None:
    async with mailbox() as box:
        forged = Letter(to=address, subject="x", text="x", html="x", language="id")
        answer = await Post(box.settings(), clock.now).send(forged, "1")
        assert isinstance(answer, NotSent)
        assert answer.lasting
        assert not box.seen


async def test_a_subject_cannot_become_a_second_header() -> None:
    async with mailbox() as box:
        letter = Letter(to="a@b.example", subject="x\r\nBcc: c@d.example", text="x", html="x", language="id")
        assert await Post(box.settings(), clock.now).send(letter, "1") == Sent()
    assert box.letters[0]["Bcc"] is None
    assert box.letters[0]["Subject"] == "x Bcc: c@d.example"
