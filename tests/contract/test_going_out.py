"""What every channel promises of replies: once, shown truthfully, held where asked, and never into a closed window."""

import time
from datetime import timedelta

import pytest

from backend.channels import BY_KIND
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import DeliveryState, RetrySend
from tests.contract.place import Place, having
from tests.contract.provider import PNG, Can, Failing, able
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
ARRIVED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)


def window_of(name: str) -> int | None:
    return BY_KIND[name].capabilities.reply_window_seconds if name in BY_KIND else None


@having(Can.SEND)
async def test_a_reply_reaches_the_customer_once_and_is_shown_as_sent(place: Place) -> None:
    interaction = await place.serving()
    await place.became(await place.reply(interaction, "Kami cek ya 🙏"), *ARRIVED)
    await place.reached("Kami cek ya 🙏")


@having(Can.MEDIA_OUT)
async def test_a_file_from_the_agent_reaches_the_customer(place: Place) -> None:
    interaction = await place.serving()
    file = await place.upload(PNG, "bukti.png", "image/png")
    await place.became(await place.reply(interaction, "", (file,)), *ARRIVED)
    (sent,) = await place.provider.files()
    assert sent.startswith(PNG[:8])


@having(Can.DELIVERED, Can.READ)
async def test_receipts_move_the_message_on(place: Place) -> None:
    sent = await place.reply(await place.serving(), "Sudah sampai?")
    await place.became(sent, *ARRIVED)
    await place.provider.receipts()
    await place.became(sent, DeliveryState.DELIVERED if Can.READ in place.provider.lacks else DeliveryState.READ)


@having(Can.REACTION)
async def test_a_reaction_stands_on_the_message_that_it_is_about(place: Place) -> None:
    sent = await place.reply(await place.serving(), "Beres")
    await place.became(sent, *ARRIVED)
    await place.provider.reacts("👍")

    async def there() -> bool:
        return any(message.reactions for message in await place.messages())

    await until(there, "the reaction is there")
    shown = {message.id: [it.emoji for it in message.reactions] for message in await place.messages()}
    assert {key: emoji for key, emoji in shown.items() if emoji} == {sent: ["👍"]}


@having(Failing.REFUSED)
async def test_a_refusal_is_shown_in_the_providers_words_and_can_be_tried_again(place: Place) -> None:
    interaction = await place.serving()
    await place.provider.fails(Failing.REFUSED)
    message = await place.became(await place.reply(interaction, "Halo?"), DeliveryState.FAILED)
    assert place.provider.refusal in message.failure
    assert place.provider.sent() == []
    assert (await place.account()).fault == ""
    result = await place.run(RetrySend(message_id=MessageId(message.id)))
    assert result.refused is None, result.refused
    again = await place.became(MessageId(message.id), *ARRIVED)
    await place.reached("Halo?")
    assert (again.attempts, again.failure) == (2, "")


@having(Failing.THROTTLED)
async def test_who_asks_to_wait_is_waited_for_and_gets_it_once(place: Place) -> None:
    interaction = await place.serving()
    await place.provider.fails(Failing.THROTTLED)
    began = time.monotonic()
    sent = await place.reply(interaction, "Sabar ya")
    await place.reached("Sabar ya")
    assert time.monotonic() - began >= place.provider.asked_seconds
    await place.became(sent, *ARRIVED)
    await place.quiet()
    assert place.provider.sent() == ["Sabar ya"]


@having(Failing.BROKEN)
async def test_what_nobody_knows_is_uncertain_and_never_sent_again_by_the_machine(place: Place) -> None:
    interaction = await place.serving()
    await place.provider.fails(Failing.BROKEN)
    sent = await place.reply(interaction, "Entah")
    await place.became(sent, place.provider.after_broken)
    await place.reached("Entah")
    await place.quiet()  # nothing is left that could send it
    assert place.provider.sent() == ["Entah"]
    assert (await place.became(sent, place.provider.after_broken)).attempts == 1


@having(Failing.REVOKED)
async def test_a_revoked_account_says_so_on_screen_for_as_long_as_it_is(place: Place) -> None:
    interaction = await place.serving()
    await place.provider.fails(Failing.REVOKED)
    message = await place.became(await place.reply(interaction, "Halo?"), DeliveryState.FAILED)
    fault = await place.fault()
    again = await place.became(await place.reply(interaction, "Masih di sana?"), DeliveryState.FAILED)
    assert message.failure
    assert again.failure
    assert (await place.account()).fault == fault
    assert place.provider.sent() == []
    told = f"{message.failure} {again.failure} {fault}"
    assert not any(secret in told for secret in place.provider.secrets.values())


@pytest.mark.parametrize("provider", [it for it in able(Can.SEND) if window_of(it)], indirect=True)
async def test_a_closed_window_is_said_before_anything_is_sent(place: Place) -> None:
    seconds = window_of(place.provider.kind)
    assert seconds is not None
    interaction = await place.serving()
    place.house.clock.ahead = timedelta(seconds=seconds + 60)
    answer = await place.reply(interaction, "Masih di sana?")
    assert isinstance(answer, Refused)
    assert answer.code == Reason.WINDOW_CLOSED
    await place.quiet()
    assert place.provider.sent() == []
