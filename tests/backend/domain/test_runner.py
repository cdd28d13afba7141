"""The one door for commands: once however often it is asked, never an exception, text that every part can hold."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.base import SYSTEM, Actor
from backend.domain.entitlement import ASK, RUN
from backend.domain.handlers import ANSWERS, HANDLERS
from backend.runner import Runner
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.base import COMMANDS, QUERIES
from omnix_protocol.conversations import Interaction
from omnix_protocol.customers import AddCustomer, Customer
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CommandId, CustomerId, GroupId, new_id
from omnix_protocol.messages import Message, ReceiveMessage, Sender
from omnix_protocol.people import AddGroup
from omnix_protocol.text import encode_storable, storable_body
from tests.backend.domain.test_transfer import to
from tests.support.office import Office, watched
from tests.support.offices import TENANT_ID, founded_sqlite


def test_every_command_and_query_has_its_handler_and_its_rule() -> None:
    assert set(HANDLERS) == set(COMMANDS.values()) == set(RUN)
    assert set(ANSWERS) == set(QUERIES.values()) == set(ASK)


async def test_a_repeat_gets_the_first_result_and_another_body_is_refused(company: Office) -> None:
    command_id = new_id()
    add = AddCustomer(customer_id=CustomerId(new_id()), name="Budi")
    first = await company.run("ayu", add, command_id)
    company.grown.clear()
    assert await company.run("ayu", add, command_id) == first
    assert company.grown == []
    other = await company.run("ayu", msgspec.structs.replace(add, name="Bukan Budi"), command_id)
    assert other.refused == refused(Reason.COMMAND_ID_REUSED)
    # the id is the asker's own: another's command may bear the same
    theirs = await company.run("bima", AddCustomer(customer_id=CustomerId(new_id()), name="Cici"), command_id)
    assert theirs.refused is None


async def test_how_many_commands_run_is_told_also_when_one_is_refused(company: Office) -> None:
    told: list[int] = []
    runner = Runner(
        company.store, now=company.clock, grown=lambda *_: None, jobs_made=lambda: None, running=told.append
    )
    add = encode_storable(AddCustomer(customer_id=CustomerId(new_id()), name="Budi"))
    runs = [("AddCustomer", add), ("Teleport", b"{}"), ("AddCustomer", b"{")]
    who = company.actor("ayu")
    await asyncio.gather(*(runner.run(TENANT_ID, who, CommandId(new_id()), name, body) for name, body in runs))
    assert told[-1] == 0
    assert {abs(after - before) for before, after in pairwise([0, *told])} == {1}
    assert len(told) == 2 * len(runs)


async def test_a_refusal_stays_the_answer_to_its_command(company: Office) -> None:
    interaction = await company.serving("ayu")
    reply, command_id = company.reply(interaction), new_id()
    assert (await company.run("bima", reply, command_id)).refused == refused(Reason.NOT_OWNER, name="Ayu")
    await company.online("bima")
    await company.done("ayu", to(company, await company.get(Interaction, interaction.id), "bima"))
    assert (await company.run("bima", reply, command_id)).refused == refused(Reason.NOT_OWNER, name="Ayu")
    assert (await company.run("bima", reply)).refused is None


async def test_twice_at_the_same_moment_is_once(company: Office) -> None:
    command_id, add = new_id(), AddCustomer(customer_id=CustomerId(new_id()), name="Budi")
    results = await asyncio.gather(*(company.run("ayu", add, command_id) for _ in range(8)))
    assert all(result == results[0] for result in results)
    assert results[0].refused is None
    assert len(company.grown) == 1


@pytest.mark.parametrize(
    ("type_name", "body", "reason"),
    [
        ("NoSuchCommand", b"{}", Reason.UNKNOWN_TYPE),
        ("AddGroup", b"{}", Reason.MALFORMED),
        ("AddGroup", b"", Reason.MALFORMED),
        ("AddGroup", b"\xff\x00", Reason.MALFORMED),
        ("AddGroup", b"null", Reason.MALFORMED),
        ("AddGroup", b"{" * 100_000, Reason.MALFORMED),
        ("AddGroup", b'{"group_id":"x","name":""}', Reason.MALFORMED),
        ("PickUp", b'{"interaction_id":"\\u0000"}', Reason.NOT_FOUND),
        ("PickUp", b'{"interaction_id":"\\ud83d"}', Reason.NOT_FOUND),
        ("End", b'{"interaction_id":"' + b"x" * 100_000 + b'"}', Reason.NOT_FOUND),
        ("AddMemo", b'{"memo_id":"m","conversation_id":"c","interaction_id":"i","text":"t"}', Reason.INVALID_FIELD),
        ("MarkRead", b'{"conversation_id":"c","position":99999999999999999999}', Reason.MALFORMED),
    ],
)
async def test_a_bad_command_is_refused_and_never_raised(
    company: Office, type_name: str, body: bytes, reason: Reason
) -> None:
    result = await company.runner.run(company.tenant_id, company.actor("adi"), CommandId(new_id()), type_name, body)
    assert result.refused is not None
    assert result.refused.code == reason


async def test_an_id_that_is_none_and_an_asker_who_is_none(company: Office) -> None:
    add = AddGroup(group_id=GroupId(new_id()), name="x")
    assert (await company.run("adi", add, "nomor satu")).refused == refused(
        Reason.MALFORMED, detail="the command's id is no UUIDv7"
    )
    assert (await company.barred(Actor("user", new_id()), add)).code == Reason.NOT_SIGNED_IN
    stranger = Office(company.store)
    assert (await stranger.barred(company.actor("adi"), add)).code == Reason.NOT_SIGNED_IN


async def test_what_no_database_can_hold_is_kept_visible(company: Office) -> None:
    command = ReceiveMessage(
        channel_account_id=company.account("bot"),
        provider_id="a\x00b",
        sender=Sender(address="1", name="Ri\ud800na"),
        text="nol\x00di sini, 😀 dan \udc00 separuh, \u202eterbalik",
    )
    result = await company.run(company.channel("bot"), command)
    assert result.refused is None
    message = await company.get(Message, msgspec.json.decode(result.body)["message_id"])
    assert message.text == "nol\ufffddi sini, 😀 dan \ufffd separuh, \u202eterbalik"
    interaction = await company.get(Interaction, message.interaction_id)
    assert (await company.get(Customer, interaction.customer_id)).name == "Ri\ufffdna"
    from_the_wire = b'{"customer_id":"%s","name":"A\\u0000\\ud83dB\\ud83d\\ude00\\\\u0000"}'
    customer_id = new_id()
    done = await company.runner.run(
        company.tenant_id,
        company.actor("ayu"),
        CommandId(new_id()),
        "AddCustomer",
        from_the_wire % customer_id.encode(),
    )
    assert done.refused is None
    assert (await company.get(Customer, customer_id)).name == "A\ufffd\ufffdB😀\\u0000"


async def test_a_hint_that_fails_does_not_undo_the_command(company: Office) -> None:
    def broken(*_: Any) -> None:
        raise ConnectionError("no bus")

    company.runner._grown = broken
    add = AddCustomer(customer_id=CustomerId(new_id()), name="Budi")
    assert (await company.run("ayu", add)).refused is None
    assert "has grown" in company.faults.seen.pop()
    assert (await company.get(Customer, add.customer_id)).name == "Budi"


@given(st.text() | st.text(alphabet=st.sampled_from("\x00\ud800\udc00a\\u0")))
def test_any_text_becomes_json_that_decodes(text: str) -> None:
    body = encode_storable(AddCustomer(customer_id=CustomerId("x"), name=(text or "x")[:200]))
    again = storable_body(body)
    assert again == body
    name = codec.decode(body, AddCustomer).name
    assert "\x00" not in name
    name.encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_any_body_for_any_command_and_query_gets_a_result(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with founded_sqlite(tmp_path_factory.getbasetemp(), tmp_path) as place, asyncio.Runner() as runner, watched():

        async def opened() -> Office:
            return Office(Store(place), tenant_id=TENANT_ID)

        company = runner.run(opened())

        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            st.sampled_from(sorted(COMMANDS)),
            st.sampled_from(sorted(QUERIES)),
            st.sampled_from(["ayu", "sari", "adi"]),
            st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary()),
        )
        def anything(command: str, query: str, who: str, body: bytes) -> None:
            async def both() -> None:
                actor = company.actor(who)
                await company.runner.run(company.tenant_id, actor, CommandId(new_id()), command, body)
                await company.runner.run(company.tenant_id, SYSTEM, CommandId(new_id()), command, body)
                await company.asks.ask(company.tenant_id, actor, "1", query, body)

            runner.run(both())

        anything()
        runner.run(company.store.close())
