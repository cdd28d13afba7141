"""Whatever stands anywhere in a webhook of LINE or X: it is read, or said to be unreadable; nothing else happens."""

import asyncio
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.channels.base import AccountView, Channel, Unreadable
from backend.channels.line import Line
from backend.channels.x import X
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from tests.backend.channels.x_scene import SITI, view
from tests.simulators.line import LineSimulator
from tests.simulators.line_api import Person, user_id
from tests.simulators.x import APP_ID, XSimulator

ODD = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.text("\ud800\udfff\0", max_size=3),
        st.just("x" * 2500),
        st.just("9" * 40),
        st.just(10**400),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
Sample = tuple[Channel, AccountView, Any]


async def line_samples() -> list[bytes]:
    simulator, token, siti = LineSimulator(), "t", Person(user_id(1), "Siti")
    simulator.bot(token)
    said = await simulator.write(token, siti, "halo", quoting="5")
    for kind in ("image", "video", "audio", "file"):
        await simulator.show(token, siti, kind, b"", "image/png")
    await simulator.stick(token, siti, keywords=["a"])
    await simulator.be_at(token, siti, 1.5, 2, title="a", address="b")
    await simulator.unsend(token, siti, said["message"]["id"])
    await simulator.press(token, siti, "a=1", date="2026-01-01")
    await simulator.close()
    return simulator.emitted


async def x_samples() -> list[bytes]:
    emitted: list[bytes] = []
    for activity_api in (False, True):
        simulator = XSimulator(activity_api=activity_api)
        us = simulator.account()
        await simulator.write(us, SITI, "halo")
        for kind in ("photo", "video"):
            await simulator.show(us, SITI, kind, b"", "image/png", "lihat")
        mention = await simulator.mention(us, SITI, "@toko_demo " + "a" * 300, photo=b"a")
        await simulator.mention(us, SITI, "oke", mention, quotes=mention)
        await simulator.read(us, SITI, mention.id)
        await simulator.delete(us, mention)
        await simulator.revoked(us)
        await simulator.close()
        emitted += simulator.emitted
    return emitted


@cache
def samples() -> list[Sample]:
    async def made() -> list[Sample]:
        line = AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "line")
        x = view(XSimulator().account(), app_id=APP_ID)
        lines: list[Sample] = [(Line(), line, json.loads(body)) for body in await line_samples()]
        return lines + [(X(), x, json.loads(body)) for body in await x_samples()]

    return asyncio.run(made())


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in the tree something else could stand."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], odd)
    return copy


def read(sample: Sample, body: Any) -> int:
    """How many commands; each is one that the server takes."""
    channel, account, _ = sample
    try:
        events = channel.parse(account, json.dumps(body).encode())
    except Unreadable:
        return 0
    for _, command in events:
        msgspec.json.decode(msgspec.json.encode(command), type=type(command))
    return len(events)


def test_every_sample_as_it_is_says_something() -> None:
    assert all(read(sample, sample[2]) == 1 for sample in samples())


@settings(max_examples=300, deadline=None)
@given(which=st.integers(0, 10_000), odd=st.lists(st.tuples(st.integers(0, 10_000), ODD), min_size=1, max_size=3))
def test_odd_values_anywhere_do_no_harm(which: int, odd: list[tuple[int, Any]]) -> None:
    sample = samples()[which % len(samples())]
    body = sample[2]
    for where, value in odd:
        spots = list(places(body))
        body = replaced(body, spots[where % len(spots)], value)
    read(sample, body)
