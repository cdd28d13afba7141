"""Asking providers: a circuit for each account, few requests at a time, and the visible state of each account."""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from backend.channels.base import AccountView, NotReached, Outcome, Rejected, Sent, Throttled, Unknown
from backend.jobs.circuits import Circuit
from backend.jobs.loop import Later
from backend.runner import Actor, Runner
from backend.store.jobs import ASKING, Job
from backend.store.store import Store
from omnix_protocol.channels import FaultKind, ReportChannelFault
from omnix_protocol.ids import ChannelAccountId, CommandId, TenantId, new_id

AT_ONCE_PER_ACCOUNT: Final = 4
"""Requests to one account at a time; the rest of its messages wait without holding anybody else's place."""
TRY_FOR: Final = timedelta(minutes=15)
"""How long something that the provider certainly has not done is asked for again."""
_log = logging.getLogger("backend.jobs.providers")


def too_late(now: datetime, since: datetime, seconds: float, why: str) -> str:
    """The failure to tell where something that waits `since` would wait longer than TRY_FOR; else empty."""
    late = now + timedelta(seconds=seconds) - since > TRY_FOR
    return f"{why} It was given up after 15 minutes." if late else ""


class Wait(Exception):
    """The account is not to be asked now."""

    def __init__(self, seconds: float, why: str, *, crowded: bool = False) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.why = why
        self.crowded = crowded  # only because others of the account are being asked

    @property
    def later(self) -> Later:
        """Nobody was asked: that is no try."""
        return Later(self.seconds, self.why, tried=False)


class Lost(Exception):
    """Somebody else has the job now."""


class Providers:
    """Shared by all that asks providers in this process."""

    def __init__(self, store: Store, runner: Runner, now: Callable[[], datetime]) -> None:
        self._store = store
        self._runner = runner
        self._now = now
        self._circuits: dict[str, Circuit] = defaultdict(Circuit)
        self._asking: dict[str, int] = defaultdict(int)

    def wait(self, account_id: str) -> float:
        """Seconds for which the account is left alone."""
        return self._circuits[account_id].wait(self._now())

    async def ask(self, job: Job, view: AccountView, question: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """The provider's answer, asked once. Raises Wait where it was not asked, Lost where the job is not ours.

        What the question raises is no answer: the account's state stays as it was.
        """
        circuit = self._circuits[view.id]
        if self._asking[view.id] >= AT_ONCE_PER_ACCOUNT:
            raise Wait(0.05, "Others of this account are being sent.", crowded=True)
        if (seconds := circuit.wait(self._now())) > 0:
            raise Wait(seconds, "The account is left alone for a while.")
        self._asking[view.id] += 1
        try:
            # Said before the provider is asked, under the job's fence: whoever lost the job meanwhile asks nobody.
            if not await self._store.jobs.note(job, ASKING):
                raise Lost
            answer = await question()
        except BaseException:
            circuit.unasked()
            raise
        finally:
            self._asking[view.id] -= 1
        await self._heed(circuit, view, answer)
        return answer

    async def _heed(self, circuit: Circuit, view: AccountView, answer: Outcome) -> None:
        now = self._now()
        match answer:
            case Rejected(account_fault=True):
                await self._news(view, circuit.failed(now, FaultKind.REFUSED), answer.failure, FaultKind.REFUSED)
            case Sent() | Rejected():
                await self._news(view, circuit.works(), "")
            case Throttled():
                circuit.throttled(now, answer.retry_after)
            case NotReached() | Unknown():
                await self._news(view, circuit.failed(now), answer.detail, FaultKind.AWAY)

    async def _news(self, view: AccountView, is_news: bool, fault: str, kind: FaultKind | None = None) -> None:
        """Tell the tenant that an account stopped working, or works again."""
        if is_news:
            await report_fault(self._runner, view.tenant_id, view.id, fault, kind)


async def report_fault(
    runner: Runner, tenant_id: TenantId, account_id: ChannelAccountId, fault: str, kind: FaultKind | None
) -> None:
    """The visible state of an account; the next fault says it again where this is lost."""
    command = ReportChannelFault(channel_account_id=account_id, fault=fault[:500], fault_kind=kind)
    result = await runner.do(tenant_id, Actor("channel", account_id), CommandId(new_id()), command)
    if result.refused is not None:
        _log.warning("the state of account %s could not be recorded: %s", account_id, result.refused.code)
