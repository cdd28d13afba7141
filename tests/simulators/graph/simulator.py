"""The whole Graph API on one port: calls are checked, recorded, answered, or fail as the test asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Account, Number, Page, Person, Professional
from tests.simulators.graph.answers import Answers
from tests.simulators.graph.comments import Comments
from tests.simulators.graph.errors import GraphError
from tests.simulators.graph.faults import CALL_TROUBLES, Fault, rate_limited
from tests.simulators.graph.handover import Handover
from tests.simulators.graph.hooks import Hooks
from tests.simulators.graph.media import MediaStore
from tests.simulators.graph.messaging import InstagramDirect, Messenger
from tests.simulators.graph.requests import authorised, bearer, call_of
from tests.simulators.graph.whatsapp import WhatsApp
from tests.simulators.graph.world import Call, Refused, Sent, World
from tests.simulators.mishaps import Trouble
from tests.support.serving import serving

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
GIVEN_UP = 60.0
"""Seconds after which a silent call ends by itself."""


class GraphSimulator:
    """One Meta: any number of accounts; `seed` makes ids and dice repeat."""

    def __init__(self, *accounts: Account, seed: int | None = None) -> None:
        self.world = World(accounts or (Number(), Page(), Professional()), seed)
        self.media = MediaStore(self.world)
        self.whatsapp = WhatsApp(self.world, self.media)
        self.messenger = Messenger(self.world, self.media)
        self.instagram = InstagramDirect(self.world, self.media)
        self.comments = Comments(self.world)
        self.page_handover = Handover(self.world, self.messenger)
        self.instagram_handover = Handover(self.world, self.instagram)
        self.answers = Answers(self.world, self.media, self.comments, self.whatsapp, self.messenger, self.instagram)
        self.app = Starlette(
            routes=[
                Route("/whatsapp_business/attachments/", self._download),
                Route("/cdn/{id}/{name}", self._from_cdn),
                Route("/{path:path}", self._call, methods=["GET", "POST", "DELETE"]),
            ]
        )

    @property
    def hooks(self) -> Hooks:
        return self.world.hooks

    @property
    def calls(self) -> list[Call]:
        """Every call that came in, refused ones too, in order."""
        return self.world.calls

    async def subscribe(self, account: Account, url: str) -> bool:
        """The handshake, then deliveries of this account go there."""
        return await self.hooks.verify(account, url)

    def fail(self, call: str, *faults: Fault, account: Account | None = None) -> None:
        """The next calls of this name fail, one fault each.

        Names: the edge (messages, media, block_users, message_templates, comments, replies, message_attachments,
        pass_thread_control …), `read` and `sender_action` for these two kinds of messages, `get`, `update` and
        `delete` of a node without an edge, `download` of media.
        """
        self.world.faults.add(call, faults, account.id if account else "")

    def fail_at_random(self, rate: float, *among: Fault, seed: int = 0) -> None:
        """So much of all sends and comment answers (0 to 1) fails with one of these."""
        self.world.faults.throw(rate, among, seed)

    def trouble(self, account: Account, what: Trouble, share: float) -> None:
        """So much of this account's sends goes wrong like this from now on; webhooks are those of all accounts."""
        disorder = self.hooks.disorder
        if what is Trouble.EXPIRED:
            (self.revoke if share else self.renew)(account)
        elif what is Trouble.REPEATED:
            disorder.duplicates = share
        elif what is Trouble.DISORDERLY:
            disorder.reordered = share
        else:
            limit = errors.THROUGHPUT if isinstance(account, Number) else errors.CALL_LIMIT
            throttled = rate_limited(limit, retry_after=5, status=limit.status)
            self.world.faults.throw_at(account.id, CALL_TROUBLES.get(what, throttled), share)

    def revoke(self, account: Account, error: GraphError = errors.EXPIRED_TOKEN) -> None:
        """Its token does not work any more, until `renew`."""
        self.world.dead_tokens[account.token] = error

    def renew(self, account: Account) -> None:
        self.world.dead_tokens.pop(account.token, None)

    def open_window(self, account: Account, person: Person) -> None:
        """As if the person had just written; nobody is told."""
        self.world.heard_from(account, person)

    def forward(self, hours: float) -> None:
        """Meta's clock goes ahead: windows close, URLs run out."""
        self.world.forward(hours * 3600)

    async def sent(
        self, count: int = 1, account: Account | None = None, to: str = "", timeout: float = 20
    ) -> list[Sent]:
        """What the business sent (of this account, to this id), as soon as there are so many."""

        def found() -> list[Sent]:
            return [
                one
                for one in self.world.sent
                if (account is None or one.account == account) and (not to or one.to == to)
            ]

        async with asyncio.timeout(timeout), self.world.changed:
            await self.world.changed.wait_for(lambda: len(found()) >= count)
        return found()

    async def settle(self) -> None:
        """What follows by itself (statuses, echoes, what disorder held back) has been delivered."""
        await self.world.settle()

    async def close(self) -> None:
        await self.world.close()

    async def _call(self, request: Request) -> Response:
        try:
            call = await call_of(request, self.world)
        except Refused as no:
            return self._error(no.error)
        self.calls.append(call)
        answer = await self._answered(call, request)
        call.status = answer.status_code
        return answer

    async def _answered(self, call: Call, request: Request) -> Response:
        fault = None
        try:
            account = authorised(call, self.world)
            fault = self.world.faults.next(call.name, account.id)
            if fault is not None and not fault.after_work and (failed := await self._failed(fault, request)):
                return failed
            answer: Response = JSONResponse(await self.answers.to(account, call))
        except Refused as no:
            answer = self._error(no.error)
        if fault is not None and fault.after_work:
            return await self._failed(fault, request) or answer
        return answer

    async def _failed(self, fault: Fault, request: Request) -> Response | None:
        """None for a mere delay."""
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.silent:
            await _gone(request)
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.error is not None:
            return self._error(fault.error, fault.status, headers)
        if fault.silent or fault.html or fault.status:
            return HTMLResponse(fault.html, fault.status or 500, headers)
        return None

    def _error(self, error: GraphError, status: int | None = None, headers: dict[str, str] | None = None) -> Response:
        body: dict[str, Any] = error.answer(self.world.ids.trace())
        return JSONResponse(body, status or error.status, headers)

    async def _download(self, request: Request) -> Response:
        account = self.world.tokens.get(bearer(request))
        if account is None or account.token in self.world.dead_tokens:
            return Response(status_code=401)
        fault = self.world.faults.next("download", account.id)
        if fault is not None and (failed := await self._failed(fault, request)):
            return failed
        media = self.media.download(dict(request.query_params), account)
        return Response(media.data, media_type=media.type) if media else Response(status_code=404)

    async def _from_cdn(self, request: Request) -> Response:
        fault = self.world.faults.next("download", "")
        if fault is not None and (failed := await self._failed(fault, request)):
            return failed
        media = self.media.files.get(request.path_params["id"])
        return Response(media.data, media_type=media.type) if media else Response(PIXEL, media_type="image/png")


async def _gone(request: Request) -> None:
    """Until the caller hangs up."""
    try:
        async with asyncio.timeout(GIVEN_UP):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


@asynccontextmanager
async def graph_simulator(*accounts: Account, seed: int | None = None, port: int = 0) -> AsyncIterator[GraphSimulator]:
    """It serves on the loopback; `world.address` says where."""
    simulator = GraphSimulator(*accounts, seed=seed)
    async with serving(simulator.app, port) as address:
        simulator.world.address = address
        try:
            yield simulator
        finally:
            await simulator.close()
