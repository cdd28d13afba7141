"""Drafts, the outbox with its results, settings: the user's hand writes them, and sync notes what became of them.

Every method returns at once; the future is done after the commit and carries the driver's error where there
was none. What a failed write means to a person says `engine.fault_of`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from omnix_desktop.cache import drafts
from omnix_desktop.cache.beside import NOTHING, Beside, beside_of
from omnix_desktop.cache.engine import Engine, fault_of
from omnix_desktop.cache.queries.pending import COLUMNS, Pending, PendingState, pending_row
from omnix_desktop.cache.reading import micros
from omnix_desktop.cache.writing import Connection
from omnix_desktop.ports import Fault
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.errors import Refused
from omnix_protocol.ids import CommandId
from omnix_protocol.messages import AddMemo, Attachment, Draft, SendMessage
from omnix_protocol.text import encode_storable, storable_text

T = TypeVar("T")


class Following(NamedTuple):
    """A message that goes out with another one, after it."""

    command_id: CommandId
    command: Command
    subject_id: str


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
        self.on_left: Callable[[str], None] = lambda _: None
        """Told in the caller's thread: nobody writes in this conversation at the moment."""
        self._faulty = False

    def save_draft(
        self,
        conversation_id: str,
        mode: str,
        text: str,
        files: tuple[Attachment, ...] = (),
        before: str | None = None,
        seen: Draft | None = None,
        beside: Beside = NOTHING,
    ) -> Future[None]:
        """The latest text; an empty one discards the draft. `before` is the text as it was last saved or shown,
        `seen` another machine's that is part of it now."""
        at = self._at()
        storable = storable_text(text)  # half of an emoji, as some input methods leave it
        known = None if before is None else storable_text(before)

        def work(connection: Connection) -> None:
            drafts.written(connection, (conversation_id, mode), storable, files, at, known, seen, beside)

        return self._write(work, {("draft", conversation_id)})

    def leave_draft(self, conversation_id: str) -> None:
        """The user turns to something else, perhaps to another machine."""
        self.on_left(conversation_id)

    def share_drafts(
        self, theirs: Mapping[drafts.Key, Draft], keep: drafts.Keep, *, fresh: bool
    ) -> Future[list[drafts.Offer]]:
        """In sight of the server's drafts: take over what may be, and say what to offer. See `drafts.met`."""
        at = self._at()
        changed: set[tuple[str, str]] = set()

        def work(connection: Connection) -> list[drafts.Offer]:
            offers, others = drafts.shared(connection, theirs, keep, at, fresh=fresh)
            changed.update(("draft", one) for one in others)
            return offers

        return self._submit(work, changed)

    def draft_answered(self, offer: drafts.Offer, version: int | None) -> Future[None]:
        """The server has it as this version, or (None) has refused it."""
        return self._write(lambda connection: drafts.answered(connection, offer, version), set())

    def send(
        self, command_id: CommandId, command: Command, lane: str, subject_id: str, then: Sequence[Following] = ()
    ) -> Future[None]:
        """Into the outbox, and out of the composer, in one transaction. The same id again changes nothing.

        `then` are messages that follow it and hold the rest of what stood in the composer.
        """
        at = self._at()
        draft = draft_of(command)
        sending = [Following(command_id, command, subject_id), *then]

        def work(connection: Connection) -> None:
            grown: dict[str, object] = {}
            if draft is not None:
                text = storable_text(getattr(command, "text", ""))
                grown["draft_version"] = drafts.sent(connection, draft, text, at)
            for key, one, subject in sending:
                body = encode_storable(replace(one, **grown))
                connection.execute(
                    "INSERT INTO outbox (command_id, type, body, lane, subject_id, at, state)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (command_id) DO NOTHING",
                    (key, type(one).__name__, body, lane, subject, at, PendingState.QUEUED),
                )

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
        at = self._at()

        def work(connection: Connection) -> None:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM outbox WHERE command_id = ? AND state IN ('held', 'refused')", (command_id,)
            ).fetchall()
            pending = pending_row(rows[0]) if rows else None
            draft = draft_of(pending.command) if pending else None
            if pending is None or draft is None:
                return
            text, files = getattr(pending.command, "text", ""), getattr(pending.command, "attachments", ())
            beside = beside_of(pending.command) if isinstance(pending.command, SendMessage) else NOTHING
            drafts.given_back(connection, draft, text, files, beside, at)
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

        def work(connection: Connection) -> None:
            connection.execute("UPDATE outbox SET state = 'held' WHERE state <> 'refused'")
            drafts.forget_agreements(connection)

        return self._write(work, {("outbox", "*")})

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

    def _at(self) -> int:
        return micros(self._now()) or 0

    def _write(self, work: Callable[[Connection], object], changed: set[tuple[str, str]]) -> Future[None]:
        def do(connection: Connection) -> None:
            work(connection)

        return self._submit(do, changed)

    def _submit(self, work: Callable[[Connection], T], changed: set[tuple[str, str]]) -> Future[T]:
        """What has `changed` may become known while it is done."""

        def after(done: Future[T]) -> None:
            error = done.exception()
            if error is None:
                self._engine.feed.tell(frozenset(changed))
            if error is not None or self._faulty:
                self._faulty = error is not None
                self.on_fault(None if error is None else fault_of(error))

        done = self._engine.local.submit(work)
        done.add_done_callback(after)
        return done


def _in_state(connection: Connection, state: PendingState) -> tuple[Pending, ...]:
    rows = connection.execute(f"SELECT {COLUMNS} FROM outbox WHERE state = ? ORDER BY n", (state,)).fetchall()
    return tuple(made for row in rows if (made := pending_row(row)) is not None)
