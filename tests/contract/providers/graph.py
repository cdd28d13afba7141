"""What every product of Meta has in common, at our own Graph simulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.contract.provider import PATIENCE, REGISTERED_SECONDS, Failing, Provider
from tests.simulators.graph import errors, faults
from tests.simulators.graph.accounts import Account, Page, Person, Professional
from tests.simulators.graph.faults import Fault, rate_limited
from tests.simulators.graph.hooks import Disorder, Retries
from tests.simulators.graph.simulator import GraphSimulator
from tests.simulators.mishaps import Disturbance
from tests.support.waiting import until

BUDI = Person("62811000111")
OWN_ID = {Page: "page_id", Professional: "instagram_id"}


class GraphProvider(Provider):
    """One account at Meta; what is asked of a product alone is in its own file."""

    call = "messages"
    refused = errors.AWAY
    limited = errors.CALL_LIMIT

    def __init__(self, theirs: Account, simulator: GraphSimulator) -> None:
        self.theirs, self.simulator = theirs, simulator
        app = theirs.app
        self.secrets = {"access_token": theirs.token, "app_secret": app.secret, "verify_token": app.verify_token}

    @property
    def refusal(self) -> str:
        return self.refused.message

    def settings(self) -> dict[str, str]:
        return {"base_url": f"{self.simulator.world.address}/v25.0", OWN_ID[type(self.theirs)]: self.theirs.id}

    async def attach(self, hook: str) -> None:
        """The server has asked for the fields; the app's dashboard shakes hands with the address."""
        await until(lambda: self._asked("subscribed_apps"), "the server asked for its fields", REGISTERED_SECONDS)
        assert await self.simulator.subscribe(self.theirs, hook)

    @asynccontextmanager
    async def disturbed(self, by: Disturbance) -> AsyncIterator[None]:
        disorder = Disorder(by.repeated, by.reordered, by.dice)
        self.simulator.hooks.disorder = disorder
        yield
        disorder.duplicates = disorder.reordered = 0.0
        await self.simulator.settle()
        by.repeats += disorder.repeats
        by.overtaken += disorder.overtaken

    def patient(self) -> None:
        self.simulator.hooks.retries = Retries(attempts=PATIENCE, pause=0.05, longest=1)

    async def forged(self) -> int:
        payload = self.simulator.hooks.deliveries[-1].payload
        return await self.simulator.hooks.forge(self.theirs, payload, {"X-Hub-Signature-256": "sha256=00"})

    async def replayed(self) -> int:
        last = self.simulator.hooks.deliveries[-1]
        answer = await self.simulator.world.http.post(last.url, content=last.body, headers=last.headers)
        return answer.status_code

    async def fails(self, how: Failing) -> None:
        if how is Failing.REVOKED:
            self.simulator.revoke(self.theirs)
            return
        failures = {
            Failing.REFUSED: Fault(self.refused),
            Failing.THROTTLED: rate_limited(self.limited, retry_after=1, status=self.limited.status),
            Failing.BROKEN: faults.DONE_BUT_BROKEN,
        }
        self.simulator.fail(self.call, failures[how])

    def failed(self) -> int:
        return self.simulator.world.faults.happened

    def sent(self) -> list[str]:
        return [one.text for one in self.simulator.world.sent if one.text]

    def _asked(self, call: str) -> bool:
        return any(it.name == call and it.status == 200 for it in self.simulator.calls)

    def uploads(self, call: str, part: str) -> list[bytes]:
        """The files of the calls of this name that were taken."""
        calls = [it for it in self.simulator.calls if it.name == call and it.status == 200]
        return [it.files[part].data for it in calls if part in it.files]
