"""Media jobs: files that providers still hold are fetched, looked at and kept; what became of each is shown."""

import asyncio
import logging
import mimetypes
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from backend.channels.base import AccountView, Channel, Download, MediaFault
from backend.files import FileGone, TooLarge
from backend.files.fetching import FetchLimits, NotFetched, TooMuch, too_much
from backend.files.intake import Barred, Fault, Taken
from backend.files.names import clean_name
from backend.jobs.loop import Done, GiveUp, Later, Outcome
from backend.jobs.means import Means
from backend.runner import Actor
from backend.store.errors import Unavailable
from backend.store.files import FileRow
from backend.store.jobs import Job
from backend.store.keeping import Label, forget, keep, key_of
from backend.store.reads.files import Expected
from omnix_protocol.errors import Reason
from omnix_protocol.ids import CommandId, FileId, new_id
from omnix_protocol.messages import Attachment, FileState, Message, RecordMedia
from omnix_protocol.people import Tenant

MEDIA: Final = "media"
TRIES: Final = 8
"""With 2, 4, 8 … seconds in between: four minutes. After that a person may try again."""
HELD_TRIES: Final = 300
"""For a file that waits for the virus scanner, with five minutes in between: a day."""
HELD: Final = "It waits for the virus scanner, which does not answer."
WAIT_MAX: Final = 300.0
NAMELESS: Final = "file"
_FAULTS: Final = {
    Fault.EMPTY: "The file is empty.",
    Fault.PROGRAM: "Refused: {}.",
    Fault.INFECTED: "Infected: {}.",
    Fault.UNSCANNED: "Not scanned: {}",
    Fault.MISMATCH: "Refused: no {}.",
    Fault.BROKEN: "Refused: {}.",
}
_log = logging.getLogger("backend.jobs.media")


class MediaPayload(msgspec.Struct, frozen=True):
    """What a media job names."""

    file_id: FileId


