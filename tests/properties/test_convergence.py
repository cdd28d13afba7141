"""Habit 1: for any commands and disconnects, replica after changes = replica after snapshot = server."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from backend.domain.handlers import ANSWERS, HANDLERS
from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol import scopes
from omnix_protocol.base import COMMANDS, QUERIES, Command
from omnix_protocol.people import OpenTenant
from tests.properties.ground_truth import Truth
from tests.properties.mirror import Mirror, State, snapshot
from tests.properties.moves import MAKERS, Ground, Seeded
from tests.support.office import Faults, Office, watched
from tests.support.offices import TENANT_ID, founded_postgres, founded_sqlite
from tests.support.postgres import Cluster

T = TypeVar("T")
WORKDAY = frozenset(COMMANDS[name] for name in ("ReceiveMessage", "PickUp", "SendMessage", "RecordDelivery", "End"))
Places = Callable[[], AbstractContextManager[DatabaseSettings]]


def test_every_command_has_a_handler_and_a_part_in_this_test() -> None:
    assert set(HANDLERS) == set(COMMANDS.values())
    assert set(MAKERS) == set(COMMANDS.values())
    assert set(ANSWERS) == set(QUERIES.values())


class Life:
    """A company, three followers, and the check that they and the server are one after each step."""

    def __init__(self, place: DatabaseSettings) -> None:
        self.company = Office(Store(place), tenant_id=TENANT_ID)
        self.prompt = Mirror(batch=50)
        self.picky = Mirror(batch=1)  # follows half of the scopes, one commit at a time
        self.absent = Mirror(batch=3)  # comes back now and then
        self.changed: set[type[Command]] = set()
        self._truth: Truth | None = None

    async def step(self, kind: type[Command], chance: Any) -> None:
        if self._truth is None:
            await self.check()
        assert self._truth is not None
        move = MAKERS[kind](Ground(self.company, self._truth, chance))
        if move is None:
            return
        self.company.grown.clear()
        await self.company.run(*move)
        if self.company.grown:
            self.changed.add(type(move[1]))
        await self.check()

    async def check(self) -> None:
        async with self.company.store.read(self.company.tenant_id) as tx:
            self._truth = truth = await Truth.read(tx)
            truth.check_numbers()
            self.prompt.follow(truth.must)
            self.picky.follow(scope for scope in truth.must if sum(scope.encode()) % 2)
            fresh = {scope: await snapshot(tx, scope) for scope in truth.must}
            for mirror in (self.prompt, self.picky):
                await mirror.catch_up(tx)
                _equal(mirror, truth, fresh)

    async def come_back(self, chance: Any) -> None:
        async with self.company.store.read(self.company.tenant_id) as tx:
            truth = await Truth.read(tx)
            self.absent.follow(scope for scope in truth.must if chance.pick((True, False)))
            await self.absent.catch_up(tx)
            _equal(self.absent, truth, {scope: await snapshot(tx, scope) for scope in self.absent.members})


def _equal(mirror: Mirror, truth: Truth, fresh: dict[str, State]) -> None:
    for scope in mirror.members:
        shown = mirror.shows(scope)
        assert shown == fresh[scope], scope
        assert truth.must[scope].items() <= shown.items(), scope
        assert shown.items() <= truth.may[scope].items(), scope
    assert mirror.entities.keys() == set().union(*mirror.members.values())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def places(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Places, str]:
    """Fresh copies of a database in which the office has been founded, as often as wanted."""
    if request.param == "sqlite":
        return lambda: founded_sqlite(tmp_path_factory.getbasetemp(), tmp_path), request.param
    cluster: Cluster = request.getfixturevalue("postgres")
    return lambda: founded_postgres(cluster), request.param


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few commands go beyond them."""
    monkeypatch.setattr(scopes, "QUEUE_WINDOW", 2)
    monkeypatch.setattr(scopes, "CONVERSATION_WINDOW", 4)


@pytest.fixture(autouse=True)
def no_faults() -> Iterator[Faults]:
    with watched() as faults:
        yield faults


def test_every_command_changes_something_and_all_sides_agree(places: tuple[Places, str]) -> None:
    make, _ = places

    async def live(place: DatabaseSettings) -> Life:
        life, chance = Life(place), Seeded(5)
        try:
            for turn in range(20):
                for kind in (COMMANDS["ReceiveMessage"], *MAKERS):
                    if turn < 2 or kind not in life.changed or kind in WORKDAY:
                        await life.step(kind, chance)
                await life.come_back(chance)
                if set(MAKERS) - life.changed <= {OpenTenant}:
                    break
        finally:
            await life.company.store.close()
        return life

    with make() as place:
        life = asyncio.run(live(place))
    # the tenant is opened once, before: see tests/support/offices.py
    assert set(COMMANDS.values()) - life.changed <= {OpenTenant}


class Drawn:
    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def pick(self, options: Sequence[T]) -> T:
        return self._data.draw(st.sampled_from(options))


class Story(RuleBasedStateMachine):
    """Any commands by anybody in any order."""

    place: ClassVar[tuple[Places]]

    def __init__(self) -> None:
        super().__init__()
        self._place = self.place[0]()
        self._runner = asyncio.Runner()
        self._life = Life(self._place.__enter__())

    @rule(data=st.data(), kind=st.sampled_from(sorted(MAKERS, key=lambda kind: kind.__name__)))
    def somebody_asks(self, data: st.DataObject, kind: type[Command]) -> None:
        self._runner.run(self._life.step(kind, Drawn(data)))

    @rule(data=st.data())
    def a_customer_writes(self, data: st.DataObject) -> None:
        self._runner.run(self._life.step(COMMANDS["ReceiveMessage"], Drawn(data)))

    @rule(data=st.data())
    def an_agent_works(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(("PickUpNext", "SendMessage", "Transfer", "End", "PickUp", "AddMemo")))
        self._runner.run(self._life.step(COMMANDS[kind], Drawn(data)))

    @rule(data=st.data())
    def one_comes_back_online(self, data: st.DataObject) -> None:
        self._runner.run(self._life.come_back(Drawn(data)))

    def teardown(self) -> None:
        self._runner.run(self._life.company.store.close())
        self._runner.close()
        self._place.__exit__(None, None, None)


def test_any_commands_converge(places: tuple[Places, str]) -> None:
    make, kind = places
    story = type("Story", (Story,), {"place": (make,)})
    run_state_machine_as_test(
        story,
        settings=settings(
            max_examples=10 if kind == "sqlite" else 3,
            stateful_step_count=40,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes and says little more
            suppress_health_check=list(HealthCheck),
        ),
    )
