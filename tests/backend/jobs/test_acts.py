"""What is asked of a provider about a message is made, or says why; asked at most once, pending never for ever."""

import dataclasses
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from backend import clock
from backend.jobs.acts import ACT, TRIES, ActPayload, ActWork, act_of
from backend.jobs.loop import Later, Loop, Outcome
from backend.jobs.providers import AT_ONCE_PER_ACCOUNT
from backend.runner import Actor
from backend.store.jobs import ASKING, Job
from omnix_protocol.content import ActKind, Button, Content
from omnix_protocol.conversations import PickedUp
from omnix_protocol.ids import FileId, MessageId, new_id
from omnix_protocol.messages import Amendment, AmendMessage, Attachment, DeliveryState, Message
from tests.backend.jobs.conftest import TOKEN, Workplace
from tests.backend.jobs.test_outbound import became, conversation
from tests.simulators.telegram import Fault
from tests.support import samples
from tests.support.waiting import until


async def sent(workplace: Workplace) -> tuple[Actor, PickedUp, MessageId]:
    agent, picked = await conversation(workplace)
    message_id = await workplace.company.reply(agent, picked, "Bsok")
    await became(workplace, message_id, DeliveryState.SENT)
    return agent, picked, message_id


async def ask(workplace: Workplace, agent: Actor, message_id: MessageId, kind: ActKind = ActKind.EDIT) -> None:
    await workplace.company.do(AmendMessage(message_id=message_id, kind=kind, text="Besok"), agent)


async def made(workplace: Workplace, message_id: MessageId) -> Message:
    async def there() -> bool:
        return (await workplace.company.message(message_id)).amendment is None

    await until(there, "the provider has made it")
    return await workplace.company.message(message_id)


async def ended(workplace: Workplace, message_id: MessageId) -> Amendment:
    """What became of an amendment that was not made."""

    async def there() -> bool:
        amendment = (await workplace.company.message(message_id)).amendment
        return amendment is not None and amendment.state is not DeliveryState.ACCEPTED

    await until(there, "it is pending no longer")
    amendment = (await workplace.company.message(message_id)).amendment
    assert amendment is not None
    return amendment


def shown(workplace: Workplace) -> list[str]:
    return [message["text"] for message in workplace.simulator.bot(TOKEN).sent]


def asked(workplace: Workplace) -> int:
    return [method for method, _ in workplace.simulator.calls].count("editMessageText")


async def test_an_edit_is_made_at_the_provider_and_then_here(workplace: Workplace) -> None:
    agent, _, message_id = await sent(workplace)
    await ask(workplace, agent, message_id)
    assert (await made(workplace, message_id)).text == "Besok"
    assert shown(workplace) == ["Besok"]


async def test_who_asks_to_wait_is_waited_for(workplace: Workplace) -> None:
    agent, _, message_id = await sent(workplace)
    workplace.simulator.fail(TOKEN, "editMessageText", Fault(429, "Too Many Requests: retry after 1", retry_after=1))
    await ask(workplace, agent, message_id)
    assert (await made(workplace, message_id)).text == "Besok"


async def test_a_refusal_says_why_and_changes_nothing(workplace: Workplace) -> None:
    agent, _, message_id = await sent(workplace)
    workplace.simulator.fail(TOKEN, "editMessageText", Fault(400, "Bad Request: message can't be edited"))
    await ask(workplace, agent, message_id)
    amendment = await ended(workplace, message_id)
    assert (amendment.state, amendment.failure) == (DeliveryState.FAILED, "Bad Request: message can't be edited")
    assert (await workplace.company.message(message_id)).text == "Bsok"


async def test_what_nobody_knows_is_uncertain_and_not_asked_again(workplace: Workplace) -> None:
    agent, _, message_id = await sent(workplace)
    workplace.simulator.fail(TOKEN, "editMessageText", Fault(502, "Bad Gateway", after_work=True))
    await ask(workplace, agent, message_id)
    assert (await ended(workplace, message_id)).state is DeliveryState.UNCERTAIN
    assert asked(workplace) == 1


@pytest.fixture
async def still(workplace: Workplace) -> Workplace:
    """The shift's own acting stands still, so that a test can be the process that dies."""
    (acting,) = [loop for loop in workplace.shift._loops if ACT in loop._work.kinds]
    await acting.close()
    return workplace


def work_of(workplace: Workplace) -> ActWork:
    (work,) = [loop._work for loop in workplace.shift._loops if isinstance(loop._work, ActWork)]
    return work


