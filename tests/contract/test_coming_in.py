"""What every channel promises of what comes in: once, as it was, in its place and order, and from nobody else."""

from datetime import timedelta

import pytest

from backend import clock
from omnix_protocol.messages import DeliveryState, Direction, FileState, Message
from tests.contract.place import Place, having
from tests.contract.provider import PNG, Can
from tests.simulators.mishaps import Disturbance

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOT_ALLOWED = ("GET", "PUT", "PATCH", "DELETE")
"""For who is told by POST; Kannel tells by GET."""


@having(Can.TEXT)
async def test_what_the_customer_writes_arrives_as_written(place: Place) -> None:
    await place.provider.says("Halo, internet saya mati 😢\nsejak pagi")
    (message,) = await place.heard(len, "the message is there")
    assert message.text == "Halo, internet saya mati 😢\nsejak pagi"
    assert (message.direction, message.state) == (Direction.IN, DeliveryState.RECEIVED)


@having(Can.MEDIA_IN)
async def test_a_picture_from_the_customer_is_there_and_is_the_same(place: Place) -> None:
    await place.provider.shows(PNG, "foto.png")

    def there(found: list[Message]) -> bool:
        return bool(found and found[0].attachments and found[0].attachments[0].state is not FileState.FETCHING)

    (message,) = await place.heard(there, "the picture was fetched")
    (file,) = message.attachments
    assert (file.state, file.media_type, file.size) == (FileState.THERE, "image/png", len(PNG))
    await place.serving_of(message)
    assert await place.download(file.file_id) == PNG


@having(Can.REPEAT)
async def test_what_comes_twice_and_out_of_order_is_there_once_in_the_order_of_acceptance(place: Place) -> None:
    words = [f"pesan {number}" for number in range(12)]
    reordered = 0.0 if Can.REORDER in place.provider.lacks else 0.3
    by = Disturbance(repeated=0.3, reordered=reordered)
    began, first_seen = clock.now(), dict[str, int]()
    async with place.provider.disturbed(by):
        for word in words:
            await place.provider.says(word)
            for message in await place.inbound():
                first_seen.setdefault(message.id, message.position)
    await place.heard(lambda all_: len(all_) >= len(words), "all are there")
    await place.quiet()
    found = await place.inbound()
    assert sorted(map(place.provider.words, found)) == sorted(words)
    assert not any(map(place.provider.flaw, found))
    stored = (await place.accepted()).ids.get(place.route.channel_account_id)
    shown = [message.provider_id for message in found]
    if stored is None:  # nothing is stored as it came: what was answered first was accepted first
        assert list(map(place.provider.words, found)) == words
    else:
        assert shown == [key for key in stored if key in shown]
    positions = {message.id: message.position for message in found}
    assert list(positions.values()) == sorted(set(positions.values()))
    assert first_seen.items() <= positions.items()  # nothing has moved
    assert [message.at for message in found] == sorted(message.at for message in found)
    if Can.TIME not in place.provider.lacks:
        in_turn = sorted(found, key=lambda message: words.index(place.provider.words(message)))
        told = [message.provider_at for message in in_turn if message.provider_at is not None]
        assert len(told) == len(words)
        assert told == sorted(told)  # of what was overtaken too
        assert abs(told[0] - began) < timedelta(seconds=5)
    assert by.repeats > 0
    assert by.overtaken > 0 or not reordered


@having(Can.EDIT)
async def test_a_customers_edit_changes_the_message_in_its_place(place: Place) -> None:
    first = await place.provider.says("satu")
    await place.provider.says("dua")
    await place.provider.edits(first, "satu, diperbaiki")
    found = await place.heard(lambda all_: any(it.edited_at for it in all_), "the edit is there")
    assert [message.text for message in found] == ["satu, diperbaiki", "dua"]


@having(Can.DELETE)
async def test_what_the_customer_takes_back_is_gone(place: Place) -> None:
    wrong = await place.provider.says("salah kirim")
    await place.heard(len, "it came")
    await place.provider.takes_back(wrong)
    (message,) = await place.heard(lambda all_: all_[0].deleted_at, "it was taken back")
    assert message.text == ""


@having(Can.WEBHOOK)
async def test_a_forged_webhook_is_turned_away_and_not_kept(place: Place) -> None:
    await place.provider.says("asli")
    await place.heard(len, "the real one is there")
    await place.quiet()
    kept = (await place.accepted()).kept
    before = await place.messages()
    assert await place.provider.forged() == 401
    assert (await place.accepted()).kept == kept
    await place.quiet()
    assert await place.messages() == before


@having(Can.WEBHOOK)
async def test_a_replayed_webhook_changes_nothing(place: Place) -> None:
    await place.provider.says("sekali")
    (message,) = await place.heard(len, "it is there")
    assert place.provider.words(message) == "sekali"
    await place.quiet()
    before = await place.messages()
    assert await place.provider.replayed() == 200
    await place.quiet()
    assert await place.messages() == before


@having(Can.WEBHOOK)
async def test_a_webhook_by_another_method_is_not_allowed_and_not_kept(place: Place) -> None:
    await place.provider.says("sekali")
    await place.heard(len, "it is there")
    kept = (await place.accepted()).kept
    for method in NOT_ALLOWED[1:] if place.provider.kind == "sms" else NOT_ALLOWED:
        answer = await place.backend.http.request(method, place.hook)
        assert answer.status_code == 405, method
    assert (await place.accepted()).kept == kept
