"""Files that a provider holds: had, looked at, kept once, and told; or refused with the reason beside them."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import clock
from backend.files import FolderFiles
from backend.files.fetching import Fetcher
from backend.files.intake import Intake
from backend.files.pictures import Pictures
from backend.files.scanning import Clamd
from backend.jobs.inbound import Inbound
from backend.jobs.loop import Done, GiveUp, Later, Outcome
from backend.jobs.means import Means, Shelf
from backend.jobs.media import HELD, HELD_TRIES, MEDIA, TRIES, MediaWork
from backend.jobs.providers import Providers
from backend.store.files import FileRow
from backend.store.jobs import Job
from backend.store.keeping import thumbnail_id
from backend.store.raw import INBOUND, Route
from omnix_protocol.channels import PublishChannel
from omnix_protocol.conversations import Conversation
from omnix_protocol.ids import ConversationId, FileId, MessageId
from omnix_protocol.messages import Attachment, FetchMedia, FileState, Message
from omnix_protocol.people import EditRules, Rules, Tenant
from tests.simulators.clamd import ClamdFault, ClamdSimulator
from tests.support.company import Company, paused_of
from tests.support.file_channel import FileChannel, FileHost
from tests.support.pictures import PLACE, opened, plain, saved
from tests.support.serving import serving

LEASE = timedelta(minutes=5)
VIRUS = b"OMNIX-TEST-VIRUS"


@dataclass
class Desk:
    """A company, its provider, and the two works that stand between them, done by hand."""

    company: Company
    host: FileHost
    scanner: ClamdSimulator
    means: Means
    route: Route
    folder: Path
    works: list[MediaWork] = field(default_factory=list)

    async def bring(self, number: int, *files: dict[str, Any], **more: Any) -> Message:
        """The provider tells of a message with these files; it is stored before any of them is fetched."""
        raw = json.dumps({"id": f"m{number}", "files": files} | more).encode()
        await self.company.store.raw.append(self.route, {}, raw)
        store, runner = self.company.store, self.company.runner
        inbound = Inbound(store, runner, self.means.channels, self.company.accounts, paused_of(self.company))
        jobs = await store.jobs.claim([INBOUND], 5, LEASE)
        for job, work in zip(jobs, await inbound.begin(jobs), strict=True):
            assert isinstance(await work, Done)
            await store.jobs.done(job)
        await inbound.close()
        return await self.message(number)

    async def message(self, number: int) -> Message:
        async with self.company.store.read(self.company.tenant_id) as tx:
            found = await tx.messages.by_provider_id(self.route.channel_account_id, f"m{number}")
        assert found is not None
        return found

    async def claimed(self) -> list[Job]:
        return await self.company.store.jobs.claim([MEDIA], 10, LEASE)

    async def run(self, job: Job, means: Means | None = None) -> Outcome:
        (work,) = await MediaWork(means or self.means).begin([job])
        return await work

    async def fetched(self, number: int, *files: dict[str, Any], **more: Any) -> tuple[Message, list[Outcome]]:
        """Brought, and each file tried once."""
        await self.bring(number, *files, **more)
        outcomes = [await self.run(job) for job in await self.claimed()]
        return await self.message(number), outcomes

    async def row(self, file_id: FileId) -> FileRow | None:
        return await self.company.store.files.get(self.company.tenant_id, file_id)

    async def kept(self, file: Attachment | FileRow, file_id: FileId) -> bytes:
        key = f"{self.company.tenant_id}/{file_id}"
        return b"".join([chunk async for chunk in self.means.shelf.files.read(key, 0, file.size)])

    def lying(self) -> int:
        """How many files lie in the folder."""
        return len([file for file in self.folder.rglob("*") if file.is_file()])


@pytest.fixture
async def desk(company: Company, tmp_path: Path) -> AsyncIterator[Desk]:
    channel, host = FileChannel(), FileHost()
    await company.do(
        PublishChannel(kind=channel.kind, name=channel.name, group=channel.group, capabilities=channel.capabilities)
    )
    route = await company.account(channel.kind)
    scanner = ClamdSimulator(viruses={VIRUS: "Eicar.Uji"})
    async with serving(host.app) as host.address, scanner.listening(), httpx.AsyncClient() as http:
        folder = tmp_path / "files"
        intake = Intake(Clamd(scanner.address, 20), Pictures(), hold=True)
        shelf = Shelf(
            FolderFiles(folder), intake=intake, fetcher=Fetcher(internal_hosts=("127.0.0.1",)), file_bytes=30_000_000
        )
        providers = Providers(company.store, company.runner, clock.now)
        channels: dict[str, Any] = {channel.kind: channel}
        means = Means(company.store, company.runner, channels, company.accounts, providers, http, clock.now, shelf)
        yield Desk(company, host, scanner, means, route, folder)
        await intake.close()


async def test_a_message_stands_at_once_and_its_picture_comes_after(desk: Desk) -> None:
    data = saved("JPEG", 6, size=(1000, 600))
    brought = await desk.bring(1, desk.host.put("bukti.jpg", data, "image/jpeg", size=len(data)))
    assert [file.state for file in brought.attachments] == [FileState.FETCHING]
    assert desk.host.asked == []
    (job,) = await desk.claimed()
    assert isinstance(await desk.run(job), Done)
    (file,) = (await desk.message(1)).attachments
    assert file == Attachment(
        file_id=file.file_id, name="bukti.jpg", media_type="image/jpeg", size=len(data), width=600, height=1000
    )
    assert await desk.kept(file, file.file_id) == data  # what comes in is kept as it came, EXIF and all
    row = await desk.row(file.file_id)
    assert row is not None
    assert row.conversation_id == brought.conversation_id
    small = await desk.row(thumbnail_id(file.file_id))
    assert small is not None
    thumbnail = await desk.kept(small, small.id)
    assert PLACE not in thumbnail
    assert opened(thumbnail).size == (288, 480)
    assert desk.scanner.scanned == [data]


async def test_several_files_each_have_an_end_of_their_own(desk: Desk) -> None:
    host = desk.host
    message, outcomes = await desk.fetched(
        1,
        host.put("a.pdf", b"%PDF-1.7 a", "application/pdf"),
        host.put("setup.exe", b"hello", "application/pdf"),
        host.put("b.pdf", b"MZ\x90\0 a program", "application/pdf"),
        host.put("c.txt", b"x" + VIRUS, "text/plain"),
        host.put("d.png", b"no picture", "image/png"),
        host.put("e.txt", b"", "text/plain"),
        {"reference": f"{host.address}/none?token=rahasia", "name": "f.txt"},
        {"reference": "http://169.254.169.254/latest/meta-data", "name": "g.txt"},
        {"reference": "9", "name": "h.txt", "inside": True},
    )
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    found = {file.name: (file.state, file.failure, file.media_type) for file in message.attachments}
    there, refused, failed = FileState.THERE, FileState.REFUSED, FileState.FAILED
    assert found["a.pdf"] == (there, "", "application/pdf")
    assert found["setup.exe"][:2] == (refused, "Refused: a program (.exe).")
    assert found["b.pdf"][:2] == (refused, "Refused: a Windows program.")
    assert found["c.txt"][:2] == (refused, "Infected: Eicar.Uji.")
    assert found["d.png"] == (there, "", "application/octet-stream")
    assert found["e.txt"][:2] == (refused, "The file is empty.")
    assert found["f.txt"][:2] == (failed, "127.0.0.1 answered 404.")
    assert found["g.txt"][0] == failed
    assert found["h.txt"][:2] == (failed, "There is no such part.")
    assert "rahasia" not in str(found)
    assert desk.lying() == 2


async def test_what_is_too_large_never_lies_anywhere(desk: Desk) -> None:
    async with desk.company.store.read(desk.company.tenant_id) as tx:
        tenant = await tx.get(Tenant, desk.company.tenant_id)
    assert tenant is not None
    rules = Rules(attachment_max_bytes=20_000_000)
    await desk.company.do(EditRules(base_version=tenant.version, rules=rules))
    told = desk.host.put("a.bin", b"", "video/mp4", size=25_000_000)
    said = desk.host.put("b.bin", bytes(25_000_000), "video/mp4")
    message, _ = await desk.fetched(1, told, said)
    for file in message.attachments:
        assert (file.state, file.failure) == (FileState.REFUSED, "Too large: 25 MB, allowed 20 MB.")
    assert desk.host.asked == ["b.bin"]
    assert desk.lying() == 0


async def test_what_lies_in_the_raw_message_is_read_from_there(desk: Desk) -> None:
    data = plain("PNG")
    parts = {"1.2": base64.b64encode(data).decode()}
    inside = {"inside": True, "media_type": "image/png"}
    message, _ = await desk.fetched(
        1, {"reference": "1.2", **inside}, {"reference": "9", "name": "x.png", **inside}, parts=parts
    )
    one, two = message.attachments
    assert (one.state, one.name, one.width) == (FileState.THERE, "file.png", 64)
    assert (two.state, two.failure) == (FileState.FAILED, "There is no such part.")
    assert desk.host.asked == []


async def test_a_passing_fault_is_tried_again_and_given_up_at_last(desk: Desk) -> None:
    file = desk.host.put("a.pdf", b"%PDF-1.7", "application/pdf")
    desk.host.faults["a.pdf"] = [(503, {}), (429, {"Retry-After": "77"}), *[(500, {})] * 2]
    await desk.bring(1, file)
    (job,) = await desk.claimed()
    first, second = await desk.run(job), await desk.run(replace(job, attempts=5))
    assert isinstance(first, Later)
    assert (first.seconds, first.why) == (2, "127.0.0.1 answered 503.")
    assert isinstance(second, Later)
    assert second.seconds == 77
    assert (await desk.message(1)).attachments[0].state is FileState.FETCHING
    assert isinstance(await desk.run(replace(job, attempts=TRIES)), Done)
    (failed,) = (await desk.message(1)).attachments
    assert (failed.state, failed.failure) == (FileState.FAILED, "127.0.0.1 answered 500.")


async def test_a_person_may_try_again_and_it_may_fail_again_and_then_come(desk: Desk) -> None:
    file = desk.host.put("a.pdf", b"%PDF-1.7", "application/pdf")
    desk.host.faults["a.pdf"] = [(404, {}), (404, {})]
    message, _ = await desk.fetched(1, file)
    agent = await desk.company.agent()
    await desk.company.pick_up(agent)
    for expected in (FileState.FAILED, FileState.THERE):
        await desk.company.do(
            FetchMedia(message_id=MessageId(message.id), file_id=message.attachments[0].file_id), agent
        )
        assert (await desk.message(1)).attachments[0].state is FileState.FETCHING
        (job,) = await desk.claimed()
        assert isinstance(await desk.run(job), Done)
        assert (await desk.message(1)).attachments[0].state is expected


async def test_a_channel_that_breaks_does_not_break_the_job(desk: Desk) -> None:
    await desk.bring(1, {"reference": "crash"})
    (job,) = await desk.claimed()
    assert isinstance(await desk.run(job), Later)
    await desk.run(replace(job, attempts=TRIES))
    assert (await desk.message(1)).attachments[0].failure == "The file could not be had (KeyError)."


async def test_while_the_scanner_is_away_a_file_is_held_and_says_so(desk: Desk) -> None:
    desk.scanner.faults.extend([ClamdFault.HANGS_UP] * 3)
    await desk.bring(1, desk.host.put("a.pdf", b"%PDF-1.7", "application/pdf"))
    (job,) = await desk.claimed()
    assert isinstance(await desk.run(job), Later)
    (held,) = (await desk.message(1)).attachments
    assert (held.state, held.failure) == (FileState.FETCHING, HELD)
    version = (await desk.message(1)).version
    later = await desk.run(replace(job, attempts=TRIES + 5))
    assert isinstance(later, Later)
    assert later.seconds == 300
    assert (await desk.message(1)).version == version  # nothing new is told
    await desk.run(replace(job, attempts=HELD_TRIES))
    assert (await desk.message(1)).attachments[0].state is FileState.FAILED
    assert desk.lying() == 0


async def test_once_the_scanner_is_back_the_file_comes(desk: Desk) -> None:
    desk.scanner.faults.append(ClamdFault.CONFUSED)
    await desk.bring(1, desk.host.put("a.pdf", b"%PDF-1.7", "application/pdf"))
    (job,) = await desk.claimed()
    await desk.run(job)
    await desk.run(job)
    (file,) = (await desk.message(1)).attachments
    assert (file.state, file.failure) == (FileState.THERE, "")


async def test_an_installation_may_let_pass_what_nobody_scanned(desk: Desk) -> None:
    pictures = Pictures()
    intake = Intake(Clamd("tcp://127.0.0.1:1", 5), pictures, hold=False)
    means = replace(desk.means, shelf=replace(desk.means.shelf, intake=intake))
    await desk.bring(1, desk.host.put("a.pdf", b"%PDF-1.7", "application/pdf"))
    (job,) = await desk.claimed()
    await desk.run(job, means)
    assert (await desk.message(1)).attachments[0].state is FileState.THERE


class Killed(BaseException):
    """kill -9: nothing that comes after it in this process happens."""


def dies(where: str, means: Means, monkeypatch: pytest.MonkeyPatch) -> Means:
    """The same means, of a process that dies at this point."""

    def killed(after: Callable[..., Any] | None = None) -> Callable[..., Any]:
        async def call(*given: Any, **named: Any) -> Any:
            if after is not None:
                await after(*given, **named)
            raise Killed

        return call

    files = FolderFiles(means.shelf.files._folder)  # type: ignore[attr-defined]  # a folder
    runner = object.__new__(type(means.runner))
    runner.__dict__.update(means.runner.__dict__)
    match where:
        case "before the bytes are written":
            monkeypatch.setattr(files, "put", killed())
        case "after the picture, before its thumbnail":
            monkeypatch.setattr(files, "put", killed(files.put))
        case "before the rows":
            monkeypatch.setattr(means.store.files, "add", killed())
        case "after the rows":
            monkeypatch.setattr(means.store.files, "add", killed(means.store.files.add))
        case "before it is told":
            monkeypatch.setattr(runner, "do", killed())
        case "after it was told":
            monkeypatch.setattr(runner, "do", killed(runner.do))
    return replace(means, runner=runner, shelf=replace(means.shelf, files=files))


@pytest.mark.parametrize(
    "where",
    [
        "before the bytes are written",
        "after the picture, before its thumbnail",
        "before the rows",
        "after the rows",
        "before it is told",
        "after it was told",
    ],
)
async def test_wherever_a_server_dies_the_file_is_there_once(
    desk: Desk, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = plain("PNG")
    await desk.bring(1, desk.host.put("a.png", data, "image/png"))
    (job,) = await desk.claimed()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        await desk.run(job, dies(where, desk.means, patch))
    if where in ("after the rows", "before it is told"):
        del desk.host.files["a.png"]  # the provider's link has run out meanwhile
    assert isinstance(await desk.run(replace(job, attempts=2)), Done)
    (file,) = (await desk.message(1)).attachments
    assert (file.state, file.width, file.size) == (FileState.THERE, 64, len(data))
    assert await desk.kept(file, file.file_id) == data
    assert await desk.row(thumbnail_id(file.file_id)) is not None
    assert desk.lying() == 2
    async with desk.company.store.read(desk.company.tenant_id) as tx:
        assert await tx.files.expected(file.file_id) is None
        conversation = await tx.get(Conversation, (await desk.message(1)).conversation_id)
    assert conversation is not None
    assert len(await desk.company.messages(ConversationId(conversation.id))) == 1


async def test_what_died_with_its_bytes_written_and_cannot_be_had_again_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.bring(1, desk.host.put("a.png", plain("PNG"), "image/png"))
    (job,) = await desk.claimed()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        await desk.run(job, dies("before the rows", desk.means, patch))
    assert desk.lying() == 2
    desk.host.files.clear()
    await desk.run(replace(job, attempts=2))
    assert (await desk.message(1)).attachments[0].state is FileState.FAILED
    assert desk.lying() == 0


async def test_two_who_hold_the_same_job_keep_one_file(desk: Desk) -> None:
    await desk.bring(1, desk.host.put("a.png", plain("PNG"), "image/png"))
    (job,) = await desk.claimed()
    works = [*await MediaWork(desk.means).begin([job]), *await MediaWork(desk.means).begin([job])]
    await asyncio.gather(*works)
    assert (await desk.message(1)).attachments[0].state is FileState.THERE
    assert desk.lying() == 2


async def test_a_message_that_was_taken_back_fetches_nothing(desk: Desk) -> None:
    await desk.bring(1, desk.host.put("a.png", plain("PNG"), "image/png"))
    await desk.bring(1, revision=1, shown_as="deleted")
    (job,) = await desk.claimed()
    assert isinstance(await desk.run(job), Done)
    assert desk.host.asked == []


async def test_the_page_of_a_mail_comes_though_no_attachment_names_it(desk: Desk) -> None:
    page = {"reference": "html", "media_type": "text/html", "inside": True, "body": True}
    parts = {"html": base64.b64encode(b"<p>Halo</p>").decode()}
    message = await desk.bring(1, page, parts=parts)
    assert message.attachments == ()
    (job,) = await desk.claimed()
    file_id = FileId(json.loads(job.payload)["file_id"])
    assert isinstance(await desk.run(job), Done)
    row = await desk.row(file_id)
    assert row is not None
    assert (row.media_type, row.conversation_id) == ("text/html", message.conversation_id)
    await desk.bring(1, page, revision=1)  # the same again, in a later telling
    await desk.bring(2, page)
    for job in await desk.claimed():
        outcome = await desk.run(job)
        assert isinstance(outcome, Done | GiveUp)