async def test_a_server_that_dies_while_it_asks_leaves_it_uncertain(still: Workplace) -> None:
    agent, _, message_id = await sent(still)
    await ask(still, agent, message_id)
    work = work_of(still)
    (job,) = await still.company.store.jobs.claim([ACT], 5, timedelta(minutes=5))
    assert await still.company.store.jobs.note(job, ASKING)  # … and the process is killed here
    assert await still.company.store.jobs.free() == 1
    for coroutine in await work.begin(await still.company.store.jobs.claim([ACT], 5, timedelta(minutes=5))):
        await coroutine
    assert (await ended(still, message_id)).state is DeliveryState.UNCERTAIN
    assert asked(still) == 0


async def test_what_cannot_be_asked_for_a_quarter_of_an_hour_is_given_up(still: Workplace) -> None:
    agent, _, message_id = await sent(still)
    await ask(still, agent, message_id)
    still.simulator.fail(TOKEN, "editMessageText", Fault(429, "Too Many Requests", retry_after=1))
    work = work_of(still)
    work._means = dataclasses.replace(work._means, now=lambda: clock.now() + timedelta(minutes=16))
    for coroutine in await work.begin(await still.company.store.jobs.claim([ACT], 5, timedelta(minutes=5))):
        await coroutine
    amendment = await ended(still, message_id)
    assert amendment.state is DeliveryState.FAILED
    assert "15 minutes" in amendment.failure


async def test_a_try_at_which_nobody_was_asked_is_none(still: Workplace) -> None:
    """What nobody looks at, such as a block, is given up after some tries; while others are asked it only waits."""
    agent, _, message_id = await sent(still)
    await ask(still, agent, message_id)
    work = work_of(still)
    (job,) = await still.company.store.jobs.claim([ACT], 5, timedelta(minutes=5))
    payload = msgspec.structs.replace(msgspec.json.decode(job.payload, type=ActPayload), number=0)
    unseen = dataclasses.replace(job, payload=msgspec.json.encode(payload), attempts=TRIES + 1)
    work._means.providers._asking[payload.channel_account_id] = AT_ONCE_PER_ACCOUNT
    (made_of_it,) = await work.begin([unseen])
    assert await made_of_it == Later(0.05, "Others of this account are being sent.", tried=False)


async def test_a_busy_account_uses_up_no_tries(still: Workplace) -> None:
    agent, _, message_id = await sent(still)
    await ask(still, agent, message_id, ActKind.DELETE)
    work, asked_of = work_of(still), list[int]()

    class Watched:
        """The same work for what nobody looks at, seen from outside."""

        kinds = work.kinds

        async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Outcome]]:
            asked_of.extend(job.attempts for job in jobs)
            payloads = [msgspec.json.decode(job.payload, type=ActPayload) for job in jobs]
            unseen = [msgspec.json.encode(msgspec.structs.replace(it, number=0)) for it in payloads]
            busy = AT_ONCE_PER_ACCOUNT if len(asked_of) <= TRIES + 2 else 0
            work._means.providers._asking[payloads[0].channel_account_id] = busy
            pairs = zip(jobs, unseen, strict=True)
            return await work.begin([dataclasses.replace(job, payload=payload) for job, payload in pairs])

    still.simulator.fail(TOKEN, "deleteMessage", Fault(429, "Too Many Requests: retry after 1", retry_after=1))
    loop = Loop(still.company.store, Watched(), clock.now, lease=timedelta(minutes=5))
    loop.start()
    made_of_it = ("deleteMessage", {"chat_id": 21, "message_id": 1})
    await until(lambda: made_of_it in still.simulator.calls, "it is asked again although it waited long for its turn")
    await loop.close()
    assert asked_of == [*[1] * (TRIES + 3), 2]


def test_a_channel_is_told_what_the_message_is_made_of() -> None:
    picture = Attachment(file_id=FileId(new_id()), name="a.png", media_type="image/png", size=1)
    button = Button(id="y", title="Ya")
    message = samples.message(new_id(), 1, attachments=(picture,), content=Content(buttons=(button,)))
    act = act_of(ActKind.EDIT, "901", None, message, None)
    assert (act.caption, act.buttons) == (True, (button,))
    plain = act_of(ActKind.EDIT, "901", None, samples.message(new_id(), 1), None)
    assert (plain.caption, plain.buttons) == (False, ())
