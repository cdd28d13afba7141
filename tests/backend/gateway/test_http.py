"""Commands and queries over HTTP, the description of the API, limits and headers."""

import json
from collections.abc import Callable

from backend.config import Limits, Settings
from omnix_protocol import codec
from omnix_protocol.base import COMMANDS, QUERIES
from omnix_protocol.errors import Reason
from omnix_protocol.ids import SecretId, new_id
from tests.backend.gateway.test_socket import quick_reply
from tests.support.backend import Backend, People, bearer, refusal, running

LEADER, ADMINISTRATOR = "leader@samudra.example", "administrator@samudra.example"


async def test_a_command_over_http_is_the_command_of_the_socket(backend: Backend, people: People) -> None:
    async with backend.desk(LEADER) as desk:
        await desk.resume()
        body = {"id": new_id(), "type": "AddQuickReply", "body": json.loads(codec.encode(quick_reply()))}
        first, again = [await backend.http.post("/v1/run", json=body, headers=bearer(desk.signed_in)) for _ in "12"]
        assert (first.status_code, first.json()) == (200, {"id": body["id"], "body": None})
        assert again.json() == first.json()
        assert (await desk.until_commit("AddQuickReply")).command_id == body["id"]
        refused = await backend.http.post("/v1/run", json=body | {"type": "PickUpNext"}, headers=bearer(desk.signed_in))
        assert refused.status_code == 409
        assert refused.json()["refused"]["code"] == Reason.COMMAND_ID_REUSED


async def test_a_query_over_http(backend: Backend, people: People) -> None:
    who = await backend.sign_in(LEADER)
    asked = {"type": "SearchCustomers", "body": {"keyword": "siti"}}
    found = await backend.http.post("/v1/ask", json=asked, headers=bearer(who))
    assert found.status_code == 200
    bad = await backend.http.post("/v1/ask", json=asked | {"body": {"keyword": ""}}, headers=bearer(who))
    assert (bad.status_code, bad.json()["refused"]["code"]) == (400, Reason.MALFORMED)


async def test_bodies_are_limited_and_read_strictly(settings: Callable[..., Settings], backend: Backend) -> None:
    await backend.stop()
    async with running(settings(limits=Limits(body_bytes=1000))) as small:
        big = await small.http.post("/v1/tenant", content=b'{"code":"' + b"x" * 2000 + b'"}')
        assert (big.status_code, refusal(big).args) == (413, {"limit": 1000})
        for garbage in (b"", b"{", b"\xff", b"[]", b'{"code":5}', b"[" * 900):
            answer = await small.http.post("/v1/tenant", content=garbage)
            assert (answer.status_code, refusal(answer).reason) == (400, Reason.MALFORMED)


async def test_who_asks_too_often_is_told_to_wait(settings: Callable[..., Settings], backend: Backend) -> None:
    await backend.stop()
    async with running(settings(limits=Limits(requests_per_second=0.01))) as slow:
        answer = await slow.http.post("/v1/tenant", content=b'{"code":"x"}')
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "1"


async def test_every_answer_is_careful(backend: Backend) -> None:
    for path in ("/healthz", "/readyz", "/nowhere", "/v1/sessions", "/openapi.json"):
        answer = await backend.http.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
    assert (await backend.http.get("/nowhere")).status_code == 404
    assert (await backend.http.get("/v1/sign-in")).status_code == 405


async def test_alive_and_ready(backend: Backend) -> None:
    assert (await backend.http.get("/healthz")).text == "ok"
    assert (await backend.http.get("/readyz")).json() == {"ready": True, "lack": ""}


async def test_the_description_names_every_door_and_every_body(backend: Backend) -> None:
    described = (await backend.http.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    schemas = described["components"]["schemas"]
    own = {name for name, kind in (COMMANDS | QUERIES).items() if kind.__module__.startswith("omnix_protocol")}
    assert own <= schemas.keys()
    refs = set(_refs(described))
    assert {ref.rpartition("/")[2] for ref in refs} <= schemas.keys()
    assert set(described["paths"]) >= {"/v1/run", "/v1/ask", "/v1/sign-in", "/v1/files/{id}", "/v1/sessions/{id}"}
    assert described["paths"]["/v1/run"]["post"]["security"]
    assert "security" not in described["paths"]["/v1/sign-in"]["post"]


def _refs(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [ref for value in part.values() for ref in _refs(value)]
    if isinstance(part, list):
        return [ref for value in part for ref in _refs(value)]
    return []


async def test_a_secret_goes_in_and_never_comes_out(backend: Backend, people: People) -> None:
    administrator, leader = await backend.sign_in(ADMINISTRATOR), await backend.sign_in(LEADER)
    body = {"fields": {"token": "110201543:very-secret"}}
    assert (await backend.http.post("/v1/secrets", json=body, headers=bearer(leader))).status_code == 403
    stored = await backend.http.post("/v1/secrets", json=body, headers=bearer(administrator))
    secret_id = SecretId(stored.json()["secret_id"])
    sealed = await backend.parts.store.secrets.get(people.tenant_id, secret_id)
    assert sealed is not None
    assert b"very-secret" not in sealed
    assert await backend.parts.secrets.fields(people.tenant_id, secret_id) == body["fields"]
    assert (await backend.http.get("/v1/secrets", headers=bearer(administrator))).status_code == 405
