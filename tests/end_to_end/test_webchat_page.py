"""A visitor writes in a real browser: nothing is lost, nothing is doubled, and what is shown is true."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from backend import accounts
from backend.runner import Actor
from backend.store.engine import DatabaseSettings
from omnix_protocol import codec, scopes
from omnix_protocol.base import Command
from omnix_protocol.conversations import Interaction, PickedUp, PickUpNext
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId, MemoId, MessageId, QueueId, UserId, new_id
from omnix_protocol.messages import AddMemo, DeliveryState, Message, Typing
from omnix_protocol.people import RecordPresence
from tests.support.backend import Backend, People, founded, running, settings_for
from tests.support.browser import chromium
from tests.support.replies import reply_in
from tests.support.serving import serving
from tests.support.stores import migrated_sqlite
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Chat:
    """The server, a visitor's browser, and an agent who can be told what to do."""

    server: Backend
    people: People
    route: str
    browser: Browser
    context: BrowserContext

    @property
    def url(self) -> str:
        return f"{self.server.url}/chat/{self.route}"

    async def page(self, **query: str) -> Page:
        page = await self.context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page failed: {error}"))
        await page.goto(self.url + "".join(f"?{key}={value}" for key, value in query.items()))
        return page

    async def do(self, command: Command, actor: Actor | None = None) -> Result:
        agent = actor or Actor("user", self.people.agent)
        result = await self.server.parts.runner.do(self.people.tenant_id, agent, CommandId(new_id()), command)
        assert result.refused is None, result.refused
        return result

    async def waiting(self) -> list[Interaction]:
        route = await self.server.parts.store.control.route(self.route)
        assert route is not None
        async with self.server.parts.store.read(self.people.tenant_id) as tx:
            (queue,) = await tx.channels.queues_of_account(route.channel_account_id)
            return await tx.conversations.waiting_page(QueueId(queue.id))

    async def pick_up(self) -> PickedUp:
        await until(self.waiting, "the visitor waits in the queue")
        return codec.decode((await self.do(PickUpNext())).body, PickedUp)

    async def reply(self, picked: PickedUp, text: str) -> MessageId:
        place = picked.conversation_id, picked.interaction_id
        command = await reply_in(self.server.parts.store, self.people.tenant_id, *place, text)
        await self.do(command)
        return command.message_id

    async def stored(self, picked: PickedUp) -> list[Message]:
        async with self.server.parts.store.read(self.people.tenant_id) as tx:
            messages, _, _ = await tx.messages.entries(picked.conversation_id, None, 200)
        return messages

    async def state(self, message_id: MessageId, state: DeliveryState) -> None:
        async def there() -> bool:
            async with self.server.parts.store.read(self.people.tenant_id) as tx:
                message = await tx.get(Message, message_id)
            return message is not None and message.state is state

        await until(there, f"the reply is {state}")


@pytest.fixture
def database(tmp_path: Path) -> DatabaseSettings:
    return migrated_sqlite(tmp_path)


@pytest.fixture
async def chat(database: DatabaseSettings, tmp_path: Path) -> AsyncIterator[Chat]:
    async with running(settings_for(database, tmp_path)) as server, chromium() as browser:
        people = await founded(server.parts)
        account = accounts.NewAccount(
            kind="webchat", name="Tanya Samudra", group="Layanan", settings={"title": "Tanya Samudra", "origins": "*"}
        )
        route = await accounts.add_channel(server.parts, "samudra", account)
        await server.as_system(people.tenant_id, RecordPresence(user_id=UserId(people.agent), devices=("tes",)))
        context = await browser.new_context(locale="id-ID", viewport={"width": 390, "height": 844})
        yield Chat(server, people, route, browser, context)
        await context.close()


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Tulis pesan").fill(text)
    await page.get_by_role("button", name="Kirim", exact=True).click()


