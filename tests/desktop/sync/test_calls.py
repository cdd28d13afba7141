"""A call from the real server to an agent's machine: it rings there, goes by itself, and stands in the log (F36)."""

from datetime import UTC, datetime
from pathlib import Path

from backend import accounts
from backend.domain.base import SYSTEM
from backend.runner import Actor
from omnix_desktop.cache.queries import calls
from omnix_desktop.cache.queries.catalogue import integrations
from omnix_desktop.ports import LinkState
from omnix_desktop.sync.desk import Desk
from omnix_protocol.base import Command
from omnix_protocol.content import Call, CallState, Content
from omnix_protocol.ids import CommandId, IntegrationId, UserId, new_id
from omnix_protocol.integrations import AddIntegration
from omnix_protocol.messages import ReceiveMessage, Sender
from omnix_protocol.reports import CallLog, CallLogAnswer
from tests.support.live_server import CODE, LiveServer, live_server
from tests.support.waiting import until

NUMBER = "+6281234567890"
AT = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


async def run(server: LiveServer, actor: Actor, command: Command) -> None:
    tenant_id = await accounts.tenant_of(server.parts, CODE)
    result = await server.parts.runner.do(tenant_id, actor, CommandId(new_id()), command)
    assert result.refused is None, result.refused


async def tell(server: LiveServer, call: Call, revision: int) -> None:
    told = ReceiveMessage(
        channel_account_id=server.account_id, provider_id="call-1", sender=Sender(address=NUMBER), shown_as="call",
        content=Content(call=call), revision=revision,
    )  # fmt: skip
    await run(server, Actor("channel", server.account_id), told)


async def test_it_rings_on_the_agents_machine_until_it_is_missed(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        desk: Desk = await server.desk("Ratna")
        desk.start()
        me = UserId(desk.ports.account.me.user_id)
        await until(lambda: desk.ports.link.status.state == LinkState.ONLINE, "online")
        await tell(server, Call(state=CallState.RINGING, number=NUMBER, ringing_at=AT), 1)
        await until(lambda: len(calls.live(desk.engine.reader(), me)) == 1, "it rings")
        (ringing,) = calls.live(desk.engine.reader(), me)
        assert ringing.live_call is not None
        assert (ringing.live_call.call.number, ringing.live_call.last) == (NUMBER, None)
        assert calls.live(desk.engine.reader(), me, [ringing.id]) == (ringing,)
        assert calls.live(desk.engine.reader(), me, ["another"]) == ()
        await tell(server, Call(state=CallState.MISSED, number=NUMBER, ended_at=AT), 2)
        await until(lambda: not calls.live(desk.engine.reader(), me), "it rings no more")
        answer = await desk.ports.ask.ask(CallLog(states=(CallState.MISSED,)), CallLogAnswer)
        assert isinstance(answer, CallLogAnswer)
        assert [(row.call.number, row.conversation_id) for row in answer.rows] == [(NUMBER, ringing.conversation_id)]


async def test_what_administrators_put_beside_the_conversation_is_on_the_agents_machine(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        desk = await server.desk("Ratna")
        desk.start()
        added = AddIntegration(integration_id=IntegrationId(new_id()), name="CRM", address="https://crm.example/")
        await run(server, SYSTEM, added)
        await until(lambda: [it.name for it in integrations(desk.engine.reader())] == ["CRM"], "the card is here")
