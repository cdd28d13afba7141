"""A folder and a bucket keep the same promises; the bucket's server speaks S3 and checks every signature."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from obstore.exceptions import PermissionDeniedError

from backend import clock
from backend.config import Data
from backend.files import FileGone, Files, FolderFiles, TooLarge, open_files
from omnix_protocol import codec
from omnix_protocol.messages import Attachment
from tests.support.backend import bearer, founded, running, settings_for
from tests.support.s3 import Bucket, bucket
from tests.support.stores import migrated_sqlite

KIB = 1024
LARGE = 13 * KIB * KIB
"""More than one part of an upload to S3, and no multiple of any chunk."""
NO_LIMIT = 1 << 40


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    with bucket() as made:
        yield made


@pytest.fixture
def s3(server: Bucket, monkeypatch: pytest.MonkeyPatch) -> str:
    """The bucket's address, with the environment of a process that may use it."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{server.name}/lampiran"


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return open_files(request.getfixturevalue("s3") if request.param == "s3" else str(tmp_path / "files"))


def body(size: int) -> bytes:
    return (b"Samudra " * (size // 8 + 1))[: size - 1] + b"."


async def sent(data: bytes, chunk: int = 200 * KIB) -> AsyncIterator[bytes]:
    for start in range(0, len(data), chunk):
        yield data[start : start + chunk]


async def had(files: Files, key: str, start: int = 0, end: int = NO_LIMIT) -> bytes:
    return b"".join([chunk async for chunk in files.read(key, start, end)])


@pytest.mark.parametrize("size", [1, 300 * KIB, LARGE])
async def test_what_went_in_comes_out_whole_and_in_part(files: Files, size: int) -> None:
    data = body(size)
    assert await files.check() == ""
    assert await files.put("tenant/one", sent(data), NO_LIMIT) == size
    assert await had(files, "tenant/one", 0, size) == data
    assert await had(files, "tenant/one", size - 1, size) == b"."
    assert await had(files, "tenant/one", size // 2, size) == data[size // 2 :]


@pytest.mark.parametrize("limit", [100 * KIB, 6 * KIB * KIB])
async def test_what_is_too_large_leaves_nothing(files: Files, limit: int) -> None:
    with pytest.raises(TooLarge):
        await files.put("tenant/large", sent(body(LARGE)), limit)
    with pytest.raises(FileGone):
        await had(files, "tenant/large", 0, 1)


async def test_what_breaks_off_leaves_nothing(files: Files) -> None:
    async def cut() -> AsyncIterator[bytes]:
        async for chunk in sent(body(LARGE)):
            yield chunk
        raise ConnectionResetError("cut off")

    with pytest.raises(Exception, match="cut off"):
        await files.put("tenant/cut", cut(), NO_LIMIT)
    with pytest.raises(FileGone):
        await had(files, "tenant/cut", 0, 1)


async def test_what_is_deleted_is_gone_and_deleting_it_again_is_no_fault(files: Files) -> None:
    await files.put("tenant/two", sent(b"dua"), NO_LIMIT)
    await files.delete("tenant/two")
    await files.delete("tenant/two")
    with pytest.raises(FileGone):
        await had(files, "tenant/two", 0, 3)


async def test_an_empty_file_is_told_as_one(files: Files) -> None:
    assert await files.put("tenant/empty", sent(b""), NO_LIMIT) == 0


async def test_a_bucket_that_is_not_ours_is_said_by_the_doctor(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "look at data.files" in await open_files("s3://tiada/lampiran").check()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not the key's secret")
    wrong = open_files(s3)
    assert "look at data.files" in await wrong.check()
    with pytest.raises(PermissionDeniedError, match="SignatureDoesNotMatch"):
        await wrong.put("tenant/three", sent(b"tiga"), NO_LIMIT)


async def test_an_attachment_goes_through_the_servers_door_into_the_bucket(s3: str, tmp_path: Path) -> None:
    database = migrated_sqlite(tmp_path)
    data = Data(folder=str(tmp_path), database=database.url, files=s3)
    async with running(settings_for(database, tmp_path, data=data)) as backend:
        people = await founded(backend.parts)
        who = await backend.sign_in("agent@samudra.example")
        content = body(2 * KIB * KIB)
        headers = bearer(who) | {"X-File-Name": "surat.bin", "Content-Type": "application/octet-stream"}
        answer = await backend.http.post("/v1/files", content=content, headers=headers)
        assert answer.status_code == 200, answer.text
        file = codec.decode(answer.content, Attachment)
        path = f"/v1/files/{file.file_id}"
        assert (await backend.http.get(path, headers=bearer(who))).content == content
        part = await backend.http.get(path, headers=bearer(who) | {"Range": "bytes=-1"})
        assert (part.status_code, part.content) == (206, b".")
        assert await had(open_files(s3), f"{people.tenant_id}/{file.file_id}", 0, len(content)) == content
    assert not (tmp_path / "files").exists()


async def test_what_a_dead_process_had_begun_is_tidied_up_and_nothing_else(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    await files.put("tenant/kept", _once(b"kept"), NO_LIMIT)
    old, young = tmp_path / "tenant" / ".new-old", tmp_path / "tenant" / ".new-young"
    for left in (old, young):
        left.write_bytes(b"half")
    long_ago = clock.now().timestamp() - 7 * 3600
    for file in (old, tmp_path / "tenant" / "kept"):
        os.utime(file, (long_ago, long_ago))
    await files.tidy()
    assert not old.exists()
    assert young.exists()
    assert b"".join([part async for part in files.read("tenant/kept", 0, 4)]) == b"kept"


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
