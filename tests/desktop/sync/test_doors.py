"""Tokens are renewed and kept before they are used; files go up and down; sessions end: against the real server."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from omnix_desktop.ports import OFFLINE, LinkState
from omnix_desktop.sync.desk import Desk
from omnix_desktop.sync.http import Http, Unreachable
from omnix_desktop.sync.tokens import SignedOut, Tokens
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import FileId, new_id
from omnix_protocol.messages import Attachment
from omnix_protocol.sign_in import ChangePassword, SignedIn, SignIn, TenantFound
from tests.support.fault_proxy import fault_proxy
from tests.support.live_server import CODE, PASSWORD, LiveServer, live_server
from tests.support.waiting import free_port, until


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with live_server(tmp_path) as running:
        yield running


@pytest.fixture
async def http(server: LiveServer) -> AsyncIterator[Http]:
    made = Http(server.url)
    yield made
    await made.close()


async def online(desk: Desk) -> Desk:
    desk.start()
    await until(lambda: desk.ports.link.status.state == LinkState.ONLINE, "online")
    return desk


async def test_the_first_step_finds_the_tenant_and_the_second_signs_in(http: Http) -> None:
    assert await http.find_tenant(CODE) == TenantFound(code=CODE, name="Uji", locale="id")
    nobody = await http.find_tenant("tidak-ada")
    assert isinstance(nobody, Refused)
    wrong = await http.sign_in(
        SignIn(tenant_code=CODE, email="ratna@uji.test", password="keliru-sekali", device_id="d")
    )
    assert isinstance(wrong, Refused)
    assert wrong.reason == Reason.WRONG_CREDENTIALS


async def test_nobody_there_is_said_as_such() -> None:
    http = Http(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        await http.find_tenant(CODE)
    await http.close()


async def test_a_renewed_token_is_kept_before_it_is_used(server: LiveServer, http: Http) -> None:
    desk = await server.desk("Ratna")
    me = desk.ports.account.me
    kept: list[SignedIn] = []
    tokens = Tokens(me, "Ratnas-machine", http, desk.clock, kept.append)
    tokens.reject(me.access_token)
    renewed = await tokens.access()
    assert renewed != me.access_token
    assert [one.access_token for one in kept] == [renewed]
    assert await tokens.access() == renewed


async def test_a_program_killed_before_it_used_the_new_token_is_not_signed_out(server: LiveServer, http: Http) -> None:
    desk = await server.desk("Ratna")
    me = desk.ports.account.me
    for _ in range(2):  # the first answer was never kept
        tokens = Tokens(me, "Ratnas-machine", http, desk.clock, lambda _: None)
        tokens.reject(me.access_token)
        await tokens.access()


async def test_a_session_that_was_ended_elsewhere_ends_here(server: LiveServer) -> None:
    first, second = await online(await server.desk("Ratna")), await online(await server.desk("Ratna"))
    sessions = await second.ports.account.sessions()
    assert not isinstance(sessions, Refused)
    assert {one.current for one in sessions} == {True, False}
    assert await second.ports.account.end_session(first.ports.account.me.session_id) is None
    await until(lambda: first.ports.link.status.state == LinkState.ENDED, "signed out")
    assert second.ports.link.status.state == LinkState.ONLINE


async def test_signing_out_ends_the_session_on_the_server(server: LiveServer, http: Http) -> None:
    desk = await online(await server.desk("Ratna"))
    me = desk.ports.account.me
    await desk.ports.account.sign_out()
    tokens = Tokens(replace(me, access_token="old"), "Ratnas-machine", http, desk.clock, lambda _: None)
    tokens.reject("old")
    with pytest.raises(SignedOut):
        await tokens.access()


async def test_a_password_is_changed_only_by_who_knows_the_old_one(server: LiveServer, http: Http) -> None:
    desk = await server.desk("Ratna")
    refused = await desk.ports.account.change_password("bukan-itu-ya", "kata-sandi-baru")
    assert refused is not None
    assert await desk.ports.account.change_password(PASSWORD, "kata-sandi-baru") is None
    again = SignIn(tenant_code=CODE, email="ratna@uji.test", password="kata-sandi-baru", device_id="d")
    assert isinstance(await http.sign_in(again), SignedIn)


async def test_a_reset_gives_a_one_time_password_and_ends_the_sessions(server: LiveServer, http: Http) -> None:
    leader, agent = await server.desk("Kartini"), await online(await server.desk("Ratna"))
    account, ratna = leader.ports.account, agent.ports.account.me.user_id
    assert await account.reset_password(ratna, "sekali-pakai-saja") is None
    await until(lambda: agent.ports.link.status.state == LinkState.ENDED, "signed out")
    request = SignIn(tenant_code=CODE, email="ratna@uji.test", password="sekali-pakai-saja", device_id="d")
    again = await http.sign_in(request)
    assert isinstance(again, SignedIn)
    assert again.must_change_password
    own = ChangePassword(old_password="sekali-pakai-saja", new_password="milik-saya-sendiri")
    assert await http.change_password(again.access_token, own) is None
    assert not isinstance(await http.sessions(again.access_token), Refused)


async def test_a_password_is_reset_only_from_above(server: LiveServer) -> None:
    agent, leader = await server.desk("Ratna"), await server.desk("Kartini")
    barred = await agent.ports.account.reset_password(leader.ports.account.me.user_id, "sekali-pakai-saja")
    assert barred is not None
    assert barred.code == Reason.NOT_ENTITLED


async def test_a_file_goes_up_and_comes_down_whole(server: LiveServer, tmp_path: Path) -> None:
    desk = await server.desk("Ratna")
    source = tmp_path / "catatan rapat.txt"
    source.write_bytes(b"teks " * 40_000)
    told: list[tuple[int, int]] = []
    up = await desk.ports.transfers.upload(source, "text/plain", lambda done, size: told.append((done, size)))
    assert isinstance(up, Attachment)
    assert (up.name, up.size) == ("catatan rapat.txt", 200_000)
    assert told[-1] == (200_000, 200_000)
    target = tmp_path / "unduhan.txt"
    assert await desk.ports.transfers.download(up.file_id, target) == target
    assert target.read_bytes() == source.read_bytes()


async def test_a_picture_is_read_small_and_whole_into_memory_alone(server: LiveServer, tmp_path: Path) -> None:
    desk = await server.desk("Ratna")
    source = tmp_path / "ktp.png"
    Image.new("RGB", (1600, 1200), "#3366cc").save(source)
    up = await desk.ports.transfers.upload(source, "image/png")
    assert isinstance(up, Attachment)
    small = await desk.ports.transfers.read(up.file_id, 1_000_000, thumbnail=True)
    whole = await desk.ports.transfers.read(up.file_id, 1_000_000)
    assert isinstance(small, bytes)
    assert isinstance(whole, bytes)
    assert max(Image.open(BytesIO(small)).size) <= 480
    assert Image.open(BytesIO(whole)).size == (1600, 1200)
    barred = await desk.ports.transfers.read(up.file_id, 10)
    assert isinstance(barred, Refused)
    assert barred.code == Reason.ATTACHMENT_TOO_LARGE
    note = tmp_path / "catatan.txt"
    note.write_text("halo")
    text = await desk.ports.transfers.upload(note, "text/plain")
    assert isinstance(text, Attachment)
    none = await desk.ports.transfers.read(text.file_id, 1_000_000, thumbnail=True)
    assert isinstance(none, Refused)
    assert none.code == Reason.NOT_FOUND


async def test_a_download_that_was_cut_off_is_continued(server: LiveServer, tmp_path: Path) -> None:
    async with fault_proxy(server.port) as proxy:
        desk = await server.desk("Ratna", f"http://127.0.0.1:{proxy.port}")
        source = tmp_path / "besar.txt"
        source.write_bytes(b"".join(b"%07d\n" % number for number in range(90_000)))
        up = await desk.ports.transfers.upload(source, "text/plain")
        assert isinstance(up, Attachment)
        target = tmp_path / "unduhan.txt"
        proxy.cut_after(300_000)
        before = proxy.passed
        assert await desk.ports.transfers.download(up.file_id, target) == target
        assert target.read_bytes() == source.read_bytes()
        assert proxy.passed - before < 2 * up.size


async def test_what_cannot_be_had_is_refused_in_words(server: LiveServer, tmp_path: Path) -> None:
    desk = await server.desk("Ratna")
    nothing = await desk.ports.transfers.download(FileId(new_id()), tmp_path / "x")
    assert isinstance(nothing, Refused)
    assert nothing.reason == Reason.NOT_FOUND
    program = tmp_path / "virus.exe"
    program.write_bytes(b"MZ" + b"\0" * 100)
    barred = await desk.ports.transfers.upload(program, "application/octet-stream")
    assert isinstance(barred, Refused)
    assert barred.reason == Reason.ATTACHMENT_TYPE
    await server.end()
    note = tmp_path / "a.txt"
    note.write_text("a")
    assert await desk.ports.transfers.upload(note, "text/plain") == OFFLINE
    await server.begin()
