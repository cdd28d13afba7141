"""Mail jobs: a letter leaves at most once; what certainly did not go out is tried again, what is uncertain is said."""

import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from backend.jobs.loop import Done, GiveUp, Later, Outcome
from backend.post import Letter, NotSent, Post, Sent, Unknown
from backend.post.smtp import Outcome as Answer
from backend.store.jobs import ASKING, Job
from backend.store.store import Store
from omnix_protocol.transcripts import MAIL_OFF

MAIL: Final = "mail"
TRIES_MAX: Final = 8
FIRST_WAIT_SECONDS: Final = 5.0
WAIT_MAX_SECONDS: Final = 300.0
"""Eight tries with waits that double to five minutes: about ten minutes in all."""
_log = logging.getLogger("backend.jobs.mail")


class MailPayload(msgspec.Struct, frozen=True):
    """What a mail job names: which kind of letter; the rest is that kind's own."""

    what: str


class Correspondent(Protocol):
    """Writes one kind of letter, and hears what became of it."""

    async def letter(self, job: Job) -> Letter | None:
        """Nothing where it is no longer wanted."""
        ...

    async def ended(self, job: Job, answer: Answer) -> Outcome: ...


class MailWork:
    """The work of `mail` jobs. Without a post every letter ends as not sent."""

    kinds = frozenset({MAIL})

    def __init__(self, store: Store, post: Post | None, correspondents: Mapping[str, Correspondent]) -> None:
        self._store = store
        self._post = post
        self._correspondents = correspondents

    async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Outcome]]:
        return [self._send(job) for job in jobs]

    async def _send(self, job: Job) -> Outcome:
        what = msgspec.json.decode(job.payload, type=MailPayload).what
        writer = self._correspondents.get(what)
        if writer is None:
            return GiveUp(f"This release writes no letter of the kind {what!r}.")
        if job.last_error == ASKING:
            return await self._over(writer, job, Unknown("The server stopped while it was being sent."))
        if self._post is None:
            return await self._over(writer, job, NotSent(MAIL_OFF, lasting=True))
        letter = await writer.letter(job)
        # Said before the mail server is asked, under the job's fence: whoever lost the job meanwhile sends nothing.
        if letter is None or not await self._store.jobs.note(job, ASKING):
            return Done()
        answer = await self._post.send(letter, job.id)
        if isinstance(answer, NotSent) and not answer.lasting and job.attempts < TRIES_MAX:
            return Later(wait_after(job.attempts), answer.why)
        return await self._over(writer, job, answer)

    async def _over(self, writer: Correspondent, job: Job, answer: Answer) -> Outcome:
        match answer:
            case Sent():
                _log.info("letter %s was taken by the mail server", job.id)
            case NotSent():
                _log.warning("letter %s was not sent: %s", job.id, answer.why)
            case Unknown():
                _log.warning("nobody knows whether letter %s was sent: %s", job.id, answer.why)
        return await writer.ended(job, answer)


def wait_after(attempts: int) -> float:
    """Seconds before the next try of a letter that was tried so often."""
    return min(WAIT_MAX_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** max(0, attempts - 1))
