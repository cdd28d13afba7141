"""Signing in, staying signed in, being thrown out: tokens, families, brakes, passwords."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from backend import clock
from backend.config import Bus, Settings, SignIn
from backend.gateway.brakes import Brakes
from omnix_protocol import codec
from omnix_protocol.errors import Reason
from omnix_protocol.people import Role
from omnix_protocol.rules import may_reset
from omnix_protocol.sign_in import ChangePassword, FindTenant, Refresh, ResetPassword, Sessions, SignedIn, TenantFound
from tests.backend.gateway.test_socket import quick_reply
from tests.support.backend import (
    PASSWORD,
    Backend,
    People,
    bearer,
    credentials,
    founded,
    refusal,
    running,
)

AGENT, LEADER, ADMINISTRATOR = "agent@samudra.example", "leader@samudra.example", "administrator@samudra.example"
LOCK_FAST = SignIn(hash_memory_kib=64, hash_rounds=1, delay_seconds=0.0, lock_failures=3)


async def try_password(backend: Backend, email: str, password: str) -> httpx.Response:
    return await backend.http.post("/v1/sign-in", content=codec.encode(credentials(email, password=password)))


async def refreshed(backend: Backend, token: str, device: str = "device-1") -> httpx.Response:
    return await backend.http.post("/v1/refresh", content=codec.encode(Refresh(refresh_token=token, device_id=device)))


async def alive(backend: Backend, signed_in: SignedIn) -> bool:
    return (await backend.http.get("/v1/sessions", headers=bearer(signed_in))).status_code == 200


async def test_the_tenant_is_found_before_the_person(backend: Backend, people: People) -> None:
    found = await backend.http.post("/v1/tenant", content=codec.encode(FindTenant(code=" SAMUDRA ")))
    assert codec.decode(found.content, TenantFound) == TenantFound(code="samudra", name="Samudra", locale="id")
    nobody = await backend.http.post("/v1/tenant", content=codec.encode(FindTenant(code="nobody")))
    assert nobody.status_code == 404
    assert refusal(nobody).reason == Reason.NOT_FOUND


async def test_wrong_password_unknown_person_and_unknown_tenant_look_alike(backend: Backend, people: People) -> None:
    answers = [
        await try_password(backend, AGENT, "wrong"),
        await try_password(backend, "nobody@samudra.example", "wrong"),
        await backend.http.post("/v1/sign-in", content=codec.encode(credentials(AGENT, tenant="nobody"))),
    ]
    assert {(a.status_code, a.content) for a in answers} == {
        (401, b'{"refused":{"code":"wrong_credentials"}}'),
    }


async def test_no_secret_is_stored_in_the_clear(backend: Backend, people: People) -> None:
    signed_in = await backend.sign_in(AGENT)
    credential = await backend.parts.store.credentials.get(people.tenant_id, people.agent)
    assert credential is not None
    assert credential.hash.startswith("$argon2id$")
    folder = backend.parts.settings.folder
    stored = b"".join(file.read_bytes() for file in folder.rglob("omnix.db*"))
    for secret in (PASSWORD, signed_in.access_token, signed_in.refresh_token):
        assert secret.encode() not in stored


async def test_a_lost_answer_to_a_refresh_signs_nobody_out(backend: Backend, people: People) -> None:
    signed_in = await backend.sign_in(AGENT)
    lost = await refreshed(backend, signed_in.refresh_token)  # the program dies before it reads this
    again = await refreshed(backend, signed_in.refresh_token)
    assert (lost.status_code, again.status_code) == (200, 200)
    assert await alive(backend, codec.decode(again.content, SignedIn))


async def test_an_old_token_after_its_successors_first_use_ends_the_family(backend: Backend, people: People) -> None:
    first = await backend.sign_in(AGENT)
    second = codec.decode((await refreshed(backend, first.refresh_token)).content, SignedIn)
    async with backend.socket(second) as desk:
        third = codec.decode((await refreshed(backend, second.refresh_token)).content, SignedIn)
        stolen = await refreshed(backend, first.refresh_token)
        assert refusal(stolen).reason == Reason.NOT_SIGNED_IN
        assert (await desk.goodbye(1.0)).refused.reason == Reason.NOT_SIGNED_IN
    for signed_in in (first, second, third):
        assert not await alive(backend, signed_in)
        assert (await refreshed(backend, signed_in.refresh_token)).status_code == 401


async def test_a_refresh_token_belongs_to_its_device(backend: Backend, people: People) -> None:
    signed_in = await backend.sign_in(AGENT)
    assert (await refreshed(backend, signed_in.refresh_token, "device-2")).status_code == 401
    assert not await alive(backend, signed_in)  # whoever has it has stolen it


async def test_a_revoked_session_loses_its_socket_within_a_second(backend: Backend, people: People) -> None:
    here, there = await backend.sign_in(AGENT, "device-1"), await backend.sign_in(AGENT, "device-2")
    listed = codec.decode((await backend.http.get("/v1/sessions", headers=bearer(here))).content, Sessions)
    assert {s.id: s.current for s in listed.sessions} == {here.session_id: True, there.session_id: False}
    async with backend.socket(there, "device-2") as desk:
        began = time.monotonic()
        gone = await backend.http.delete(f"/v1/sessions/{there.session_id}", headers=bearer(here))
        assert gone.status_code == 204
        assert (await desk.goodbye(1.0)).refused.reason == Reason.NOT_SIGNED_IN
        assert time.monotonic() - began < 1.0
    assert await alive(backend, here)
    assert not await alive(backend, there)


async def test_sessions_of_others_are_ended_by_administrators_only(backend: Backend, people: People) -> None:
    agent, leader = await backend.sign_in(AGENT), await backend.sign_in(LEADER)
    denied = await backend.http.delete(f"/v1/sessions/{agent.session_id}", headers=bearer(leader))
    assert denied.status_code == 404
    administrator = await backend.sign_in(ADMINISTRATOR)
    done = await backend.http.delete(f"/v1/sessions/{agent.session_id}", headers=bearer(administrator))
    assert done.status_code == 204
    assert not await alive(backend, agent)


async def test_sessions_of_another_tenant_are_not_there(backend: Backend, people: People) -> None:
    agent = await backend.sign_in(AGENT)
    await founded(backend.parts, "lain")
    body = codec.encode(credentials("administrator@lain.example", tenant="lain"))
    stranger = codec.decode((await backend.http.post("/v1/sign-in", content=body)).content, SignedIn)
    for path in (f"/v1/sessions/{agent.session_id}",):
        assert (await backend.http.delete(path, headers=bearer(stranger))).status_code == 404
    reset = codec.encode(ResetPassword(new_password="a new password"))
    path = f"/v1/users/{people.agent}/password"
    assert (await backend.http.post(path, content=reset, headers=bearer(stranger))).status_code == 404
    assert await alive(backend, agent)


async def test_only_the_pair_of_account_and_address_is_locked(
    settings: Callable[..., Settings], backend: Backend, people: People
) -> None:
    brakes = Brakes(backend.parts.store, LOCK_FAST, clock.now)
    account, office, home = "samudra\x1fagent@samudra.example", "203.0.113.7", "198.51.100.9"
    refusals = [await brakes.failed(account, office) for _ in range(3)]
    assert [r and r.reason for r in refusals] == [None, None, Reason.LOCKED_OUT]
    locked = await brakes.wait(account, office)
    assert locked is not None
    assert locked.reason == Reason.LOCKED_OUT
    assert 800 < int(locked.args["seconds"]) <= 900
    assert await brakes.wait(account, home) is None  # the person, from elsewhere
    assert await brakes.wait("samudra\x1fother@samudra.example", office) is None  # their colleagues, from the office


async def test_a_locked_pair_is_told_so_and_not_even_the_right_password_helps(
    settings: Callable[..., Settings], backend: Backend, people: People
) -> None:
    await backend.stop()
    async with running(settings(sign_in=LOCK_FAST)) as strict:
        codes = [refusal(await try_password(strict, AGENT, "wrong")).code for _ in range(4)]
        assert codes == ["wrong_credentials", "wrong_credentials", "locked_out", "locked_out"]
        locked = await try_password(strict, AGENT, PASSWORD)
        assert locked.status_code == 429
        assert int(locked.headers["Retry-After"]) > 800
        assert (await try_password(strict, LEADER, PASSWORD)).status_code == 200


async def test_delays_rise_with_failures_and_have_an_end(backend: Backend) -> None:
    brakes = Brakes(backend.parts.store, SignIn(), clock.now)
    delays = [brakes.delay(over) for over in range(-1, 7)]
    assert delays == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


async def test_asking_many_times_at_once_is_no_way_around_the_brakes(backend: Backend, people: People) -> None:
    answers = await asyncio.gather(*(try_password(backend, AGENT, f"wrong {n}") for n in range(12)))
    codes = [refusal(answer).code for answer in answers]
    assert codes.count("too_many_requests") >= 6
    assert set(codes) <= {"too_many_requests", "wrong_credentials"}


async def test_a_one_time_password_opens_nothing_but_the_door_to_change_it(backend: Backend, people: People) -> None:
    before = await backend.sign_in(AGENT)
    administrator = await backend.sign_in(ADMINISTRATOR)
    once, own = "sekali pakai saja", "kata sandi yang baru"
    path, body = f"/v1/users/{people.agent}/password", codec.encode(ResetPassword(new_password=once))
    assert (await backend.http.post(path, content=body, headers=bearer(administrator))).status_code == 204
    assert not await alive(backend, before)
    assert refusal(await try_password(backend, AGENT, PASSWORD)).reason == Reason.WRONG_CREDENTIALS
    signed_in = await backend.sign_in(AGENT, password=once)
    assert signed_in.must_change_password
    denied = await backend.http.get("/v1/sessions", headers=bearer(signed_in))
    assert refusal(denied).reason == Reason.PASSWORD_CHANGE_NEEDED
    change = ChangePassword(old_password=once, new_password=own)
    done = await backend.http.post("/v1/password", content=codec.encode(change), headers=bearer(signed_in))
    assert done.status_code == 204
    assert await alive(backend, signed_in)
    assert not (await backend.sign_in(AGENT, password=own)).must_change_password


async def test_a_changed_password_ends_all_other_sessions(backend: Backend, people: People) -> None:
    here, there = await backend.sign_in(AGENT, "device-1"), await backend.sign_in(AGENT, "device-2")
    change = codec.encode(ChangePassword(old_password=PASSWORD, new_password="another password"))
    assert (await backend.http.post("/v1/password", content=change, headers=bearer(here))).status_code == 204
    assert await alive(backend, here)
    assert not await alive(backend, there)


async def test_agents_reset_nobody(backend: Backend, people: People) -> None:
    agent = await backend.sign_in(AGENT)
    body = codec.encode(ResetPassword(new_password="a new password"))
    answer = await backend.http.post(f"/v1/users/{people.other}/password", content=body, headers=bearer(agent))
    assert refusal(answer).reason == Reason.NOT_ENTITLED


@pytest.mark.parametrize(
    ("by", "of", "may"),
    [
        (Role.AGENT, Role.AGENT, False),
        (Role.TEAM_LEADER, Role.AGENT, True),
        (Role.TEAM_LEADER, Role.TEAM_LEADER, False),
        (Role.SUPERVISOR, Role.TEAM_LEADER, True),
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR, True),
        (Role.ADMINISTRATOR, Role.OWNER, False),
    ],
)
def test_who_may_give_whom_a_password(by: Role, of: Role, may: bool) -> None:
    assert may_reset(by, of) is may


async def test_without_tokens_there_is_nothing(backend: Backend, people: People) -> None:
    for headers in ({}, {"Authorization": "Bearer oxa_" + "x" * 43}, {"Authorization": "Basic YTpi"}):
        answer = await backend.http.get("/v1/sessions", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_signing_out_ends_session_and_socket(backend: Backend, people: People) -> None:
    signed_in = await backend.sign_in(AGENT)
    async with backend.socket(signed_in) as desk:
        assert (await backend.http.post("/v1/sign-out", headers=bearer(signed_in))).status_code == 204
        assert (await desk.goodbye(1.0)).refused.reason == Reason.NOT_SIGNED_IN
    assert not await alive(backend, signed_in)


async def test_without_the_bus_a_revoked_session_ends_at_its_next_command(
    settings: Callable[..., Settings], backend: Backend, people: People
) -> None:
    nowhere = Bus(url="nats://127.0.0.1:9", poll_seconds=60)
    async with running(settings(bus=nowhere)) as one, running(settings(bus=nowhere)) as two:
        signed_in = await one.sign_in(LEADER)
        async with one.socket(signed_in) as desk:
            assert (await desk.run(quick_reply("satu"))).refused is None
            assert (await two.http.post("/v1/sign-out", headers=bearer(signed_in))).status_code == 204
            result = await desk.run(quick_reply("dua"))
            assert result.refused is not None
            assert result.refused.reason == Reason.NOT_SIGNED_IN
            assert (await desk.goodbye()).refused.reason == Reason.NOT_SIGNED_IN


async def test_without_the_bus_a_revoked_session_ends_with_the_next_look(
    settings: Callable[..., Settings], backend: Backend, people: People
) -> None:
    nowhere = Bus(url="nats://127.0.0.1:9", poll_seconds=0.2)
    async with running(settings(bus=nowhere)) as one, running(settings(bus=nowhere)) as two:
        signed_in = await one.sign_in(LEADER)
        async with one.socket(signed_in) as desk:
            assert (await two.http.post("/v1/sign-out", headers=bearer(signed_in))).status_code == 204
            assert (await desk.goodbye(5.0)).refused.reason == Reason.NOT_SIGNED_IN


async def test_the_sign_in_is_recorded(backend: Backend, people: People) -> None:
    await backend.sign_in(AGENT)
    page = (await backend.http.get("/metrics")).text
    assert 'omnix_sign_ins_total{outcome="signed_in"} 1.0' in page
    assert 'omnix_commands_total{outcome="done",type="RecordSignIn"} 1.0' in page
