"""Attachments: what may come in, under which name and type, and who may have it again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import Limits
from backend.files.names import clean_name
from backend.gateway.served import byte_range, disposition
from omnix_protocol import codec
from omnix_protocol.conversations import PickUp
from omnix_protocol.errors import Reason
from omnix_protocol.ids import MessageId, new_id
from omnix_protocol.messages import Attachment, SendMessage
from omnix_protocol.people import EditRules, Rules, Tenant
from omnix_protocol.sign_in import SignedIn
from tests.support.backend import Backend, People, bearer, customer_writes, founded, refusal

AGENT, OTHER, LEADER = "agent@samudra.example", "other@samudra.example", "leader@samudra.example"


async def upload(
    backend: Backend, who: SignedIn, body: bytes, name: str = "a.txt", kind: str = "text/plain"
) -> Attachment:
    answer = await backend.http.post(
        "/v1/files", content=body, headers=bearer(who) | {"X-File-Name": name, "Content-Type": kind}
    )
    assert answer.status_code == 200, answer.text
    return codec.decode(answer.content, Attachment)


async def test_what_went_up_comes_down_whole_or_in_part(backend: Backend, people: People) -> None:
    who = await backend.sign_in(AGENT)
    body = bytes(range(256)) * 3000
    file = await upload(backend, who, body, "data.bin", "application/octet-stream")
    path = f"/v1/files/{file.file_id}"
    whole = await backend.http.get(path, headers=bearer(who))
    assert (whole.status_code, whole.content) == (200, body)
    assert whole.headers["content-disposition"].startswith("attachment;")
    assert whole.headers["x-content-type-options"] == "nosniff"
    rest = await backend.http.get(path, headers=bearer(who) | {"Range": f"bytes={len(body) - 10}-"})
    assert (rest.status_code, rest.content) == (206, body[-10:])
    assert rest.headers["content-range"] == f"bytes {len(body) - 10}-{len(body) - 1}/{len(body)}"
    beyond = await backend.http.get(path, headers=bearer(who) | {"Range": f"bytes={len(body)}-"})
    assert beyond.status_code == 416


async def test_a_file_is_there_for_its_uploader_and_whoever_may_see_its_message(
    backend: Backend, people: People
) -> None:
    agent, other, leader = [await backend.sign_in(email) for email in (AGENT, OTHER, LEADER)]
    received = await customer_writes(backend.parts, people, "Halo")
    file = await upload(backend, agent, b"hello")
    path = f"/v1/files/{file.file_id}"
    assert (await backend.http.get(path, headers=bearer(leader))).status_code == 404  # in no message yet
    async with backend.socket(agent) as desk:
        await desk.run(PickUp(interaction_id=received.interaction_id))
        sending = SendMessage(
            message_id=MessageId(new_id()),
            conversation_id=received.conversation_id,
            interaction_id=received.interaction_id,
            attachments=(file,),
            seen_position=1,
        )
        assert (await desk.run(sending)).refused is None
    assert (await backend.http.get(path, headers=bearer(leader))).content == b"hello"
    assert (await backend.http.get(path, headers=bearer(other))).status_code == 404
    stranger = await founded(backend.parts, "lain")
    assert stranger.tenant_id != people.tenant_id


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        (b"MZ\x90\x00" + bytes(60), "invoice.pdf", "application/pdf"),
        (b"\x7fELF" + bytes(60), "a", "application/octet-stream"),
        (b"#!/bin/sh\nrm -rf /", "a.txt", "text/plain"),
        (b"hello", "setup.EXE", "text/plain"),
        (b"hello", "photo.png", "image/png"),
        (b"hello", "paper.pdf", "application/pdf"),
    ],
)
async def test_programs_and_what_is_not_what_it_says_stay_outside(
    backend: Backend, people: People, body: bytes, name: str, kind: str
) -> None:
    who = await backend.sign_in(AGENT)
    headers = bearer(who) | {"X-File-Name": name, "Content-Type": kind}
    answer = await backend.http.post("/v1/files", content=body, headers=headers)
    assert answer.status_code == 415
    assert refusal(answer).reason == Reason.ATTACHMENT_TYPE


async def test_the_tenants_limit_holds_whatever_the_client_says(backend: Backend, people: People) -> None:
    async with backend.parts.store.read(people.tenant_id) as tx:
        tenant = await tx.get(Tenant, people.tenant_id)
    assert tenant is not None
    rules = Rules(attachment_max_bytes=1000)
    await backend.as_system(people.tenant_id, EditRules(base_version=tenant.version, rules=rules))
    who = await backend.sign_in(AGENT)

    async def drip() -> object:
        for _ in range(11):
            yield b"x" * 100

    for body in (b"x" * 1001, drip()):
        answer = await backend.http.post("/v1/files", content=body, headers=bearer(who))  # type: ignore[arg-type]  # both kinds of body
        assert answer.status_code == 413
        assert refusal(answer).args["limit"] == 1000
    assert (await upload(backend, who, b"x" * 1000)).size == 1000
    left = [file for file in (backend.parts.settings.folder / "files").rglob("*") if file.is_file()]
    assert len(left) == 1  # nothing is left of the refused ones


async def test_an_empty_file_is_none(backend: Backend, people: People) -> None:
    who = await backend.sign_in(AGENT)
    answer = await backend.http.post("/v1/files", content=b"", headers=bearer(who))
    assert refusal(answer).reason == Reason.INVALID_FIELD


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\a.txt", "a.txt"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("\u202egpj.exe.txt", "gpj.exe.txt"),
        ("  .hidden. ", "hidden"),
        ("", "file"),
        ("...", "file"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("bukti 🙏.png", "bukti 🙏.png"),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_a_harmless_one(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= 150
    assert not set(clean) & set('/\\<>:"|?*')
    assert clean == clean_name(clean)
    header = disposition(clean)
    assert header.isascii()
    assert "\n" not in header


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=5-", (5, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=2-100", (2, 10)),
        ("bytes=10-", None),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("chars=0-1", None),
    ],
)
def test_ranges(text: str, span: tuple[int, int] | None) -> None:
    assert byte_range(text, 10) == span


def test_the_limits_have_sane_defaults() -> None:
    assert Limits().upload_bytes >= Rules().attachment_max_bytes
