"""Every state of the web chat, on a phone and on a desk, in both languages, held against WCAG by axe."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from omnix_protocol import codec
from omnix_protocol.content import Button
from omnix_protocol.messages import Attachment
from tests.end_to_end.chat_office import DESK, PHONE, Office, closed_now, office_at
from tests.support.axe import violations
from tests.support.pictures import plain
from tests.support.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = Path("build/webchat")
WORDS = {
    "id-ID": {"send": "Kirim", "write": "Tulis pesan", "start": "Mulai chat", "open": "Buka chat"},
    "en-GB": {"send": "Send", "write": "Write a message", "start": "Start the chat", "open": "Open the chat"},
}
ASKS = {"ask_name": "required", "ask_email": "required", "ask_phone": "optional", "ask_topic": "required"}
BUTTONS = (
    Button(id="yes", title="Ya, benar"),
    Button(id="no", title="Bukan"),
    Button(id="site", title="Situs", url="https://b.example"),
)
CONSENT = "Saya setuju data saya dipakai untuk menjawab."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_at(tmp_path) as office:
        yield office


class Walk:
    """One size and one language; each state is looked at by axe and photographed."""

    def __init__(self, office: Office, size: dict[str, int], locale: str) -> None:
        self.office, self.size, self.locale = office, size, locale
        self.words = WORDS[locale]
        self.found: dict[str, list[str]] = {}

    async def look(self, page: Page, state: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        name = f"{state}-{'phone' if self.size is PHONE else 'desk'}-{self.locale[:2]}"
        await page.screenshot(path=SHOTS / f"{name}.png")
        for frame in page.frames:
            self.found.setdefault(state, []).extend(await violations(frame))
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"

    async def page(self, query: str = "", scheme: str = "light", **settings: str) -> Page:
        route = await self.office.account(title="Tanya Samudra", **settings)
        return await self.office.page(route, self.size, self.locale, query, scheme=scheme)

    async def write(self, page: Page, text: str) -> None:
        await page.get_by_label(self.words["write"]).fill(text)
        await page.get_by_role("button", name=self.words["send"], exact=True).click()

    async def form(self) -> None:
        page = await self.page(**ASKS, topics="Tagihan; Gangguan", consent=CONSENT)
        await expect(page.get_by_label(self.words["write"])).to_be_hidden()
        await self.look(page, "form")
        await page.get_by_role("button", name=self.words["start"]).click()
        await expect(page.locator("#intro-fault")).not_to_be_empty()
        await self.look(page, "form-error")

    async def chat(self, theme: str = "light") -> None:
        page = await self.page(scheme=theme, ask_name="no", ask_email="no", colour="#ffd400", logo="TS")
        await self.write(page, "Halo, lihat https://contoh.example/bantuan ya")
        picked = await self.office.picked_up()
        await self.office.reply(picked, "Selamat siang, kami cek dulu.", await self.picture())
        files = [
            FilePayload(name="foto.png", mimeType="image/png", buffer=plain("PNG", size=(200, 150))),
            FilePayload(name="catatan.txt", mimeType="text/plain", buffer=b"halo"),
        ]
        await page.set_input_files("#picker", files)
        await self.write(page, "Ini fotonya")
        await expect(page.locator("#thread .mine .attachment.picture")).to_be_visible(timeout=15_000)
        await self.office.reply(picked, "Apakah ini modem Anda?", buttons=BUTTONS)
        await expect(page.locator(".choices .choice")).to_have_count(3, timeout=15_000)
        await self.look(page, f"chat-{theme}")
        await page.context.set_offline(True)
        await self.write(page, "Saya tulis tanpa jaringan")
        await page.set_input_files("#picker", [FilePayload(name="x.txt", mimeType="text/plain", buffer=b"x")])
        await page.locator("#files .failed").wait_for()
        await page.locator("#more").click()
        await self.look(page, f"offline-{theme}")

    async def picture(self) -> Attachment:
        """One of the agent's, in the store."""
        token = (await self.office.server.sign_in("agent@samudra.example")).access_token
        headers = {"Authorization": f"Bearer {token}", "X-File-Name": "kabel.png", "Content-Type": "image/png"}
        body = plain("PNG", size=(320, 200))
        answer = await self.office.server.http.post("/v1/files", content=body, headers=headers)
        return codec.decode(answer.content, Attachment)

    async def outside(self) -> None:
        for way in ("message", "form", "closed"):
            page = await self.page(hours=closed_now(), outside=way)
            await expect(page.locator("#office")).not_to_be_empty()
            await self.look(page, f"outside-{way}")

    async def button(self) -> None:
        route = await self.office.account(
            proactive_text="Ada yang bisa kami bantu memilih paket?",
            proactive_seconds="0",
            position="left",
            origins="*",
        )

        async def shop(_: Request) -> HTMLResponse:
            script = f'<script src="{self.office.url(route)}/widget.js" async></script>'
            head = f'<!doctype html><html lang="{self.locale[:2]}"><head><title>Toko</title></head>'
            ours = self.office.server.url
            policy = f"default-src 'none'; script-src {ours}; frame-src {ours}; require-trusted-types-for 'script'"
            page = f"{head}<body><main><h1>Toko</h1></main>{script}</body></html>"
            return HTMLResponse(page, headers={"Content-Security-Policy": policy})

        async with serving(Starlette(routes=[Route("/", shop)])) as address:
            page = await (await self.office.context(self.size, self.locale)).new_page()
            await page.goto(address)
            await page.locator(".hello .say:not(:empty)").wait_for()
            await self.look(page, "greeting")
            await page.locator(".hello .away").click()
            await self.look(page, "closed")
            await page.get_by_role("button", name=self.words["open"]).click()
            await page.frame_locator("iframe").get_by_label(self.words["write"]).wait_for()
            await self.look(page, "framed")


@pytest.mark.parametrize("locale", ["id-ID", "en-GB"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_no_state_breaks_a_rule_of_wcag(office: Office, size: dict[str, int], locale: str) -> None:
    walk = Walk(office, size, locale)
    await walk.form()
    await walk.chat()
    await walk.chat("dark")
    await walk.outside()
    await walk.button()
    assert {state: found for state, found in walk.found.items() if found} == {}


async def test_at_twice_the_size_everything_can_still_be_reached(office: Office) -> None:
    walk = Walk(office, {"width": 683, "height": 384}, "id-ID")
    page = await walk.page()
    await walk.write(page, "Halo")
    await expect(page.get_by_label("Tulis pesan")).to_be_in_viewport()
    await walk.look(page, "zoom")
    page = await walk.page(**ASKS)
    await page.get_by_role("button", name="Mulai chat").click()
    await expect(page.locator("#intro-fault")).to_have_text("Tulis nama Anda.")
    await expect(page.get_by_label("Nama")).to_be_focused()
    await walk.look(page, "zoom-form")
