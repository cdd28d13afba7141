"""Drafts, the outbox with its results, settings: what only the user's hand, and the outbox noting results, write.

Every method returns at once; the future is done after the commit and carries the driver's error where there
was none. What a failed write means to a person says `engine.fault_of`.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime
from typing import TypeVar

from omnix_desktop.cache.engine import Engine, fault_of
from omnix_desktop.cache.feed import Changed
from omnix_desktop.cache.queries.pending import COLUMNS, Pending, PendingState, pending_row
from omnix_desktop.cache.reading import micros
from omnix_desktop.cache.writing import Connection
from omnix_desktop.ports import Fault
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.errors import Refused
from omnix_protocol.ids import CommandId
from omnix_protocol.messages import AddMemo, SendMessage
from omnix_protocol.text import encode_storable, storable_text

T = TypeVar("T")


def draft_of(command: Command) -> tuple[str, str] | None:
    """The composer's draft that becomes this command: (conversation, mode)."""
    if isinstance(command, SendMessage):
        return command.conversation_id, "reply"
    return (command.conversation_id, "memo") if isinstance(command, AddMemo) else None


class Local:
    """What is written to local.db."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self.on_fault: Callable[[Fault | None], None] = lambda _: None
        """Told in the writer's thread: what went wrong, or None as soon as a write succeeds again."""
        self._faulty = False

    def save_draft(self, conversation_id: str, mode: str, text: str) -> Future[None]:
        """The latest text; an empty one discards the draft."""
        at = micros(self._now())
        storable = storable_text(text)  # half of an emoji, as some input methods leave it

        def work(connection: Connection) -> None:
            if text:
                connection.execute(
                    "INSERT INTO drafts VALUES (?, ?, ?, ?) ON CONFLICT (conversation_id, mode)"
                    " DO UPDATE SET text = excluded.text, at = excluded.at",
                    (conversation_id, mode, storable, at),
                )
            else:
                connection.execute("DELETE FROM drafts WHERE conversation_id = ? AND mode = ?", (conversation_id, mode))

        return self._write(work, {("draft", conversation_id)})

    def send(self, command_id: CommandId, command: Command, lane: str, subject_id: str) -> Future[None]:
        """Into the outbox, and out of the composer, in one transaction. The same id again changes nothing."""
        at = micros(self._now())
        draft = draft_of(command)
        body = encode_storable(command)

        def work(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO outbox (command_id, type, body, lane, subject_id, at, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (command_id) DO NOTHING",
                (command_id, type(command).__name__, body, lane, subject_id, at, PendingState.QUEUED),
            )
            if draft is not None:
                connection.execute("DELETE FROM drafts WHERE conversation_id = ? AND mode = ?", draft)

        changed = {("outbox", lane)} | ({("draft", draft[0])} if draft else set())
        return self._write(work, changed)

    def waiting(self) -> Future[tuple[Pending, ...]]:
        """What is to be sent, in the order of the decisions."""
        return self._engine.local.submit(lambda connection: _in_state(connection, PendingState.QUEUED))

    def note(self, pending: Pending, refused: Refused | None) -> Future[None]:
        """The server's result."""
        state = PendingState.ACCEPTED if refused is None else PendingState.REFUSED
        why = None if refused is None else codec.encode(refused)

        def work(connection: Connection) -> None:
            connection.execute(
                "UPDATE outbox SET state = ?, refused = ? WHERE command_id = ? AND state = 'queued'",
                (state, why, pending.command_id),
            )

        return self._write(work, {("outbox", pending.lane)})

    def accepted(self) -> Future[tuple[Pending, ...]]:
        """What the server has, and the replica may not have yet."""
        return self._engine.local.submit(lambda connection: _in_state(connection, PendingState.ACCEPTED))

    def decide_anew(
        self, command_ids: Iterable[CommandId], decide: Callable[[Command], tuple[CommandId, Command]]
    ) -> Future[None]:
        """Refused ones back into the queue, under the new id that `decide` gives."""
        ids = set(command_ids)

        def work(connection: Connection) -> None:
            for pending in _in_state(connection, PendingState.REFUSED):
                if pending.command_id in ids:
                    new_id, command = decide(pending.command)
                    connection.execute(
                        "UPDATE outbox SET command_id = ?, body = ?, state = 'queued', refused = NULL"
                        " WHERE command_id = ?",
                        (new_id, encode_storable(command), pending.command_id),
                    )

        return self._write(work, {("outbox", "*")})

    def back_to_draft(self, command_id: CommandId) -> Future[None]:
        """Out of the outbox, into the composer in front of what is there, in one transaction."""
        at = micros(self._now())

        def work(connection: Connection) -> None:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM outbox WHERE command_id = ? AND state IN ('held', 'refused')", (command_id,)
            ).fetchall()
            pending = pending_row(rows[0]) if rows else None
            draft = draft_of(pending.command) if pending else None
            if pending is None or draft is None:
                return
            connection.execute(
                "INSERT INTO drafts VALUES (?, ?, ?, ?) ON CONFLICT (conversation_id, mode)"
                " DO UPDATE SET text = excluded.text || char(10) || drafts.text, at = excluded.at",
                (*draft, getattr(pending.command, "text", ""), at),
            )
            connection.execute("DELETE FROM outbox WHERE command_id = ?", (command_id,))

        return self._write(work, {("outbox", "*"), ("draft", "*")})

    def set_state(self, command_ids: Iterable[CommandId], old: PendingState, new: PendingState) -> Future[None]:
        """The agent's word about held ones."""
        ids = tuple(command_ids)

        def work(connection: Connection) -> None:
            connection.executemany(
                "UPDATE outbox SET state = ? WHERE command_id = ? AND state = ?", [(new, one, old) for one in ids]
            )

        return self._write(work, {("outbox", "*")})

    def hold_all(self) -> Future[None]:
        """The server was restored: what is not known to it waits for the agent's word."""
        return self._write(
            lambda connection: connection.execute("UPDATE outbox SET state = 'held' WHERE state <> 'refused'"),
            {("outbox", "*")},
        )

    def forget(self, command_ids: Iterable[CommandId], lane: str = "*") -> Future[None]:
        """Accepted ones whose entity is here, or what the agent discards."""
        ids = [(one,) for one in command_ids]
        return self._write(
            lambda connection: connection.executemany("DELETE FROM outbox WHERE command_id = ?", ids),
            {("outbox", lane)},
        )

    def save_setting(self, name: str, value: bytes) -> Future[None]:
        return self._write(
            lambda connection: connection.execute(
                "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            ),
            {("setting", name)},
        )

    def _write(self, work: Callable[[Connection], object], changed: set[tuple[str, str]]) -> Future[None]:
        told: Changed = frozenset(changed)

        def do(connection: Connection) -> None:
            work(connection)

        def after(done: Future[None]) -> None:
            error = done.exception()
            if error is None:
                self._engine.feed.tell(told)
            if error is not None or self._faulty:
                self._faulty = error is not None
                self.on_fault(None if error is None else fault_of(error))

        done = self._engine.local.submit(do)
        done.add_done_callback(after)
        return done


def _in_state(connection: Connection, state: PendingState) -> tuple[Pending, ...]:
    rows = connection.execute(f"SELECT {COLUMNS} FROM outbox WHERE state = ? ORDER BY n", (state,)).fetchall()
    return tuple(made for row in rows if (made := pending_row(row)) is not None)
