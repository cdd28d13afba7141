"""Deliveries of the Graph simulator: verified, signed, retried, batched, doubled and disordered as asked."""

import random
from typing import Any, get_args

from tests.simulators.conftest import BUDI, INSTAGRAM, NUMBER, PAGE, Meta
from tests.simulators.graph.accounts import Person
from tests.simulators.graph.hooks import Retries, Shape, signed

SARI = Person("628111000002", "Sari Dewi")


def texts(payload: dict[str, Any]) -> list[str]:
    """Of every WhatsApp message in a delivery, in order."""
    values = [change["value"] for entry in payload["entry"] for change in entry["changes"]]
    return [message["text"]["body"] for value in values for message in value["messages"]]


async def test_a_hook_that_does_not_know_the_token_is_not_subscribed(meta: Meta) -> None:
    hooks = meta.simulator.hooks
    url = hooks.url_of(NUMBER)
    assert not await hooks.verify(NUMBER, url, token="somebody else's")
    assert await hooks.verify(NUMBER, url)


async def test_a_delivery_is_tried_until_it_is_taken_with_200(meta: Meta) -> None:
    meta.receiver.refusals.extend([500, 503, 404])
    await meta.simulator.whatsapp.text(NUMBER, BUDI, "Halo")
    (delivery,) = meta.simulator.hooks.deliveries
    assert delivery.statuses == [500, 503, 404, 200]
    assert meta.receiver.bodies == [delivery.body]


async def test_it_gives_up_when_told_so(meta: Meta) -> None:
    meta.simulator.hooks.retries = Retries(attempts=2)
    meta.receiver.refusals.extend([500, 500])
    await meta.simulator.whatsapp.text(NUMBER, BUDI, "Halo")
    (delivery,) = meta.simulator.hooks.deliveries
    assert not delivery.arrived
    assert await meta.simulator.hooks.post(delivery)


async def test_bytes_are_escaped_as_meta_does_and_signed_with_the_secret(meta: Meta) -> None:
    await meta.simulator.whatsapp.text(NUMBER, BUDI, "é/☀")
    assert b'"body":"\\u00e9\\/\\u2600"' in meta.receiver.bodies[-1]
    assert meta.receiver.signatures[-1] == signed(NUMBER.app, meta.receiver.bodies[-1])["X-Hub-Signature-256"]


async def test_what_is_forged_is_told_from_what_is_sent_again(meta: Meta) -> None:
    await meta.simulator.whatsapp.text(NUMBER, BUDI, "Halo")
    hooks = meta.simulator.hooks
    assert await hooks.forge(NUMBER, meta.last()) == 401
    assert await hooks.forge(NUMBER, meta.last(), {"X-Hub-Signature-256": "sha256=" + "0" * 64}) == 401
    assert await hooks.post(hooks.deliveries[0])
    assert meta.receiver.bodies[0] == meta.receiver.bodies[1]


async def test_a_batch_in_each_shape(meta: Meta) -> None:
    whatsapp, hooks = meta.simulator.whatsapp, meta.simulator.hooks
    packed = {}
    for shape in get_args(Shape):
        async with hooks.batch(shape):
            for person, word in ((BUDI, "satu"), (SARI, "dua"), (BUDI, "tiga")):
                await whatsapp.text(NUMBER, person, word)
        entries = meta.last()["entry"]
        packed[shape] = (len(entries), len(entries[0]["changes"]), len(entries[0]["changes"][0]["value"]["messages"]))
        assert texts(meta.last()) == ["satu", "dua", "tiga"]
    assert packed == {"entries": (3, 1, 1), "changes": (1, 3, 1), "messages": (1, 1, 3)}
    assert len(meta.last()["entry"][0]["changes"][0]["value"]["contacts"]) == 2
    assert len(meta.receiver.bodies) == 3


async def test_a_batch_over_products_is_one_delivery_for_each(meta: Meta) -> None:
    async with meta.simulator.hooks.batch("changes"):
        await meta.simulator.messenger.text(PAGE, BUDI, "satu")
        await meta.simulator.messenger.text(PAGE, SARI, "dua")
        await meta.simulator.instagram.text(INSTAGRAM, BUDI, "tiga")
    page, instagram = meta.receiver.payloads
    assert (page["object"], len(page["entry"][0]["messaging"])) == ("page", 2)
    assert (instagram["object"], len(instagram["entry"][0]["messaging"])) == ("instagram", 1)


async def test_twice_and_backwards(meta: Meta) -> None:
    meta.simulator.hooks.duplicate()
    await meta.simulator.whatsapp.text(NUMBER, BUDI, "dua kali")
    async with meta.simulator.hooks.backwards():
        await meta.simulator.whatsapp.text(NUMBER, BUDI, "pertama")
        await meta.simulator.whatsapp.text(NUMBER, BUDI, "kedua")
    said = [text for payload in meta.receiver.payloads for text in texts(payload)]
    assert said == ["dua kali", "dua kali", "kedua", "pertama"]


async def test_disorder_by_dice_loses_nothing_and_repeats_by_its_seed(meta: Meta) -> None:
    orders = []
    for _ in range(2):
        meta.receiver.bodies.clear()
        disorder = meta.simulator.hooks.disorder
        disorder.duplicates, disorder.reordered, disorder.dice = 0.1, 0.1, random.Random(3)
        for number in range(60):
            await meta.simulator.whatsapp.text(NUMBER, BUDI, str(number))
        await meta.simulator.settle()
        orders.append([int(text) for payload in meta.receiver.payloads for text in texts(payload)])
    assert orders[0] == orders[1]
    assert set(orders[0]) == set(range(60))
    assert len(orders[0]) > 60
    assert orders[0] != sorted(orders[0])
    assert meta.simulator.hooks.disorder.repeats == len(orders[0] + orders[1]) - 120


async def test_who_did_not_subscribe_hears_nothing_and_the_event_is_kept(meta: Meta) -> None:
    before = len(meta.receiver.bodies)
    meta.simulator.hooks.unsubscribe(NUMBER)
    await meta.simulator.whatsapp.text(NUMBER, BUDI, "Halo")
    assert len(meta.receiver.bodies) == before
    assert meta.simulator.hooks.events[-1].item["field"] == "messages"
