"""Memberships, versions and cursors move together, and nothing else writes the replica."""

import pytest

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.feed import EVERYTHING, Changed
from omnix_desktop.cache.replica import Hole, Replica, Rewound
from tests.support.journal_model import JournalModel, Key
from tests.support.replica_dump import dump

A: Key = ("Thing", "a")
B: Key = ("Thing", "b")


@pytest.fixture
def replica(engine: Engine) -> Replica:
    return Replica(engine)


def follow(replica: Replica, model: JournalModel, *scopes: str) -> None:
    for scope in scopes:
        *_, last = (replica.apply_snapshot(page) for page in model.snapshot(scope))
        assert last is not None
        last.result()


def test_an_older_version_that_arrives_later_does_not_replace_a_newer_one(engine: Engine, replica: Replica) -> None:
    model = JournalModel()
    follow(replica, model, "one", "two")
    model.change(puts=[(A, b"1", {"one", "two"})])
    model.change(drops=[(A, {"two"})])
    model.change(puts=[(A, b"2", set())])
    follow(replica, model, "one")
    replica.apply(model.after(replica.known().result().cursors)).result()
    assert dump(engine).entities == {("Thing", "a", 2, b"2")}


def test_an_entity_is_forgotten_with_its_last_membership(engine: Engine, replica: Replica) -> None:
    model = JournalModel()
    model.change(puts=[(A, b"1", {"one", "two"}), (B, b"1", {"two"})])
    follow(replica, model, "one", "two")
    replica.purge(("two",)).result()
    assert {row[1] for row in dump(engine).entities} == {"a"}
    replica.purge(("one",)).result()
    assert not dump(engine).entities


def test_a_hole_applies_nothing_and_says_where(engine: Engine, replica: Replica) -> None:
    model = JournalModel()
    follow(replica, model, "one")
    for body in (b"1", b"2", b"3"):
        model.change(puts=[(A, body, {"one"})])
    before = dump(engine)
    with pytest.raises(Hole, match="one"):
        replica.apply([model.commits[0], model.commits[2]]).result()
    assert dump(engine) == before


def test_of_a_board_only_the_latest_state_counts(engine: Engine, replica: Replica) -> None:
    model = JournalModel()
    follow(replica, model, "board:b")
    for body in (b"1", b"2", b"3"):
        model.change(puts=[(A, body, {"board:b"})])
    replica.apply([model.commits[0], model.commits[2]]).result()
    assert ("board:b", 3) in dump(engine).cursors


def test_a_snapshot_replaces_the_scope_only_with_its_last_page(engine: Engine, replica: Replica) -> None:
    model = JournalModel()
    model.change(puts=[(A, b"1", {"one"})])
    follow(replica, model, "one")
    model.change(drops=[(A, {"one"})], puts=[(("Thing", str(n)), b"1", {"one"}) for n in range(5)])
    first, last = model.snapshot("one")
    replica.apply_snapshot(first)
    assert {row[1] for row in dump(engine).entities} == {"a"}
    done = replica.apply_snapshot(last)
    assert done is not None
    done.result()
    assert {row[1] for row in dump(engine).entities} == {"0", "1", "2", "3", "4"}


def test_a_snapshot_older_than_what_is_here_tells_of_a_restored_server(replica: Replica) -> None:
    model = JournalModel()
    for body in (b"1", b"2"):
        model.change(puts=[(A, body, {"one"})])
    follow(replica, model, "one")
    (page,) = model.snapshot("one", as_of=1)
    done = replica.apply_snapshot(page)
    assert done is not None
    with pytest.raises(Rewound):
        done.result()


def test_a_new_epoch_forgets_everything(engine: Engine, replica: Replica) -> None:
    model = JournalModel()
    model.change(puts=[(A, b"1", {"one"})])
    follow(replica, model, "one")
    told: list[Changed] = []
    engine.feed.subscribe(told.append)
    replica.begin_epoch("another").result()
    assert replica.known().result().epoch == "another"
    empty = dump(engine)
    assert not empty.entities
    assert not empty.cursors
    assert told == [EVERYTHING]


def test_what_a_newer_release_made_is_kept_as_it_is(engine: Engine, replica: Replica) -> None:
    model = JournalModel()
    odd = b'{"id":"x","status":"of another release"}'
    model.change(puts=[(("OfTomorrow", "x"), odd, {"one"}), (("Interaction", "x"), odd, {"one"})])
    follow(replica, model, "one")
    assert {row[3] for row in dump(engine).entities} == {odd}
    assert dump(engine).cursors == {("one", 1)}


def test_the_feed_names_what_changed_after_it_can_be_read(engine: Engine, replica: Replica) -> None:
    seen: list[tuple[Changed, int]] = []
    engine.feed.subscribe(lambda changed: seen.append((changed, len(dump(engine).entities))))
    model = JournalModel()
    model.change(puts=[(A, b"1", {"one"}), (B, b"1", {"one"})])
    follow(replica, model, "one")
    replica.known().result()  # the writer has told the feed by then
    assert seen == [(frozenset({A, B}), 2)]
