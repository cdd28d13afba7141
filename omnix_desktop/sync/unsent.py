"""What stands in the outbox and waits for the agent's word: held after a restored server, or refused."""

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Final

from msgspec.structs import replace

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.queries.pending import PendingState
from omnix_desktop.cache.queries.thread import extent
from omnix_desktop.tasks import Tasks
from omnix_protocol.base import Command
from omnix_protocol.ids import CommandId, new_id
from omnix_protocol.messages import SendMessage

_log: Final = logging.getLogger("omnix_desktop.sync.unsent")


class UnsentWork:
    """The port Unsent."""

    def __init__(self, engine: Engine, local: Local, tasks: Tasks) -> None:
        self._engine, self._local, self._tasks = engine, local, tasks

    def send_anyway(self, command_ids: Iterable[CommandId]) -> None:
        ids = tuple(command_ids)
        self._after(self._local.set_state(ids, PendingState.HELD, PendingState.QUEUED), "release")
        self._after(self._local.decide_anew(ids, self._decided_anew), "decide anew")

    def discard(self, command_id: CommandId) -> None:
        self._after(self._local.forget((command_id,)), "discard")

    def back_to_draft(self, command_id: CommandId) -> None:
        self._after(self._local.back_to_draft(command_id), "back to draft")

    def _decided_anew(self, command: Command) -> tuple[CommandId, Command]:
        """The same as a new decision, made in sight of what is in the conversation now.

        A message keeps its own id: had it been accepted after all, the server would refuse to make it twice.
        """
        if isinstance(command, SendMessage):
            seen = extent(self._engine.reader(), command.conversation_id).last
            command = replace(command, seen_position=max(seen, command.seen_position))
        return CommandId(new_id()), command

    def _after(self, writing: "Future[None]", what: str) -> None:
        async def noted() -> None:
            try:
                await asyncio.wrap_future(writing)
            except Exception as error:  # the driver's classes are its own; Local has told the person
                _log.warning("%s: %s", what, type(error).__name__)

        self._tasks.start(noted(), what)
