"""/v1/run and /v1/ask: the socket's bodies over HTTP."""

import msgspec

from backend.asks import Asks
from backend.gateway.commands import Commands
from backend.gateway.http import Answer, Call, Operation
from omnix_protocol.errors import Refused
from omnix_protocol.ids import CommandId


class RunBody(msgspec.Struct, frozen=True, kw_only=True):
    """As the frame `run`: the id is made by the asker and makes repeating harmless."""

    id: CommandId
    type: str
    body: msgspec.Raw


class AskBody(msgspec.Struct, frozen=True, kw_only=True):
    """As the frame `ask`."""

    id: str = ""
    type: str
    body: msgspec.Raw


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """As the frames `result` and `answer`: the body, or a refusal."""

    id: str
    body: msgspec.Raw
    refused: Refused | None = None


class RunDoor:
    def __init__(self, commands: Commands, asks: Asks) -> None:
        self._commands = commands
        self._asks = asks

    def operations(self) -> list[Operation]:
        return [
            Operation("POST", "/v1/run", "Run a command.", self.run, RunBody, Outcome),
            Operation("POST", "/v1/ask", "Ask a query.", self.ask, AskBody, Outcome),
        ]

    async def run(self, call: Call) -> Answer:
        who, asked = call.principal, call.body
        done = await self._commands.run(who, asked.id, asked.type, asked.body)
        return Outcome(id=done.id, body=done.body, refused=done.refused)

    async def ask(self, call: Call) -> Answer:
        who, asked = call.principal, call.body
        said = await self._asks.ask(who.tenant_id, who.actor, asked.id, asked.type, asked.body)
        return Outcome(id=said.id, body=said.body, refused=said.refused)
