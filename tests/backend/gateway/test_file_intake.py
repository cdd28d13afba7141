"""Uploads are freed of EXIF and scanned before anybody can attach them; thumbnails and links give what they may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.config import Files
from backend.files.links import Purpose
from backend.store.keeping import thumbnail_id
from omnix_protocol import codec
from omnix_protocol.errors import Reason
from omnix_protocol.ids import FileId, TenantId, new_id
from omnix_protocol.messages import Attachment
from omnix_protocol.sign_in import SignedIn
from tests.simulators.clamd import ClamdFault, ClamdSimulator
from tests.support.backend import Backend, People, bearer, founded, refusal, running, settings_for
from tests.support.pictures import PLACE, heic, opened, pixels, saved
from tests.support.stores import migrated_sqlite

AGENT, OTHER = "agent@samudra.example", "other@samudra.example"
VIRUS = b"OMNIX-TEST-VIRUS"


@pytest.fixture
async def scanner() -> AsyncIterator[ClamdSimulator]:
    async with ClamdSimulator(viruses={VIRUS: "Eicar.Uji"}).listening() as simulator:
        yield simulator


@pytest.fixture
async def backend(scanner: ClamdSimulator, tmp_path: Path) -> AsyncIterator[Backend]:
    settings = settings_for(migrated_sqlite(tmp_path), tmp_path, files=Files(clamd=scanner.address))
    async with running(settings) as backend:
        yield backend


@pytest.fixture
async def people(backend: Backend) -> People:
    return await founded(backend.parts)


async def sent(backend: Backend, who: SignedIn, body: bytes, name: str, kind: str) -> tuple[int, bytes]:
    headers = bearer(who) | {"X-File-Name": name, "Content-Type": kind}
    answer = await backend.http.post("/v1/files", content=body, headers=headers)
    return answer.status_code, answer.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
async def test_a_picture_that_goes_out_says_nothing_of_its_place(
    backend: Backend, people: People, scanner: ClamdSimulator, kind: str
) -> None:
    who = await backend.sign_in(AGENT)
    data = saved(kind, 6, size=(900, 600))
    status, body = await sent(backend, who, data, f"foto.{kind.lower()}", f"image/{kind.lower()}")
    assert status == 200
    file = codec.decode(body, Attachment)
    assert (file.width, file.height) == (600, 900)
    kept = (await backend.http.get(f"/v1/files/{file.file_id}", headers=bearer(who))).content
    assert PLACE not in kept
    assert pixels(kept) == pixels(data)
    assert file.size == len(kept)
    small = await backend.http.get(f"/v1/files/{file.file_id}/thumbnail", headers=bearer(who))
    assert small.status_code == 200
    assert small.headers["content-type"] == "image/jpeg"
    assert small.headers["content-security-policy"].startswith("sandbox")
    assert opened(small.content).size == (320, 480)
    assert scanner.scanned[0] == data


async def test_a_heic_goes_out_silent_and_a_broken_picture_not_at_all(backend: Backend, people: People) -> None:
    who = await backend.sign_in(AGENT)
    status, body = await sent(backend, who, heic(), "foto.heic", "image/heic")
    assert status == 200
    file = codec.decode(body, Attachment)
    assert PLACE not in (await backend.http.get(f"/v1/files/{file.file_id}", headers=bearer(who))).content
    none = await backend.http.get(f"/v1/files/{file.file_id}/thumbnail", headers=bearer(who))
    assert refusal(none).reason is Reason.NOT_FOUND
    status, body = await sent(backend, who, saved("JPEG")[:500], "foto.jpg", "image/jpeg")
    assert status == 415
    assert b"attachment_broken" in body


async def test_a_thumbnail_is_for_whoever_may_see_the_file_and_never_a_file_of_its_own(
    backend: Backend, people: People
) -> None:
    agent, other = await backend.sign_in(AGENT), await backend.sign_in(OTHER)
    _, body = await sent(backend, agent, saved("PNG"), "foto.png", "image/png")
    file_id = codec.decode(body, Attachment).file_id
    assert (await backend.http.get(f"/v1/files/{file_id}/thumbnail", headers=bearer(other))).status_code == 404
    assert (await backend.http.get(f"/v1/files/{file_id}/thumbnail")).status_code == 401
    for who in (agent, other):
        direct = await backend.http.get(f"/v1/files/{thumbnail_id(file_id)}", headers=bearer(who))
        assert direct.status_code == 404


async def test_what_is_infected_or_could_not_be_scanned_is_not_kept(
    backend: Backend, people: People, scanner: ClamdSimulator
) -> None:
    who = await backend.sign_in(AGENT)
    status, body = await sent(backend, who, b"x" + VIRUS, "a.txt", "text/plain")
    assert status == 415
    assert b"Eicar.Uji" in body
    scanner.faults.append(ClamdFault.HANGS_UP)
    status, body = await sent(backend, who, b"hello", "a.txt", "text/plain")
    assert status == 503
    assert b"attachment_unscanned" in body
    assert not [file for file in (backend.parts.settings.folder / "files").rglob("*") if file.is_file()]
    status, _ = await sent(backend, who, b"hello", "a.txt", "text/plain")
    assert status == 200


async def test_a_link_gives_its_file_whole_or_in_part_and_nothing_else(backend: Backend, people: People) -> None:
    who = await backend.sign_in(AGENT)
    page = b"<html><script>alert(1)</script>"
    _, body = await sent(backend, who, page, "a.html", "text/html")
    file = codec.decode(body, Attachment)
    links = backend.parts.links
    link = links.link(people.tenant_id, file.file_id)
    path = link.removeprefix(backend.parts.settings.public_url)
    answer = await backend.http.get(path)
    assert (answer.status_code, answer.content) == (200, page)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    part = await backend.http.get(path, headers={"Range": "bytes=1-4"})
    assert (part.status_code, part.content) == (206, b"html")
    for token in (
        links.token(people.tenant_id, FileId(new_id()), Purpose.READER),
        links.token(TenantId(new_id()), file.file_id, Purpose.READER),
        path.removeprefix("/f/")[:-2],
        "x",
    ):
        assert (await backend.http.get(f"/f/{token}")).status_code == 404
