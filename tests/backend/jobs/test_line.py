"""LINE's customers have names, and a message can be quoted by either side however old it is."""

from omnix_protocol.ids import MessageId, new_id
from omnix_protocol.messages import DeliveryState, Message, SendMessage
from tests.backend.jobs.conftest import shift_of
from tests.simulators.line import LineSimulator
from tests.simulators.line_api import Person, user_id
from tests.support.company import Company
from tests.support.serving import serving
from tests.support.waiting import until

TOKEN, SECRET = "token-line", "rahasia-line"
SITI = Person(user_id(1), "Siti Contoh")


async def test_a_name_comes_and_both_sides_quote(company: Company) -> None:
    simulator = LineSimulator()
    simulator.bot(TOKEN, SECRET)
    async with serving(simulator.app) as address:
        secrets = {"channel_secret": SECRET, "access_token": TOKEN}
        route, shift = await company.account("line", secrets, base_url=address), shift_of(company)
        await shift.start()

        async def write(text: str, quoting: str = "") -> str:
            event = await simulator.write(TOKEN, SITI, text, quoting=quoting)
            await company.store.raw.append(route, {}, simulator.emitted[-1])
            shift.received()
            return str(event["message"]["id"])

        oldest = await write("satu")
        await write("dua")

        async def named() -> bool:
            return [(it.customer_name, it.unread) for it in await company.waiting()] == [(SITI.name, 2)]

        await until(named, "both messages are there, and the name")
        agent = await company.agent()
        picked = await company.pick_up(agent)
        first = (await company.messages(picked.conversation_id))[0]
        answer = SendMessage(
            message_id=MessageId(new_id()), conversation_id=picked.conversation_id, text="Baik",
            interaction_id=picked.interaction_id, seen_position=2, reply_to=MessageId(first.id),
        )  # fmt: skip
        await company.do(answer, agent)

        async def answered() -> Message | None:
            message = await company.message(answer.message_id)
            return message if message.state is DeliveryState.SENT else None

        ours = await until(answered, "the answer is sent")
        assert ours is not None
        (sent,) = simulator.bot(TOKEN).sent
        assert simulator.bot(TOKEN).quote_tokens[sent.message["quoteToken"]] == oldest
        assert (ours.provider_id, ours.quote_handle) == (sent.id, sent.quote_token)
        await write("tiga", quoting=sent.id)

        async def quoted() -> bool:
            return (await company.messages(picked.conversation_id))[-1].reply_to == answer.message_id

        await until(quoted, "the customer's quotation is known")
        await shift.close()
    await simulator.close()
