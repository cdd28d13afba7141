"""What an administrator may ask about channel accounts, and nobody else: routes, tests, traffic, failed ones."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
import pytest

from backend import accounts
from backend.channels import BY_KIND
from backend.channels.base import AccountView, ProviderFault
from backend.channels.telegram import webhook_secret
from backend.config import Settings
from backend.gateway import channel_setup
from backend.gateway.accounts import Accounts
from backend.store.jobs import FailedJob as Failed
from omnix_protocol import codec
from omnix_protocol.channel_setup import ChannelRoute, Probed, ProbeSettings, SecretStored, StoreSecret
from omnix_protocol.ids import ChannelAccountId, JobId, SecretId
from omnix_protocol.sign_in import SignedIn
from omnix_protocol.traffic import (
    ChannelTraffic,
    ChannelTrafficAnswer,
    FailedJobs,
    FailedJobsAnswer,
    RanAgain,
    RunAgain,
)
from tests.simulators.telegram import TelegramSimulator
from tests.support.backend import Backend, People, bearer, credentials, founded, refusal, running
from tests.support.serving import serving
from tests.support.waiting import until

TOKEN = "900:AA-setup"


class Office:
    """Two companies on one server, a bot at the first."""

    def __init__(self, backend: Backend, people: People, others: People, bot: ChannelAccountId, route: str) -> None:
        self.backend, self.people, self.others, self.bot, self.route = backend, people, others, bot, route

    async def post(self, path: str, body: object = None, who: str = "administrator") -> httpx.Response:
        signed_in = await self.backend.sign_in(f"{who}@samudra.example")
        content = codec.encode(body) if body is not None else b""  # type: ignore[arg-type]
        return await self.backend.http.post(path, content=content, headers=bearer(signed_in))

    async def stranger(self) -> SignedIn:
        """The administrator of the other company."""
        asked = credentials("administrator@lain.example", tenant="lain")
        return codec.decode(
            (await self.backend.http.post("/v1/sign-in", content=codec.encode(asked))).content, SignedIn
        )

    async def broken(self, count: int = 1) -> list[Failed]:
        """Signed webhooks that are not what the provider documents."""
        for number in range(count):
            body = f"rusak {number}".encode()
            headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(TOKEN)}
            answer = await self.backend.http.post(f"/hooks/telegram/{self.route}", content=body, headers=headers)
            assert answer.status_code == 200
        store = self.backend.parts.store

        async def all_failed() -> bool:
            return len(await store.jobs.failed()) == count

        await until(all_failed, "they are given up")
        return list(await store.jobs.failed())


@pytest.fixture
async def office(settings: Callable[..., Settings]) -> AsyncIterator[Office]:
    async with running(settings()) as backend:
        people = await founded(backend.parts)
        others = await founded(backend.parts, "lain")
        new = accounts.NewAccount(
            kind="telegram", name="Bot", group="Layanan", settings={"mode": "webhook"}, secrets={"token": TOKEN}
        )
        route = await accounts.add_channel(backend.parts, "samudra", new)
        found = await backend.parts.store.control.route(route)
        assert found is not None
        yield Office(backend, people, others, found.channel_account_id, route)


DOORS = (
    ("/v1/channel-accounts/{bot}/route", None),
    ("/v1/channel-accounts/{bot}/probe", None),
    ("/v1/channel-probe", ProbeSettings(kind="webchat")),
    ("/v1/failed-jobs/run-again", RunAgain(all=True)),
    ("/v1/secrets", StoreSecret(fields={"token": "x"})),
)


@pytest.mark.parametrize(("path", "body"), DOORS)
@pytest.mark.parametrize("who", ["agent", "supervisor"])
async def test_only_administrators_come_in(office: Office, path: str, body: object, who: str) -> None:
    answer = await office.post(path.format(bot=office.bot), body, who)
    assert (answer.status_code, refusal(answer).code) == (403, "not_entitled")


async def test_a_route_is_made_once_and_stays(office: Office) -> None:
    path = f"/v1/channel-accounts/{office.bot}/route"
    told = [codec.decode((await office.post(path)).content, ChannelRoute) for _ in range(2)]
    assert told[0] == told[1]
    assert told[0].webhook.endswith(f"/hooks/telegram/{office.route}")
    page = codec.decode(
        (await office.post(f"/v1/channel-accounts/{office.people.account}/route")).content, ChannelRoute
    )
    assert page.page.endswith(f"/chat/{office.people.route}")
    assert not page.webhook


@pytest.mark.parametrize(
    ("public_url", "hook"), [("https://desk.example/", "https://desk.example/hooks/telegram/{}"), ("", "")]
)
async def test_a_channel_sees_where_its_webhooks_are_taken(office: Office, public_url: str, hook: str) -> None:
    parts = office.backend.parts
    view = await Accounts(parts.store, parts.secrets, public_url)(office.people.tenant_id, office.bot)
    assert view is not None
    assert view.hook_url == hook.format(office.route)


async def test_an_account_of_another_company_is_not_found(office: Office) -> None:
    for what in ("route", "probe"):
        answer = await office.post(f"/v1/channel-accounts/{office.others.account}/{what}")
        assert (answer.status_code, refusal(answer).code) == (404, "not_found")


async def test_settings_are_tried_before_they_are_saved(office: Office) -> None:
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        for token, works in ((TOKEN, True), ("", False)):
            fields = {"token": token} if token else {}
            stored = codec.decode((await office.post("/v1/secrets", StoreSecret(fields=fields))).content, SecretStored)
            asked = ProbeSettings(kind="telegram", settings={"base_url": address}, secret_id=stored.secret_id)
            answer = codec.decode((await office.post("/v1/channel-probe", asked)).content, Probed)
            assert answer.works is works
            assert answer.said
    await simulator.close()


async def test_a_fault_is_one_sentence_and_a_silent_provider_is_not_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd:
        settings = ()

        def __init__(self, fault: Exception | None) -> None:
            self._fault = fault

        async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
            if self._fault is not None:
                raise self._fault
            await until(lambda: False, "never", 60)
            return ""

    monkeypatch.setattr(channel_setup, "PROBE_SECONDS", 0.05)
    for fault, said in (
        (ProviderFault("The token\nis expired."), "The token is expired."),
        (KeyError("secret"), "It could not be tested with these settings (KeyError)."),
        (None, "It did not answer within 0 seconds."),
    ):
        monkeypatch.setitem(BY_KIND, "telegram", Odd(fault))
        answer = codec.decode((await office.post(f"/v1/channel-accounts/{office.bot}/probe")).content, Probed)
        assert (answer.works, answer.said) == (False, said)


async def test_a_secret_is_replaced_without_being_shown(office: Office) -> None:
    first = codec.decode(
        (await office.post("/v1/secrets", StoreSecret(fields={"token": "a", "app": "b"}))).content, SecretStored
    )
    second = codec.decode(
        (await office.post("/v1/secrets", StoreSecret(fields={"token": "c"}, base=first.secret_id))).content,
        SecretStored,
    )
    door = office.backend.parts.secrets
    assert await door.fields(office.people.tenant_id, second.secret_id) == {"token": "c", "app": "b"}
    foreign = await door.put(office.others.tenant_id, {"token": "theirs"})
    third = codec.decode(
        (await office.post("/v1/secrets", StoreSecret(fields={"app": "d"}, base=SecretId(foreign)))).content,
        SecretStored,
    )
    assert await door.fields(office.people.tenant_id, third.secret_id) == {"app": "d"}


async def test_failed_ones_are_shown_to_their_administrator_alone_and_run_again(office: Office) -> None:
    jobs = await office.broken(3)
    async with office.backend.desk("administrator@samudra.example") as desk:
        answer = await desk.ask(FailedJobs(limit=2))
        assert answer.refused is None
        assert answer.body is not None
        page = codec.decode(answer.body, FailedJobsAnswer)
        assert (len(page.rows), page.more) == (2, True)
        rest = await desk.ask(FailedJobs(limit=2, before_id=page.rows[-1].job_id, channel_account_id=office.bot))
        assert rest.body is not None
        rows = (*page.rows, *codec.decode(rest.body, FailedJobsAnswer).rows)
        assert {row.job_id for row in rows} == {job.id for job in jobs}
        newest = rows[0]
        assert (newest.kind, newest.channel_account_id) == ("inbound", office.bot)
        assert newest.why
        assert "rusak 2" in newest.known
        assert newest.size == len(newest.known.encode())
    async with office.backend.socket(await office.stranger()) as desk:
        theirs = await desk.ask(FailedJobs())
        assert theirs.body is not None
        assert codec.decode(theirs.body, FailedJobsAnswer).rows == ()
    async with office.backend.desk("supervisor@samudra.example") as desk:
        for query in (FailedJobs(), ChannelTraffic()):
            barred = await desk.ask(query)
            assert barred.refused is not None
            assert barred.refused.code == "not_entitled"


async def test_one_or_all_run_again_and_nobody_elses(office: Office) -> None:
    jobs = await office.broken(3)
    signed_in = await office.stranger()
    for body in (RunAgain(job_ids=(JobId(jobs[0].id),)), RunAgain(all=True), RunAgain(channel_account_id=office.bot)):
        answer = await office.backend.http.post(
            "/v1/failed-jobs/run-again", content=codec.encode(body), headers=bearer(signed_in)
        )
        assert codec.decode(answer.content, RanAgain).jobs == 0
    one = await office.post("/v1/failed-jobs/run-again", RunAgain(job_ids=(JobId(jobs[0].id),)))
    assert codec.decode(one.content, RanAgain).jobs == 1
    store = office.backend.parts.store

    async def failed_again() -> bool:
        return len(await store.jobs.failed()) == 3

    await until(failed_again, "it is given up once more")
    rest = await office.post("/v1/failed-jobs/run-again", RunAgain(channel_account_id=office.bot))
    assert codec.decode(rest.content, RanAgain).jobs == 3


async def test_traffic_is_counted_by_account(office: Office) -> None:
    await office.broken(1)
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(TOKEN)}
    for number in range(2):
        who = {"id": 5, "is_bot": False, "first_name": "Sari"}
        message = {"message_id": number, "date": 1_750_000_000, "from": who, "text": "Halo"}
        message["chat"] = {"id": 5, "type": "private", "first_name": "Sari"}
        body = json.dumps({"update_id": number, "message": message}).encode()
        await office.backend.http.post(f"/hooks/telegram/{office.route}", content=body, headers=headers)
    async with office.backend.desk("administrator@samudra.example") as desk:

        async def counted() -> bool:
            answer = await desk.ask(ChannelTraffic())
            assert answer.body is not None
            traffic = codec.decode(answer.body, ChannelTrafficAnswer)
            return bool(traffic.accounts) and traffic.accounts[0].received_day == 2

        await until(counted, "both are counted")
        answer = await desk.ask(ChannelTraffic())
        assert answer.body is not None
        traffic = codec.decode(answer.body, ChannelTrafficAnswer)
    (bot,) = traffic.accounts
    assert bot.channel_account_id == office.bot
    assert (bot.received_hour, bot.sent_day, bot.given_up, bot.waiting) == (2, 0, 1, 0)
    assert bot.last_received_at is not None
    assert traffic.at - bot.last_received_at < timedelta(minutes=1)
