"""Person jobs: what somebody is called whose first message did not say so; the provider is asked once."""

from collections.abc import Coroutine, Sequence
from typing import Any, Final

import msgspec

from backend.channels.base import Named, Naming, NotReached, Outcome, Sent, Throttled, Unknown
from backend.jobs.loop import Done, GiveUp, Later
from backend.jobs.loop import Outcome as Ended
from backend.jobs.means import Means
from backend.jobs.providers import Lost, Wait
from backend.runner import Actor
from backend.store.jobs import Job
from omnix_protocol.customers import Identity, NameIdentity
from omnix_protocol.errors import Reason
from omnix_protocol.ids import ChannelAccountId, CommandId, IdentityId, derived_id

PERSON: Final = "person"
TRIES: Final = 8


class PersonPayload(msgspec.Struct, frozen=True):
    """What a person job names; ids only."""

    channel_account_id: ChannelAccountId
    identity_id: IdentityId


class PeopleWork:
    """The work of `person` jobs. A name that cannot be had is nobody's trouble: agents may enter one."""

    kinds = frozenset({PERSON})

    def __init__(self, means: Means) -> None:
        self._means = means

    async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Ended]]:
        return [self._run(job) for job in jobs]

    async def _run(self, job: Job) -> Ended:
        payload = msgspec.json.decode(job.payload, type=PersonPayload)
        async with self._means.store.read(job.tenant_id) as tx:
            identity = await tx.get(Identity, payload.identity_id)
        view = await self._means.accounts(job.tenant_id, payload.channel_account_id)
        if identity is None or identity.name or view is None or view.kind not in self._means.channels:
            return Done()
        channel = self._means.channels[view.kind]
        if not isinstance(channel, Naming):
            return Done()
        found: list[Named] = []

        async def question() -> Outcome:
            answer = await channel.person(view, identity.address, self._means.http)
            if isinstance(answer, Named):
                found.append(answer)
                return Sent("")
            return answer

        try:
            answer = await self._means.providers.ask(job, view, question)
        except Lost:
            return Done()
        except Wait as wait:
            return wait.later
        if found:
            return await self._record(job, payload, found[0])
        match answer:
            case Throttled():
                return Later(answer.retry_after, "The provider asked to wait.")
            case NotReached() | Unknown() if job.attempts < TRIES:
                return Later(2.0**job.attempts, answer.detail)
            case _:
                return Done()

    async def _record(self, job: Job, payload: PersonPayload, named: Named) -> Ended:
        command = NameIdentity(
            channel_account_id=payload.channel_account_id,
            identity_id=payload.identity_id,
            name=named.name,
            handle=named.handle,
        )
        key = CommandId(derived_id(payload.channel_account_id, "name", payload.identity_id))
        result = await self._means.runner.do(job.tenant_id, Actor("channel", payload.channel_account_id), key, command)
        if result.refused is None:
            return Done()
        why = f"What somebody is called could not be recorded: {result.refused.code}."
        return Later(2, why) if result.refused.reason is Reason.UNAVAILABLE else GiveUp(why)
