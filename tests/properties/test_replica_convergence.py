"""Whatever way the changes came, the replica equals a fresh snapshot (habit 1)."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.replica import Replica
from tests.support.cached_workspace import KEY, NOW
from tests.support.journal_model import JournalModel, Key
from tests.support.replica_dump import Dump, dump

SCOPES = ("agent:a", "queue:q", "conversation:c")
KEYS: tuple[Key, ...] = (("Message", "1"), ("Message", "2"), ("Interaction", "1"), ("OfANewerRelease", "1"))
_scopes = st.sets(st.sampled_from(SCOPES), min_size=1, max_size=2)
_put = st.tuples(st.just("put"), st.sampled_from(KEYS), st.integers(1, 50), _scopes)
_drop = st.tuples(st.just("drop"), st.sampled_from(KEYS), st.integers(1, 50), _scopes)
_operations = st.lists(_put | _drop, min_size=1, max_size=3)
_step = (
    st.tuples(st.just("deliver"), st.integers(1, 6))
    | st.tuples(st.just("again"), st.integers(1, 4))
    | st.tuples(st.just("snapshot"), st.sampled_from(SCOPES))
    | st.tuples(st.just("late snapshot"), st.sampled_from(SCOPES), _operations)
    | st.tuples(st.just("revoke"), st.sampled_from(SCOPES))
    | st.tuples(st.just("kill"))
    | st.tuples(st.just("nothing"))
)
_turn = st.tuples(_operations, _step)
"""The server changes something, the client does something or is away."""


def body(key: Key, text: int) -> bytes:
    """Complete for a message and a memo; an interaction that this release cannot read."""
    known: dict[str, Any] = {"id": key[1], "version": 1, "position": text, "text": str(text), "at": NOW}
    known |= {"conversation_id": "c", "interaction_id": "i", "direction": "in", "state": "received", "state_at": NOW}
    known |= {"author_id": "a", "author_name": "A"}
    return msgspec.json.encode(known)


def change(model: JournalModel, operations: list[Any]) -> None:
    # a key once in a commit, as in the unit of work
    once = {key: (what, text, scopes) for what, key, text, scopes in operations}
    model.change(
        puts=[(key, body(key, text), scopes) for key, (what, text, scopes) in once.items() if what == "put"],
        drops=[(key, scopes) for key, (what, _, scopes) in once.items() if what == "drop"],
    )


class Client:
    """A follower that is told as the gateway tells: what comes after its cursors, or snapshots."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.open()

    def open(self) -> None:
        self.engine = Engine(self._folder, KEY, lambda: NOW)
        self.replica = Replica(self.engine)

    def cursors(self) -> dict[str, int]:
        return self.replica.known().result().cursors

    def deliver(self, model: JournalModel, count: int | None = None, back: int = 0) -> None:
        cursors = {scope: max(seq - back, 0) for scope, seq in self.cursors().items()}
        self.replica.apply(model.after(cursors)[:count]).result()

    def snapshot(self, model: JournalModel, scope: str, as_of: int | None = None) -> None:
        cursor = self.cursors().get(scope)
        if as_of is not None and cursor is not None and cursor > as_of:
            return
        *_, last = (self.replica.apply_snapshot(page) for page in model.snapshot(scope, as_of=as_of))
        assert last is not None
        last.result()

    def kill(self) -> None:
        """Half a snapshot was staged when the program ended."""
        self.engine.close()
        self.open()


@contextmanager
def client() -> Iterator[Client]:
    with tempfile.TemporaryDirectory() as folder:
        made = Client(Path(folder))
        try:
            yield made
        finally:
            made.engine.close()


def take(step: tuple[Any, ...], model: JournalModel, follower: Client) -> None:
    match step:
        case ("deliver", count):
            follower.deliver(model, count)
        case ("again", back):
            follower.deliver(model, back=back)
        case ("snapshot", scope):
            follower.snapshot(model, scope)
        case ("late snapshot", scope, operations):
            as_of = model.heads.get(scope, 0)
            change(model, operations)
            follower.snapshot(model, scope, as_of)
        case ("revoke", scope):
            follower.replica.purge((scope,)).result()
        case ("kill",):
            follower.kill()


def fresh(model: JournalModel) -> Dump:
    with client() as other:
        for scope in SCOPES:
            other.snapshot(model, scope)
        return dump(other.engine)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_turn, min_size=5, max_size=20))
def test_replica_after_changes_equals_replica_after_snapshot(turns: list[tuple[Any, tuple[Any, ...]]]) -> None:
    model = JournalModel()
    with client() as follower:
        for scope in SCOPES:
            follower.snapshot(model, scope)
        for operations, step in turns:
            change(model, operations)
            take(step, model, follower)
        for scope in SCOPES:
            if scope not in follower.cursors():
                follower.snapshot(model, scope)
        follower.deliver(model)
        assert dump(follower.engine) == fresh(model)
