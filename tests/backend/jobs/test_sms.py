"""A conversation by SMS through the whole server, with a centre that nobody here wrote at the other end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from backend.jobs.shift import Shift
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import DeliveryState, Message
from tests.backend.jobs.conftest import shift_of
from tests.support import smpp
from tests.support.company import Company
from tests.support.smpp import Smsc, smsc
from tests.support.waiting import until


@dataclass
class Desk:
    company: Company
    shift: Shift
    centre: Smsc
    account_id: str


@pytest.fixture
async def desk(company: Company) -> AsyncIterator[Desk]:
    async with smsc() as centre:
        settings = {"mode": "smpp", "url": f"smpp://127.0.0.1:{centre.port}", "username": smpp.SYSTEM_ID}
        route = await company.account("sms", {"password": smpp.PASSWORD}, sender="12345", **settings)
        shift = shift_of(company)
        await shift.start()
        await until(lambda: ("receiver", 0) in centre.binds, "the server listens")
        yield Desk(company, shift, centre, route.channel_account_id)
        await shift.close()


async def became(desk: Desk, message_id: MessageId, state: DeliveryState) -> Message:
    async def there() -> Message | None:
        message = await desk.company.message(message_id)
        return message if message.state is state else None

    message = await until(there, f"the message is {state}")
    assert message is not None
    return message


async def test_a_customer_writes_is_answered_and_the_network_tells_what_became_of_it(desk: Desk) -> None:
    company, centre = desk.company, desk.centre
    ref = centre.writes("628111234567", "Halo, pesanan saya 😀?", source_addr_ton=1)
    assert await centre.acknowledged(ref) == 0
    await until(company.waiting, "the customer waits in the queue")
    agent = await company.agent()
    picked = await company.pick_up(agent)
    first = await company.reply(agent, picked, "Baik, kami cek.")
    await became(desk, first, DeliveryState.SENT)
    second = await company.reply(agent, picked, "Sudah dikirim.")
    await became(desk, second, DeliveryState.SENT)
    texts = {one.text: one for one in await centre.got(2)}
    assert {one.receiver for one in texts.values()} == {"628111234567"}
    await centre.acknowledged(centre.reports(texts["Baik, kami cek."].id))
    await centre.acknowledged(centre.reports(texts["Sudah dikirim."].id, "UNDELIV", "021"))
    await became(desk, first, DeliveryState.DELIVERED)
    failed = await became(desk, second, DeliveryState.FAILED)
    assert failed.failure == "The network could not deliver it (UNDELIV). Error 021."


async def test_a_centre_that_goes_away_is_listened_to_again(desk: Desk) -> None:
    await desk.centre.drop()
    await until(lambda: desk.centre.binds.count(("receiver", 0)) == 2, "the server listens again")
    ref = desk.centre.writes("628111234567", "Masih di sana?")
    assert await desk.centre.acknowledged(ref) == 0
    await until(desk.company.waiting, "the customer waits in the queue")


async def test_an_account_whose_password_is_wrong_says_so(company: Company) -> None:
    async with smsc() as centre:
        settings = {"mode": "smpp", "url": f"smpp://127.0.0.1:{centre.port}", "username": smpp.SYSTEM_ID}
        route = await company.account("sms", {"password": "wrong"}, sender="12345", **settings)
        shift = shift_of(company)
        await shift.start()

        async def fault() -> str:
            async with company.store.read(company.tenant_id) as tx:
                account = await tx.get(ChannelAccount, route.channel_account_id)
            return f"{account.fault} ({account.fault_kind})" if account and account.fault else ""

        assert await until(fault, "the account shows its fault") == "The centre does not take this password. (refused)"
        await shift.close()
