"""An account's terms are held by the server, whatever a page does; its colours can be read; its mails are few."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from backend import accounts, clock
from backend.channels.webchat.terms import terms_of
from backend.channels.webchat.words import Say
from backend.config import Settings
from backend.gateway.transcript_brake import PER_DAY, TranscriptBrake
from backend.gateway.webchat_colours import contrast, palette
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import Result
from omnix_protocol.hours import DAYS
from omnix_protocol.ids import CommandId, MessageId, new_id
from tests.simulators.visitor import Refusal, Visitor
from tests.support.backend import Backend, founded, running
from tests.support.waiting import until

LATER = f"{DAYS[(clock.now().weekday() + 3) % 7]} 08:00-17:00"


@pytest.fixture
async def backend(settings: Callable[..., Settings]) -> AsyncIterator[Backend]:
    async with running(settings()) as backend:
        await founded(backend.parts)
        yield backend


async def chat(backend: Backend, **settings: str) -> str:
    new = accounts.NewAccount(kind="webchat", name="Toko", group="Layanan", settings=settings)
    return await accounts.add_channel(backend.parts, "samudra", new)


def say(**fields: str | bool) -> Say:
    return Say(message_id=MessageId(new_id()), text="Halo", **fields)  # type: ignore[arg-type]  # fields of the form


@pytest.mark.parametrize(
    ("given", "fields", "lacking"),
    [
        ({}, {}, ""),
        ({"ask_name": "required"}, {}, "name"),
        ({"ask_name": "required"}, {"name": "  "}, "name"),
        ({"ask_email": "optional"}, {"email": "bukan"}, "email"),
        ({"ask_phone": "required"}, {"phone": "0812 3456 789"}, ""),
        ({"ask_phone": "required"}, {"phone": "lapar"}, "phone"),
        ({"consent": "Setuju?"}, {}, "consent"),
        ({"consent": "Setuju?"}, {"consent": True}, ""),
    ],
)
def test_what_a_message_lacks_is_named(given: dict[str, str], fields: dict[str, str | bool], lacking: str) -> None:
    assert terms_of(given).lacks(say(**fields), open_now=True) == lacking


def test_who_leaves_a_message_can_be_found_again() -> None:
    terms = terms_of({"outside": "form"})
    assert terms.lacks(say(name="Rina"), open_now=False) == "email"
    assert terms.lacks(say(name="Rina", phone="08123456789"), open_now=False) == ""
    assert terms.lacks(say(), open_now=True) == ""


@pytest.mark.parametrize(
    "bad", [{"hours": "kapan saja"}, {"hours": "2026-02-30"}, {"outside": "?"}, {"colour": "red;"}]
)
def test_a_setting_that_cannot_be_read_counts_as_none(bad: dict[str, str]) -> None:
    assert terms_of(bad) == terms_of({})


async def test_a_form_that_was_not_filled_in_is_refused_by_the_server(backend: Backend) -> None:
    visitor = Visitor(backend.url, await chat(backend, ask_email="required"), "Rina")
    async with visitor.here():
        with pytest.raises(Refusal, match="invalid_field"):
            await visitor.say("Halo")
        assert visitor.messages == {}


async def test_a_closed_office_takes_nothing_and_tells_when_it_opens(backend: Backend) -> None:
    route = await chat(backend, hours=LATER, outside="closed")
    answer = (await backend.http.get(f"/chat/{route}/office")).json()
    opens = datetime.fromisoformat(answer["changes_at"])
    assert (answer["open"], opens.astimezone(UTC).hour) == (False, 1)  # 08:00 in Jakarta
    visitor = Visitor(backend.url, route)
    async with visitor.here():
        with pytest.raises(Refusal, match="channel_inactive"):
            await visitor.say("Halo")


async def test_an_account_with_impossible_hours_is_not_added(backend: Backend) -> None:
    with pytest.raises(Exception, match="hours"):
        await chat(backend, hours="senin 8-17")


async def test_the_buttons_script_says_what_the_account_says(backend: Backend) -> None:
    route = await chat(backend, proactive_text="</script>\u2028Halo", position="left", colour="#ffd400")
    script = (await backend.http.get(f"/chat/{route}/widget.js")).text
    assert '"position": "left"' in script
    assert '"letters": "#000000"' in script
    assert "\u2028" not in script
    assert (await backend.http.get("/chat/nowhere/widget.js")).status_code == 404


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#ffd400", "#2f6fed", "#808080", "#7f7f00", "#c0362c", ""])
def test_whatever_the_colour_it_can_be_read(colour: str) -> None:
    shown = palette(colour)
    assert contrast(shown["on_accent"], shown["accent"]) >= 4.5
    assert contrast(shown["shape"], "#ffffff") >= 3
    assert contrast(shown["shape_dark"], "#161d27") >= 3


async def test_who_presses_many_times_at_once_gets_no_more_of_them(backend: Backend) -> None:
    brakes = [TranscriptBrake(backend.parts.store, clock.now) for _ in range(2)]  # of two processes
    together, asked, held = asyncio.Event(), list[int](), list[Refused]()

    async def ask() -> Result:
        asked.append(1)
        await together.wait()
        return Result(id=CommandId("1"))

    async def press(brake: TranscriptBrake) -> None:
        told = await brake.within(("visitor", "rina@contoh.example"), ask)
        if isinstance(told, Refused):
            held.append(told)

    async def release() -> None:
        await until(lambda: len(asked) + len(held) == 10, "all have pressed")
        together.set()

    await asyncio.gather(release(), *(press(brake) for brake in brakes * 5))
    assert (len(asked), len(held)) == (PER_DAY, 10 - PER_DAY)
    assert {it.reason for it in held} == {Reason.TOO_MANY_REQUESTS}


async def test_what_came_to_nothing_is_given_back_to_all_parties(backend: Backend) -> None:
    brake = TranscriptBrake(backend.parts.store, clock.now)

    async def well() -> Result:
        return Result(id=CommandId("1"))

    async def badly() -> Result:
        raise RuntimeError

    for _ in range(PER_DAY - 1):
        assert isinstance(await brake.within(("visitor", "rina@contoh.example"), well), Result)
    for _ in range(2):  # the last turn of both, which is theirs again
        with pytest.raises(RuntimeError):
            await brake.within(("visitor", "rina@contoh.example"), badly)
    assert isinstance(await brake.within(("another", "rina@contoh.example"), well), Result)
    assert isinstance(await brake.within(("visitor", "rina@contoh.example"), well), Refused)
    assert isinstance(await brake.within(("visitor",), well), Result), "a refusal for one party is none of the other's"


async def test_a_few_transcripts_a_day_and_no_more(backend: Backend) -> None:
    now = clock.now()
    moment = [now]
    brake = TranscriptBrake(backend.parts.store, lambda: moment[0])

    async def press(*parties: str, refusal: Refused | None = None) -> Refused | None:
        async def ask() -> Result:
            return Result(id=CommandId("1"), refused=refusal)

        told = await brake.within(parties, ask)
        return told if isinstance(told, Refused) else told.refused

    too_early = refused(Reason.STILL_PENDING)
    for _ in range(PER_DAY + 1):  # what was not mailed costs no turn
        assert await press("visitor", "rina@contoh.example", refusal=too_early) == too_early
    for _ in range(PER_DAY):
        assert await press("visitor", "rina@contoh.example") is None
    for parties in (("visitor",), ("another", "rina@contoh.example")):
        held = await press(*parties)
        assert held is not None
        assert held.reason is Reason.TOO_MANY_REQUESTS
    assert await press("third", "dewi@contoh.example") is None
    moment[0] = now + timedelta(days=1, seconds=1)
    assert await press("visitor", "rina@contoh.example") is None
