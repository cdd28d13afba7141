"""Who lives around the demo: customers who write and react, a bot that hands over, a door for faults."""

import argparse
import random
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from backend import accounts
from backend.demo.seeding import CODE, PASSWORD
from backend.demo.steps import Steps
from backend.demo.talks import talks
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.ids import ChannelAccountId, GroupId
from omnix_protocol.people import AddGroup, Role
from tests.simulators.__main__ import opened
from tests.simulators.town import places, places_of_meta
from tests.simulators.town.administrator import Administrator
from tests.simulators.town.bot import PATIENT_TURNS, Script
from tests.simulators.town.door import Door
from tests.simulators.town.exchange import Exchange
from tests.simulators.town.memory import Memory
from tests.simulators.town.places import Place, Ports
from tests.simulators.town.talking import Pace, talk_through
from tests.support.backend import running, settings_for
from tests.support.serving import serving
from tests.support.stores import migrated_sqlite
from tests.support.waiting import free_port


async def http_places(stack: AsyncExitStack, memory: Memory) -> list[Place]:
    """Those whose simulators are ours."""
    ports = Ports(free_port())
    found = [await places.telegram(stack, ports), *await places_of_meta.places(stack, ports, memory)]
    return [*found, await places.official_line(stack, ports), await places.x(stack, ports, memory)]


async def test_customers_everywhere_send_all_that_a_provider_has() -> None:
    async with AsyncExitStack() as stack:
        for place in await http_places(stack, Memory(None)):
            for number in range(2):
                assert place.line is not None
                async with place.line(number) as line:
                    await line.say("Halo")
                    assert line.answers() == 0, place.kind
                    for deed in line.deeds(random.Random(1)):
                        await deed()
                    await line.sees()


class Answering:
    """A line on which each thing that is said is answered at once."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.seen = self.done = 0

    async def say(self, text: str) -> None:
        self.said.append(text)

    def answers(self) -> int:
        return len(self.said)

    async def answered(self, count: int) -> None:
        assert self.said

    async def sees(self) -> None:
        self.seen += 1

    def deeds(self, dice: random.Random) -> list[object]:
        async def deed() -> None:
            self.done += 1

        return [deed]


async def test_a_talk_is_gone_through_with_receipts_and_with_more_than_words() -> None:
    line, talk = Answering(), talks()[0]
    await talk_through(talk, line, Pace(0, random.Random(1), deeds=1), lambda text: text.upper())  # type: ignore[arg-type]  # a deed is a deed
    theirs = [text.upper() for by_agent, text in talk.lines if not by_agent]
    assert line.said[: len(theirs)] == theirs
    assert line.seen
    assert line.done == len(theirs)


def turn(text: str, event: str = "message") -> dict[str, object]:
    return {"event": event, "interaction": {"id": "1"}, "customer": {"name": "Rina Wati"}, "message": {"text": text}}


def test_the_bot_greets_answers_and_hands_over_at_last_or_when_asked() -> None:
    script = Script()
    greeting, *_ = script(turn("Internet mati", "started"))
    assert "Rina" in greeting["text"]
    assert greeting["buttons"]
    for _ in range(PATIENT_TURNS - 1):
        assert [action["type"] for action in script(turn("Masih sama"))] == ["say"]
    assert [action["type"] for action in script(turn("Masih sama"))] == ["say", "hand_over"]
    asked = Script()
    assert asked(turn("mau bicara dengan PETUGAS", "started"))[-1]["type"] == "hand_over"


async def test_faults_are_asked_for_at_the_door_and_end_there() -> None:
    had: list[tuple[str, float]] = []
    place = Place("line", trouble=lambda what, share: had.append((what, share)))
    door = Door([place, Place("voice")], ["customers write on line"])
    async with serving(door.app) as address, httpx.AsyncClient(base_url=address, trust_env=False) as http:
        assert (await http.get("/")).status_code == 503
        door.ready = True
        assert (await http.get("/")).text == "customers write on line\n"
        assert (await http.post("/faults", content="line=429:25%")).text == "line=429:25%\n"
        assert (await http.post("/faults", content="")).text == "no faults\n"
        assert had == [("429", 0.25), ("429", 0)]
        wrong = await http.post("/faults", content="mobile=429")
        assert (wrong.status_code, wrong.text) == (400, "There is no simulator “mobile”; there are line, voice.\n")
        assert (await http.post("/faults", content="voice=429")).status_code == 400


async def test_what_was_said_before_can_be_answered_at_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "memory"
    posts: dict[str, str] = {}
    first = Memory(file)
    first.keep("posts", posts)
    posts["1"] = "Halo"
    first.save()
    again: dict[str, str] = {}
    Memory(file).keep("posts", again)
    assert again == {"1": "Halo"}
    file.write_bytes(b"of another release")
    nothing: dict[str, str] = {}
    Memory(file).keep("posts", nothing)
    assert nothing == {}


async def test_what_cannot_be_simulated_here_is_left_out_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.smpp.PACKAGES", Path("/nowhere"))
    monkeypatch.setattr("tests.simulators.town.mail.getuid", lambda: 1000)
    given = argparse.Namespace(port=free_port(), server="http://127.0.0.1:1", memory=None)
    async with AsyncExitStack() as stack:
        found, left_out = await opened(stack, given, Exchange(random.Random(1)))
    assert {"sms", "email"}.isdisjoint(place.kind for place in found)
    assert len(found) == 11
    assert [sentence.split(":")[0] for sentence in left_out] == ["SMS is left out", "Mail is left out"]


async def test_the_demo_gets_an_account_of_each_place_once(tmp_path: Path) -> None:
    """Run again, only what changed is told; the secret goes in by its door and is not asked for again."""
    async with running(settings_for(migrated_sqlite(tmp_path), tmp_path)) as backend:
        tenant_id = await accounts.add_tenant(backend.parts, CODE, "Nusanet")
        for name in ("Agent", "Caring"):
            adding = AddGroup(group_id=GroupId(Steps.name("group", name)), name=name)
            await accounts.run(backend.parts, tenant_id, adding)
        admin = accounts.NewUser(
            email=f"admin@{CODE}.example", name="Ratna", password=PASSWORD, role=Role.ADMINISTRATOR, must_change=False
        )
        await accounts.add_user(backend.parts, CODE, admin)
        hooks: list[str] = []
        voice = Place("voice", None, "Telepon", {"country": "ID"}, {"webhook_secret": "rahasia"})
        bot = Place("bot", None, "Bot", {"mode": "webhook", "url": "http://127.0.0.1:1"}, {"secret": "rahasia"})
        moved = replace(bot, settings=bot.settings | {"url": "http://127.0.0.1:2"})
        for answering in (bot, bot, moved):
            async with httpx.AsyncClient(base_url=backend.url, trust_env=False) as http:
                administrator = Administrator(http)
                await administrator.sign_in()
                first, then = await administrator.connect(answering), await administrator.connect(voice)
                await administrator.answer_first(first.account_id, then.account_id)
                hooks.append(then.hook)
        async with backend.parts.store.read(tenant_id) as tx:
            found = {account.kind: account for account in await tx.all(ChannelAccount)}
            queues = await tx.channels.queues_of_account(ChannelAccountId(found["voice"].id))
    assert set(found) == {"voice", "bot"}
    assert found["bot"].settings["url"] == "http://127.0.0.1:2"
    assert found["bot"].version == 2
    assert found["voice"].bot_id == found["bot"].id
    assert len(queues) == 2
    assert len(set(hooks)) == 1
    assert "/hooks/voice/" in hooks[0]
