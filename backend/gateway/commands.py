"""The runner as people's doors use it: whoever is no longer a user after a command loses all their sessions."""

import logging
from typing import Final

import msgspec

from backend.gateway.principal import Principal
from backend.gateway.sessions import Sessions
from backend.runner import Runner
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId
from omnix_protocol.people import EditUser, User

_log: Final = logging.getLogger("backend.gateway.commands")


class Commands:
    def __init__(self, store: Store, runner: Runner, sessions: Sessions) -> None:
        self._store = store
        self._runner = runner
        self._sessions = sessions

    async def run(self, who: Principal, command_id: CommandId, type_name: str, body: msgspec.Raw) -> Result:
        """What became of it. A repeat looks again, should the first have been cut off in between."""
        result = await self._runner.run(who.tenant_id, who.actor, command_id, type_name, body)
        if type_name == EditUser.__name__ and result.refused is None:
            try:
                await self._end_of_leaver(who, codec.decode(body, EditUser))
            except Exception:
                _log.exception("the sessions of somebody who left could not be ended; their tokens open nothing")
        return result

    async def _end_of_leaver(self, who: Principal, edit: EditUser) -> None:
        async with self._store.read(who.tenant_id) as tx:
            user = await tx.get(User, edit.user_id)
        if user is not None and not user.active:
            await self._sessions.end_all(who.tenant_id, edit.user_id, "the user is no longer one")
