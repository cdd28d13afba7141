"""The door of users' sockets and commands: token, session, runner, pulses, presence."""

import logging
from typing import Final

import msgspec

from backend.bus import Bus
from backend.gateway.commands import Commands
from backend.gateway.hub import Hub
from backend.gateway.presence import Presence
from backend.gateway.principal import Principal
from backend.gateway.sessions import Sessions
from backend.gateway.socket import Socket, goodbye
from omnix_protocol import codec, scopes
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import Hello, Result, Run, SendPulse
from omnix_protocol.messages import Typing, Viewing

_log: Final = logging.getLogger("backend.gateway.users")


class UserDoor:
    """What differs between the socket of a user and that of a visitor."""

    kind = "user"

    def __init__(
        self,
        sessions: Sessions,
        commands: Commands,
        hub: Hub,
        presence: Presence,
        bus: Bus,
    ) -> None:
        self._sessions = sessions
        self._commands = commands
        self._hub = hub
        self._presence = presence
        self._bus = bus
        self._leases: dict[Socket, str] = {}

    async def admit(self, hello: Hello) -> Principal | Refused:
        who = await self._sessions.by_access(hello.token, hello.device_id)
        if who is None:
            return refused(Reason.NOT_SIGNED_IN)
        if who.must_change_password:
            return refused(Reason.PASSWORD_CHANGE_NEEDED)
        return who

    async def run(self, who: Principal, frame: Run) -> Result:
        # without a bus that tells at once, a revoked session ends at its next command
        if not self._bus.reliable and await self._sessions.ended_among([who.session_id]):
            self._hub.end([who.session_id])
            return Result(id=frame.id, refused=refused(Reason.NOT_SIGNED_IN))
        return await self._commands.run(who, frame.id, frame.type, frame.body)

    async def pulse(self, who: Principal, follows: frozenset[str], frame: SendPulse) -> Refused | None:
        """To whoever follows the conversation, if the sender follows it too; in the sender's own name."""
        try:
            pulse = codec.pulse(frame.type, frame.body)
        except codec.Malformed as error:
            return refused(Reason.MALFORMED, detail=str(error)[:300])
        except codec.UnknownType:
            return refused(Reason.UNKNOWN_TYPE, type=frame.type[:100])
        if not isinstance(pulse, Typing | Viewing):
            return refused(Reason.NOT_ENTITLED)
        scope = scopes.conversation(pulse.conversation_id)
        if scope not in follows:
            return refused(Reason.NOT_ENTITLED)
        own = msgspec.structs.replace(pulse, user_id=who.user_id, name=who.name)
        self._bus.pulse(who.tenant_id, scope, frame.type, codec.raw(own))
        return None

    async def opened(self, who: Principal, socket: Socket) -> None:
        self._hub.add(socket)
        assert who.user_id is not None
        try:
            self._leases[socket] = await self._presence.arrived(who.tenant_id, who.user_id, who.device_name)
        except Exception:
            _log.exception("the lease of a socket could not be taken")
            raise goodbye(Reason.UNAVAILABLE, retry=True) from None

    async def closed(self, who: Principal, socket: Socket) -> None:
        self._hub.remove(socket)
        if (lease_id := self._leases.pop(socket, None)) is None:
            return
        try:
            over = bool(await self._sessions.ended_among([who.session_id]))
            await self._presence.left(lease_id, at_once=over)
        except Exception:
            _log.exception("the lease of a socket could not be given back; it runs out by itself")