class Refusal(MediaFault):
    """A file that may not come in, however often it is asked for."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """A file to be had; `shown` is what its message says of it now."""

    job: Job
    expected: Expected
    shown: Attachment
    limit: int  # bytes
    kept: FileRow | None  # by somebody who died before it was told

    @property
    def name(self) -> str:
        return self.expected.remote.name


class MediaWork:
    """The work of `media` jobs. It may die at any point: the next one begins again under the same ids."""

    kinds = frozenset({MEDIA})

    def __init__(self, means: Means) -> None:
        self._means = means
        self._shelf = means.shelf

    async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Outcome]]:
        return [self._run(job) for job in jobs]

    async def _run(self, job: Job) -> Outcome:
        errand = await self._errand(job)
        if errand is None:
            return Done()  # it is there, or nobody shows it any more
        try:
            async with asyncio.timeout(self._shelf.seconds):
                attachment = await self._had(errand)
        except MediaFault as fault:
            return await self._failed(errand, fault)
        except NotFetched as error:
            return await self._failed(errand, as_fault(error))
        except TooLarge:
            return await self._failed(errand, Refusal(str(too_much(errand.expected.remote.size, errand.limit))))
        except Barred as barred:
            return await self._barred(errand, barred)
        except TimeoutError:
            return await self._failed(errand, MediaFault("The file took too long."))
        except Exception as error:  # a channel's own fault must not keep a job for ever
            if not isinstance(error, Unavailable | OSError | httpx.HTTPError | FileGone):
                _log.exception("file %s could not be fetched", errand.expected.file_id)
            return await self._failed(errand, MediaFault(f"The file could not be had ({type(error).__name__})."))
        return await self._record(errand, attachment)

    async def _errand(self, job: Job) -> _Errand | None:
        file_id = msgspec.json.decode(job.payload, type=MediaPayload).file_id
        async with self._means.store.read(job.tenant_id) as tx:
            expected = await tx.files.expected(file_id)
            message = await tx.get(Message, expected.message_id) if expected else None
            tenant = await tx.get(Tenant, job.tenant_id)
            kept = await tx.files.get(file_id)
        if expected is None or message is None or tenant is None:
            return None
        shown = next((held for held in message.attachments if held.file_id == file_id), None)
        if shown is None and expected.remote.body and message.deleted_at is None:
            shown = Attachment(file_id=file_id, name=NAMELESS, media_type="text/html", size=0, state=FileState.FETCHING)
        if shown is None or shown.state is FileState.THERE:
            return None
        limit = min(tenant.rules.attachment_max_bytes, self._shelf.file_bytes)
        return _Errand(job, expected, shown, limit, kept)

    async def _had(self, errand: _Errand) -> Attachment:
        remote, limit = errand.expected.remote, errand.limit
        if remote.size > limit:
            raise Refusal(str(too_much(remote.size, limit)))
        async with self._opened(errand) as download:
            declared = download.media_type or remote.media_type
            name = clean_name(remote.name or download.name or NAMELESS)
            async with self._shelf.intake.taken(download.chunks, limit, declared, name, outbound=False) as taken:
                return await self._kept(errand, name, taken)

    async def _kept(self, errand: _Errand, name: str, taken: Taken) -> Attachment:
        if name == NAMELESS:
            name += mimetypes.guess_extension(taken.media_type) or ""
        owner = str(Actor("channel", errand.expected.channel_account_id))
        label = Label(errand.expected.file_id, name, owner, self._means.now())
        return await keep(self._means.store, self._shelf.files, errand.job.tenant_id, label, taken)

    @asynccontextmanager
    async def _opened(self, errand: _Errand) -> AsyncIterator[Download]:
        """From where it is now: our own store, the raw message, or the provider."""
        job, remote = errand.job, errand.expected.remote
        if (row := errand.kept) is not None:
            chunks = self._shelf.files.read(key_of(job.tenant_id, row.id), 0, row.size)
            yield Download(chunks, row.media_type, row.name)
            return
        channel, view = await self._asked(errand)
        if remote.inside:
            raws = await self._means.store.raw.get_many(job.tenant_id, [remote.raw_id])
            if remote.raw_id not in raws:
                raise MediaFault("What the provider sent is kept no longer.", lasting=True)
            yield await asyncio.to_thread(channel.part, view, raws[remote.raw_id].body, remote.reference)
            return
        async with channel.open(view, remote, self._means.http, SafeFetch(self._means, errand.limit)) as download:
            yield download

    async def _asked(self, errand: _Errand) -> tuple[Channel, AccountView]:
        view = await self._means.accounts.known(errand.job.tenant_id, errand.expected.channel_account_id)
        channel = self._means.channels.get(view.kind) if view is not None else None
        if view is None or channel is None:
            raise MediaFault("This channel account is gone.", lasting=True)
        return channel, view

    async def _barred(self, errand: _Errand, barred: Barred) -> Outcome:
        why = _FAULTS[barred.fault].format(barred.detail)
        if not barred.passing:
            return await self._failed(errand, Refusal(why))
        if errand.job.attempts >= HELD_TRIES:
            return await self._failed(errand, MediaFault(why, lasting=True))
        if errand.shown.failure != HELD:
            await self._record(errand, msgspec.structs.replace(errand.shown, failure=HELD))
        return Later(backed_off(errand.job.attempts), why)

    async def _failed(self, errand: _Errand, fault: MediaFault) -> Outcome:
        """Another time, or shown beside the file."""
        why, refusal = str(fault), isinstance(fault, Refusal)
        if not (fault.lasting or refusal) and errand.job.attempts < TRIES:
            return Later(fault.retry_after or backed_off(errand.job.attempts), why)
        _log.warning("file %s is not fetched: %s", errand.expected.file_id, why)
        if errand.kept is None:
            await forget(self._shelf.files, errand.job.tenant_id, errand.expected.file_id)
        state = FileState.REFUSED if refusal else FileState.FAILED
        return await self._record(errand, msgspec.structs.replace(errand.shown, state=state, failure=why[:300]))

    async def _record(self, errand: _Errand, attachment: Attachment) -> Outcome:
        # A new id each time: the same end may come about again after somebody tried again.
        command = RecordMedia(message_id=errand.expected.message_id, attachment=attachment)
        result = await self._means.runner.do(errand.job.tenant_id, Actor("system"), CommandId(new_id()), command)
        if result.refused is not None and result.refused.reason is not Reason.NOT_FOUND:
            return Later(backed_off(errand.job.attempts), f"It could not be recorded: {result.refused.code}.")
        if errand.expected.remote.body and attachment.failure:
            return GiveUp(attachment.failure)  # no message shows it, so an administrator does
        return Done()


class SafeFetch:
    """What a channel is given to fetch an address with: backend.channels.base.Fetch."""

    def __init__(self, means: Means, limit: int) -> None:
        self._fetcher = means.shelf.fetcher
        self._limits = FetchLimits(size=limit, seconds=means.shelf.seconds)

    def __call__(self, url: str, *, headers: Mapping[str, str] | None = None) -> AbstractAsyncContextManager[Download]:
        return self._download(url, headers)

    @asynccontextmanager
    async def _download(self, url: str, headers: Mapping[str, str] | None) -> AsyncIterator[Download]:
        try:
            async with self._fetcher.opened(url, self._limits, headers) as arriving:
                yield Download(arriving.chunks, arriving.media_type, arriving.name)
        except NotFetched as error:
            raise as_fault(error) from None


def as_fault(error: NotFetched) -> MediaFault:
    if isinstance(error, TooMuch):
        return Refusal(str(error))
    return MediaFault(str(error), lasting=not error.passing, retry_after=error.retry_after)


def backed_off(attempts: int) -> float:
    """Seconds until the next try."""
    return float(min(WAIT_MAX, 2.0 ** min(attempts, 10)))
