"""The doctor looks whether the mail server takes mail from us, and can send one to see it arrive."""

from backend import doctor
from backend.config import Mail, Settings
from tests.support.mailbox import mailbox, text_of
from tests.support.waiting import free_port


async def finding(mail: Mail) -> doctor.Finding:
    async for one in doctor.examine(Settings(mail=mail)):
        if one.subject == "mail":
            return one
    raise AssertionError("The doctor did not look at the mail.")


async def test_without_mail_it_says_what_that_means() -> None:
    told = await finding(Mail())
    assert not told.wrong
    assert "team leaders give new passwords" in told.sentence
    assert (await doctor.test_letter(Settings(), "it@samudra.example")).wrong


async def test_a_mail_server_that_answers_and_one_that_does_not() -> None:
    async with mailbox() as box:
        assert not (await finding(box.settings())).wrong
        away = box.settings(port=free_port())
    told = await finding(away)
    assert told.wrong
    assert f"127.0.0.1:{away.port} does not take mail from us" in told.sentence


async def test_a_test_mail_arrives_or_the_servers_words_say_why_not() -> None:
    async with mailbox() as box:
        assert not (await doctor.test_letter(Settings(mail=box.settings()), "it@samudra.example")).wrong
        assert "Surat percobaan" in text_of(await box.letter())
        box.refused["it@samudra.example"] = "550 5.1.1 nobody"
        told = await doctor.test_letter(Settings(mail=box.settings()), "it@samudra.example")
        assert told.wrong
        assert "550 5.1.1 nobody" in told.sentence
