"""One address of a Meta app tells of several pages, accounts and numbers: each account gets its own, and no other."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from backend import accounts
from backend.config import Limits, Settings
from backend.gateway import fan_out
from backend.store.raw import Route
from omnix_protocol.channels import ChannelAccount, EditChannelAccount
from tests.support.backend import Backend, People, founded, running
from tests.support.waiting import until

APP, OTHER_APP = "rahasia-aplikasi", "rahasia-lain"
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
AWAY = "http://127.0.0.1:9"
PAGE, SECOND, INSTAGRAM, NUMBER = "100", "200", "300", "400"


class App:
    """The accounts of one tenant, and Meta that posts to the first of them."""

    def __init__(self, backend: Backend, people: People) -> None:
        self.backend = backend
        self.people = people
        self.routes: dict[str, Route] = {}
        self._seen = ""

    async def add(self, name: str, kind: str, setting: str, its_id: str, app_secret: str = APP) -> None:
        secrets = {"access_token": "t", "app_secret": app_secret, "verify_token": "v"}
        given = {setting: its_id, "base_url": AWAY} | ({"waba_id": "7"} if kind == "whatsapp" else {})
        account = accounts.NewAccount(kind=kind, name=name, group="Layanan", settings=given, secrets=secrets)
        made = await accounts.add_channel(self.backend.parts, "samudra", account)
        route = await self.backend.parts.store.control.route(made)
        assert route is not None
        self.routes[name] = route

    async def post(self, to: str, kind: str, *entries: dict[str, Any]) -> int:
        body = json.dumps({"object": kind, "entry": list(entries)}).encode()
        signature = "sha256=" + hmac.new(APP.encode(), body, hashlib.sha256).hexdigest()
        route = self.routes[to]
        answer = await self.backend.http.post(
            f"/hooks/{route.kind}/{route.route}", content=body, headers={"X-Hub-Signature-256": signature}
        )
        return answer.status_code

    async def kept(self) -> list[tuple[str, list[str]]]:
        """At which account each webhook lies, and which entries it names; what is new since the last time."""
        names = {route.channel_account_id: name for name, route in self.routes.items()}
        found = await self.backend.parts.store.raw.page(self.people.tenant_id, BEGINNING, self._seen)
        self._seen = max((raw.id for raw in found), default=self._seen)
        entries = [[it["id"] for it in json.loads(raw.body)["entry"]] for raw in found]
        return sorted((names[raw.channel_account_id], ids) for raw, ids in zip(found, entries, strict=True))

    def counted(self, outcome: str) -> float:
        labels = {"kind": "messenger", "outcome": outcome}
        return self.backend.parts.metrics.registry.get_sample_value("omnix_webhooks_total", labels) or 0.0


def said(page: str, mid: str) -> dict[str, Any]:
    message = {"sender": {"id": "9"}, "recipient": {"id": page}, "message": {"mid": mid, "text": "halo"}}
    return {"id": page, "time": 1, "messaging": [message]}


def changed(entry_id: str, field: str, **value: Any) -> dict[str, Any]:
    return {"id": entry_id, "time": 1, "changes": [{"field": field, "value": value}]}


@pytest.fixture
async def app(settings: Callable[..., Settings]) -> AsyncIterator[App]:
    async with running(settings(limits=Limits(requests_per_second=10_000))) as backend:
        yield App(backend, await founded(backend.parts))


async def test_each_account_of_an_app_gets_its_own(app: App) -> None:
    await app.add("pesan", "messenger", "page_id", PAGE)
    await app.add("pesan kedua", "messenger", "page_id", SECOND)
    await app.add("komentar", "fb_comment", "page_id", PAGE)
    await app.add("instagram", "instagram", "instagram_id", INSTAGRAM)
    await app.add("whatsapp", "whatsapp", "phone_number_id", NUMBER)
    await app.add("aplikasi lain", "messenger", "page_id", "500", app_secret=OTHER_APP)

    assert await app.post("pesan", "page", said(PAGE, "m1"), said(SECOND, "m2"), said("999", "m3")) == 200
    both = [PAGE, SECOND, "999"]
    assert await app.kept() == [("pesan", both), ("pesan kedua", both)]
    assert await app.post("pesan", "page", changed(PAGE, "feed", item="like")) == 200
    assert await app.kept() == [("komentar", [PAGE])]
    assert await app.post("pesan", "instagram", said(INSTAGRAM, "m4")) == 200
    assert await app.kept() == [("instagram", [INSTAGRAM])]
    metadata = {"phone_number_id": NUMBER}
    assert await app.post("pesan", "whatsapp_business_account", changed("7", "messages", metadata=metadata)) == 200
    assert await app.kept() == [("whatsapp", ["7"])]
    for stranger in ("999", "500"):  # of nobody here; of an account whose app did not sign it
        assert await app.post("pesan", "page", said(stranger, "m5")) == 200
        assert await app.kept() == [("pesan", [stranger]), ("pesan kedua", [stranger])]
    assert await app.post("pesan", "page", said(PAGE, "m6"), said("999", "m6")) == 200
    assert await app.kept() == [("pesan", [PAGE, "999"]), ("pesan kedua", [PAGE, "999"])]
    assert app.counted("nobodys") == 0


async def test_what_is_for_a_mistyped_account_fails_there_and_is_its_own_once_the_id_is_right(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.gateway.accounts.KEPT_SECONDS", 0.0)
    store, tenant_id = app.backend.parts.store, app.people.tenant_id
    await app.add("pesan", "messenger", "page_id", PAGE)
    await app.add("salah ketik", "messenger", "page_id", "20")
    await app.add("nomor", "whatsapp", "phone_number_id", "40")
    await app.add("nomor lain", "whatsapp", "phone_number_id", "41")
    assert await app.post("pesan", "page", said(SECOND, "m1")) == 200
    metadata = {"phone_number_id": NUMBER}
    assert await app.post("nomor", "whatsapp_business_account", changed("7", "messages", metadata=metadata)) == 200

    async def given_up() -> dict[str, str]:
        failed = await store.jobs.failed(tenant_id)
        names = {route.channel_account_id: name for name, route in app.routes.items()}
        return {names[json.loads(job.payload)["account"]]: job.last_error for job in failed}

    async def all_given_up() -> dict[str, str] | None:
        return found if len(found := await given_up()) == 4 else None

    assert await until(all_given_up, "all are given up") == {
        "pesan": "This is for 200, and this account is 100.",
        "salah ketik": "This is for 200, and this account is 20.",
        "nomor": "This is for the number 400, and this account is 40.",
        "nomor lain": "This is for the number 400, and this account is 41.",
    }
    mended = app.routes["salah ketik"].channel_account_id
    async with store.read(tenant_id) as tx:
        account = await tx.get(ChannelAccount, mended)
    assert account is not None
    settings = account.settings | {"page_id": SECOND}
    edit = EditChannelAccount(channel_account_id=mended, base_version=account.version, settings=settings)
    await app.backend.as_system(tenant_id, edit)
    for job in await store.jobs.failed(tenant_id):
        assert await store.jobs.run_again(job.id, tenant_id)

    async def said_there() -> bool:
        async with store.read(tenant_id) as tx:
            return bool(await tx.traffic.passed(BEGINNING, BEGINNING))

    await until(said_there, "the message is there")
    assert "salah ketik" not in await given_up()


async def test_what_is_for_nobody_is_kept_up_to_a_number(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_out, "GIVEN_UP_MAX", 3)
    await app.add("pesan", "messenger", "page_id", PAGE)
    await app.add("pesan kedua", "messenger", "page_id", SECOND)
    for number in range(6):
        assert await app.post("pesan", "page", said("999", f"m{number}")) == 200
    assert len(await app.kept()) == 2 * 3
    assert app.counted("nobodys") == 3
    assert await app.post("pesan", "page", said("999", "m"), said(PAGE, "m")) == 200
    assert await app.kept() == [("pesan", ["999", PAGE])]


async def test_where_an_app_has_one_account_it_is_kept_up_to_that_number_too(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "GIVEN_UP_MAX", 3)
    await app.add("nomor", "whatsapp", "phone_number_id", "40")
    for number in range(5):
        metadata = {"phone_number_id": f"41{number}"}
        assert await app.post("nomor", "whatsapp_business_account", changed("7", "messages", metadata=metadata)) == 200
    assert len(await app.kept()) == 3


async def test_where_an_app_has_one_account_what_is_for_another_id_is_kept_and_said_to_be_wrong(app: App) -> None:
    await app.add("pesan", "messenger", "page_id", PAGE)
    assert await app.post("pesan", "page", said("101", "m1")) == 200
    assert await app.kept() == [("pesan", ["101"])]