async def shown(page: Page, *texts: str) -> None:
    await expect(page.locator("#thread .bubble > p")).to_have_text(list(texts), timeout=15_000)


async def test_a_visitor_and_an_agent_talk_and_the_memo_stays_inside(chat: Chat) -> None:
    page = await chat.page()
    await page.get_by_label("Nama").fill("Wulan")
    await page.get_by_role("button", name="Simpan").click()
    await write(page, "Halo 👩‍👩‍👧‍👦 <b>internet</b> mati")
    await expect(page.locator(".message.mine .state")).to_have_text("Terkirim")
    picked = await chat.pick_up()
    (message,) = await chat.stored(picked)
    assert (message.text, message.author_name) == ("Halo 👩‍👩‍👧‍👦 <b>internet</b> mati", "Wulan")
    await chat.do(
        AddMemo(
            memo_id=MemoId(new_id()),
            conversation_id=picked.conversation_id,
            interaction_id=picked.interaction_id,
            text="rahasia",
        )
    )
    reply = await chat.reply(picked, "Selamat siang, kami cek.")
    await shown(page, "Halo 👩‍👩‍👧‍👦 <b>internet</b> mati", "Selamat siang, kami cek.")
    await chat.state(reply, DeliveryState.READ)
    assert "rahasia" not in await page.content()


async def test_what_is_written_without_a_network_goes_out_once_when_it_is_back(chat: Chat) -> None:
    page = await chat.page()
    await write(page, "satu")
    await shown(page, "satu")
    await expect(page.locator(".message.mine .state")).to_have_text("Terkirim")
    await chat.context.set_offline(True)
    await expect(page.get_by_role("status").first).to_contain_text("Tidak ada jaringan")
    await write(page, "dua")
    await write(page, "tiga")
    await expect(page.locator(".message.waiting")).to_have_count(2)
    await chat.context.set_offline(False)
    await expect(page.locator(".message.waiting")).to_have_count(0, timeout=15_000)
    await shown(page, "satu", "dua", "tiga")
    picked = await chat.pick_up()
    assert [message.text for message in await chat.stored(picked)] == ["satu", "dua", "tiga"]


async def test_a_reload_loses_and_doubles_nothing(chat: Chat) -> None:
    page = await chat.page()
    await write(page, "satu")
    await shown(page, "satu")
    await page.evaluate("WebSocket.prototype.send = () => {}")  # from here on nothing leaves the page
    await write(page, "dua")
    await page.get_by_label("Tulis pesan").fill("belum selesai")
    await page.reload()
    await shown(page, "satu", "dua")
    assert await page.get_by_label("Tulis pesan").input_value() == "belum selesai"
    await expect(page.locator(".message.waiting, .message.sending")).to_have_count(0, timeout=15_000)
    await page.reload()
    await shown(page, "satu", "dua")
    picked = await chat.pick_up()
    assert [message.text for message in await chat.stored(picked)] == ["satu", "dua"]


async def test_an_answer_that_was_lost_on_the_way_doubles_nothing(chat: Chat) -> None:
    page = await chat.page()
    await page.add_init_script("""
        const real = WebSocket.prototype.send;
        WebSocket.prototype.send = function (data) {
            real.call(this, data);  // the server gets it; the page loses the link before the answer
            if (data.includes('"Say"') && !window.cut) { window.cut = true; this.close(); }
        };
    """)
    await page.reload()
    await write(page, "satu")
    await expect(page.locator(".message.mine .state")).to_have_text("Terkirim", timeout=15_000)
    await shown(page, "satu")
    assert await page.evaluate("window.cut") is True
    picked = await chat.pick_up()
    assert [message.text for message in await chat.stored(picked)] == ["satu"]


async def test_two_tabs_show_the_same_and_send_once(chat: Chat) -> None:
    one, two = await chat.page(), await chat.page()
    await write(one, "dari satu")
    await write(two, "dari dua")
    await shown(one, "dari satu", "dari dua")
    await shown(two, "dari satu", "dari dua")
    picked = await chat.pick_up()
    assert [message.text for message in await chat.stored(picked)] == ["dari satu", "dari dua"]


