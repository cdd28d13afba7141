"""What a simulated Meta posts is verified, read, and becomes what happened there."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from backend.channels.base import Download, WebhookRequest
from omnix_protocol.base import Command
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery, RecordReaction, RecordSeen
from tests.backend.channels.meta_lines import BUDI, PAGE, PROFESSIONAL, MetaLine, meta_line
from tests.simulators.graph.hooks import encoded, entries, signed
from tests.simulators.graph.messaging import PAGE_INBOX


def told(line: MetaLine, batch: bool = False) -> list[Command]:
    """All that Meta told this account since the last look, as one delivery."""
    happened, line.simulator.hooks.events = line.simulator.hooks.events, []
    packed = entries(happened, "changes" if batch else "entries", line.simulator.world.now())
    body = encoded({"object": line.theirs.kind, "entry": packed})
    headers = {name.lower(): value for name, value in signed(line.theirs.app, body).items()}
    assert line.channel.verify(line.account, WebhookRequest(headers, body))
    assert not line.channel.verify(line.account, WebhookRequest(headers, body + b"\n"))
    return [command for _, command in line.channel.parse(line.account, body)]


def texts(found: list[Command]) -> list[tuple[str, str]]:
    return [(it.text, it.shown_as) for it in found if isinstance(it, ReceiveMessage)]


@pytest.mark.parametrize("batch", [False, True])
async def test_messenger(batch: bool) -> None:
    async with meta_line("messenger") as line:
        meta, handover = line.simulator.messenger, line.simulator.page_handover
        said = await meta.text(PAGE, BUDI, "Halo")
        mid = said["message"]["mid"]
        await meta.quick_reply(PAGE, BUDI, "Ya", "YES")
        await meta.postback(PAGE, BUDI, "Mulai", "GET_STARTED")
        await meta.sticker(PAGE, BUDI)
        await meta.edit(PAGE, BUDI, mid, "Halo lagi")
        await meta.inbox_says(PAGE, BUDI, "Dari kotak masuk")
        await handover.taken(PAGE, BUDI, PAGE_INBOX, "Kami ambil")
        await meta.text(PAGE, BUDI, "Halo bot")
        await handover.passed(PAGE, BUDI, metadata="Minta manusia")
        found = told(line, batch)
        assert texts(found) == [
            ("Halo", ""), ("Ya", ""), ("Mulai", ""), ("", "sticker"), ("Halo lagi", ""), ("Dari kotak masuk", ""),
            ("Kami ambil", "take_thread_control"), ("Halo bot", ""), ("Minta manusia", "pass_thread_control"),
        ]  # fmt: skip
        quiet = {it.text for it in found if isinstance(it, ReceiveMessage) and it.quiet}
        assert quiet == {"Kami ambil", "Halo bot"}
        assert {it.text for it in found if isinstance(it, ReceiveMessage) and it.elsewhere} == {"Dari kotak masuk"}


async def test_messengers_receipts_and_reactions_find_what_was_sent() -> None:
    async with meta_line("messenger") as line:
        await line.send(line.message())
        (sent,) = await line.simulator.sent()
        await line.simulator.messenger.delivered(PAGE, BUDI, sent)
        await line.simulator.messenger.read(PAGE, BUDI)
        await line.simulator.messenger.reaction(PAGE, BUDI, sent.id, "❤️", "love")
        await line.simulator.messenger.echo(sent)
        mid, until, read, reaction, echo = told(line)
        assert isinstance(mid, RecordDelivery)
        assert isinstance(until, RecordSeen)
        assert isinstance(read, RecordSeen)
        assert isinstance(reaction, RecordReaction)
        assert isinstance(echo, RecordDelivery)
        assert (mid.provider_id, mid.state, until.state, read.state) == (
            sent.id, DeliveryState.DELIVERED, DeliveryState.DELIVERED, DeliveryState.READ,
        )  # fmt: skip
        assert (reaction.provider_id, echo.message_id) == (sent.id, sent.body["message"]["metadata"])


async def test_instagram() -> None:
    async with meta_line("instagram") as line:
        meta = line.simulator.instagram
        said = await meta.text(PROFESSIONAL, BUDI, "Halo")
        await meta.story_mention(PROFESSIONAL, BUDI)
        await meta.story_reply(PROFESSIONAL, BUDI, "Keren")
        await meta.unsupported(PROFESSIONAL, BUDI)
        await meta.unsend(PROFESSIONAL, BUDI, said["message"]["mid"])
        await line.send(line.message())
        (sent,) = await line.simulator.sent()
        await meta.read(PROFESSIONAL, BUDI, sent)
        await meta.echo(sent)
        found = told(line)
        assert texts(found) == [
            ("Halo", ""), ("", "story_mention"), ("Keren", ""), ("", "unsupported"), ("", "deleted"),
            ("Baik, kami cek dulu ya.", ""),
        ]  # fmt: skip
        *_, read, echo = found
        assert isinstance(read, RecordDelivery)
        assert isinstance(echo, ReceiveMessage)
        assert (read.provider_id, read.state) == (sent.id, DeliveryState.READ)
        assert (echo.provider_id, echo.elsewhere) == (sent.id, True)


async def test_a_file_of_the_customers_is_fetched_from_where_meta_says() -> None:
    async with meta_line("messenger") as line:
        await line.simulator.messenger.file(PAGE, BUDI, "image", b"isi foto", "image/png", "foto.png")
        (command,) = told(line)
        assert isinstance(command, ReceiveMessage)
        (remote,) = command.media

        @asynccontextmanager
        async def fetched(url: str) -> AsyncIterator[Download]:
            answer = await line.http.get(url)
            yield Download(answer.aiter_bytes(), answer.headers["content-type"])

        def fetch(url: str, *, headers: object = None) -> AbstractAsyncContextManager[Download]:
            assert headers is None  # Meta's media server asks for no token, and is given none
            return fetched(url)

        async with line.channel.open(line.account, remote, httpx.AsyncClient(), fetch) as download:
            assert b"".join([chunk async for chunk in download.chunks]) == b"isi foto"
            assert download.media_type == "image/png"
