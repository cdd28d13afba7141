"""Without a right one changes and learns nothing, whatever they ask: another tenant's people, an idle agent."""

from typing import Final

import msgspec

from backend.domain.base import SYSTEM
from omnix_protocol import codec
from omnix_protocol.base import COMMANDS, QUERIES, Command, Query
from omnix_protocol.errors import Refused
from omnix_protocol.people import AddUser
from tests.properties.ground_truth import Truth
from tests.properties.moves import MAKERS, Ground, Seeded
from tests.support.office import Office, found
from tests.support.specimens import specimen

MOST_DAYS: Final = 20
WORKDAY: Final = {COMMANDS[name] for name in ("ReceiveMessage", "PickUp", "SendMessage", "RecordDelivery")}
OF_ONES_OWN: Final = {
    "AddAuxCode", "AddCategory", "AddChannelAccount", "AddCustomer", "AddGroup", "AddIntegration", "AddQuickReply",
    "AddUser", "EditRules", "SetPresence",
}  # fmt: skip
"""What names nothing that is there already."""
State = dict[tuple[str, str], bytes]


async def worked(company: Office) -> list[Command]:
    """What the right people asked for, so that there is something of everything; every command is among it."""
    chance = Seeded(7)
    asked: list[Command] = []
    missing = set(MAKERS)
    for day in range(MOST_DAYS):
        missing = set(MAKERS) - {type(command) for command in asked}
        for kind in (COMMANDS["ReceiveMessage"], *MAKERS):
            if day < 2 or kind in missing or kind in WORKDAY:
                move = MAKERS[kind](Ground(company, await truth_of(company), chance))
                if move is not None:
                    await company.run(*move)
                    asked.append(move[1])
        if not missing:
            return asked
    raise AssertionError(f"nobody asked for {missing}")


def in_turn(asked: list[Command]) -> list[Command]:
    """First what needs something that is there: what a stranger makes is theirs."""
    return sorted(asked, key=lambda command: type(command).__name__ in OF_ONES_OWN)


async def truth_of(company: Office) -> Truth:
    async with company.store.read(company.tenant_id) as tx:
        return await Truth.read(tx)


async def state_of(company: Office) -> State:
    truth = await truth_of(company)
    return {(name, one.id): codec.encode(one) for name, found in truth.of.items() for one in found}


def questions(state: State) -> list[Query]:
    """Each query, about something that is there."""
    there = {f"{_snake(name)}_id": id_ for name, id_ in state}

    def about(kind: type[Query]) -> Query:
        named = {field: there[field] for field in kind.__struct_fields__ if field in there}
        return msgspec.structs.replace(specimen(kind, full=False), **named)

    return [about(kind) for kind in QUERIES.values()]


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


async def test_another_tenants_people_change_nothing_and_learn_nothing(company: Office) -> None:
    asked = await worked(company)
    before = await state_of(company)
    elsewhere = await found(Office(company.store))
    for command in in_turn(asked):
        for who in ("adi", "sari", "ayu"):
            result = await elsewhere.run(who, command)
            assert result.refused or type(command).__name__ in OF_ONES_OWN, (who, command)
    only_here = {id_ for _, id_ in before} - {id_ for _, id_ in await state_of(elsewhere)}
    assert len(only_here) > len(before) / 2
    for who in ("adi", "sari", "ayu"):
        for question in questions(before):
            said = repr(await elsewhere.ask(who, question))
            assert not [id_ for id_ in only_here if id_ in said], (who, question)
    assert await state_of(company) == before


async def test_an_agent_of_no_group_changes_nothing_of_others_and_learns_nothing_of_them(company: Office) -> None:
    asked = await worked(company)
    await company.done(SYSTEM, AddUser(user_id=company.user("dini"), name="Dini", email="dini@nusa.example"))
    before = await state_of(company)
    own = {("Presence", company.user("dini"))}
    for command in in_turn(asked):
        result = await company.run("dini", command)
        assert result.refused or type(command).__name__ in OF_ONES_OWN, command
    after = await state_of(company)
    assert {key for key, state in before.items() if after.get(key) != state} <= own
    assert {name for name, _ in after.keys() - before.keys()} <= {"Customer"}
    for question in questions(before):
        answer = await company.ask("dini", question)
        assert isinstance(answer, Refused) or answer == type(answer)(), (question, answer)