async def test_a_file_is_checked_before_it_is_sent_and_arrives_whole(chat: Chat) -> None:
    page = await chat.page()
    program = FilePayload(name="jahat.exe", mimeType="application/x-msdownload", buffer=b"MZ")
    await page.set_input_files("#picker", program)
    await expect(page.get_by_role("alert").filter(has_text="jahat.exe")).to_contain_text("tidak didukung")
    await page.set_input_files(
        "#picker", [FilePayload(name="catatan.txt", mimeType="text/plain", buffer=b"halo dunia")]
    )
    await expect(page.locator("#files li")).to_contain_text("10 B")
    await page.get_by_role("button", name="Kirim", exact=True).click()
    await expect(page.get_by_role("button", name="Buka catatan.txt")).to_be_visible()
    picked = await chat.pick_up()
    (message,) = await chat.stored(picked)
    assert [(a.name, a.size) for a in message.attachments] == [("catatan.txt", 10)]
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Buka catatan.txt").click()
    assert Path(await (await download.value).path()).read_bytes() == b"halo dunia"


async def test_the_visitor_sees_that_the_agent_types(chat: Chat) -> None:
    page = await chat.page()
    await write(page, "Halo")
    picked = await chat.pick_up()
    typing = Typing(conversation_id=picked.conversation_id, user_id=UserId(chat.people.agent), name="Sinta")

    async def told() -> bool:
        scope = scopes.conversation(picked.conversation_id)
        chat.server.parts.bus.pulse(chat.people.tenant_id, scope, "Typing", codec.raw(typing))
        await asyncio.sleep(0.05)
        return "Sinta sedang mengetik" in (await page.locator("#typing").text_content() or "")

    await until(told, "the page says that Sinta types")
    await chat.reply(picked, "Halo juga")
    await expect(page.locator("#typing")).to_have_text("")


async def test_a_site_opens_the_chat_from_its_button_by_keyboard(chat: Chat) -> None:
    async def shop(_: Request) -> HTMLResponse:
        script = f'<script src="{chat.url}/widget.js" async></script>'
        return HTMLResponse(f'<!doctype html><html lang="id"><body><h1>Toko</h1>{script}</body></html>')

    async with serving(Starlette(routes=[Route("/", shop)])) as address:
        page = await chat.context.new_page()
        await page.goto(address.replace("127.0.0.1", "localhost"))  # another site than the server's
        await _from_the_button(page)


async def _from_the_button(page: Page) -> None:
    button = page.get_by_role("button", name="Buka chat")
    await button.focus()
    await page.keyboard.press("Enter")
    frame = page.frame_locator("iframe[title=Chat]")
    await frame.get_by_label("Tulis pesan").fill("dari bingkai")
    await page.keyboard.press("Enter")
    await expect(frame.locator(".bubble > p")).to_have_text(["dari bingkai"], timeout=15_000)
    await page.keyboard.press("Escape")
    await expect(page.locator("iframe[title=Chat]")).to_be_hidden()
    await expect(button).to_be_focused()


async def test_every_control_has_a_name_and_the_thread_is_announced(chat: Chat) -> None:
    page = await chat.page()
    nameless = await page.evaluate("""
        [...document.querySelectorAll("button, input, textarea")].filter((one) => !one.hidden && one.type !== "file")
            .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() || (one.labels || []).length))
            .map((one) => one.outerHTML)
    """)
    assert nameless == []
    await expect(page.get_by_role("log", name="Percakapan")).to_have_attribute("aria-live", "polite")
    english = await chat.page(lang="en")
    await expect(english.get_by_label("Write a message")).to_be_visible()
    assert await english.evaluate("document.documentElement.lang") == "en"
    assert await english.evaluate("document.documentElement.scrollWidth <= innerWidth")
