"""What a visitor does with the parts of the web chat in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from omnix_protocol.channels import ChannelAccount, EditChannelAccount
from omnix_protocol.content import Button
from omnix_protocol.conversations import MarkRead
from omnix_protocol.customers import Customer
from tests.end_to_end.chat_office import Office, closed_now, office_at
from tests.support.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 15_000


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_at(tmp_path) as office:
        yield office


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Tulis pesan").fill(text)
    await page.get_by_role("button", name="Kirim", exact=True).click()


async def state(page: Page, text: str, words: str) -> None:
    row = page.locator(".message.mine").filter(has_text=text).locator(".state")
    await expect(row).to_have_text(words, timeout=PATIENCE)


async def test_what_the_form_requires_comes_first_and_is_asked_once(office: Office) -> None:
    route = await office.account(ask_name="required", ask_email="required", ask_phone="optional", ask_topic="required")
    page = await office.page(route)
    await page.get_by_label("Nama").fill("Wulan")
    await page.reload()  # nothing typed is lost
    await expect(page.get_by_label("Nama")).to_have_value("Wulan")
    fault = page.locator("#intro-fault")
    start = page.get_by_role("button", name="Mulai chat")
    for label, value, sentence in (
        ("Email", "wulan", "Tulis alamat email Anda."),
        ("Email", "wulan@contoh.example", "Periksa alamat email, misalnya nama@contoh.id."),
        ("Telepon", "lapar", "Pilih atau tulis topiknya."),
        ("Telepon", "0812 3456 789", "Periksa nomor telepon, misalnya 0812 3456 7890."),
    ):
        await start.click()
        await expect(fault).to_have_text(sentence)
        if label == "Telepon":
            await page.get_by_label("Topik").fill("Tagihan ganda")
        await page.get_by_label(label).fill(value)
    await start.click()
    await write(page, "Halo")
    await state(page, "Halo", "Terkirim")
    await page.reload()
    await expect(page.locator("#intro")).to_be_hidden()
    picked = await office.picked_up()
    conversation = await office.conversation(picked)
    async with office.server.parts.store.read(office.people.tenant_id) as tx:
        customer = await tx.get(Customer, conversation.customer_id)
    assert customer is not None
    assert (customer.name, customer.emails, customer.phones) == ("Wulan", ("wulan@contoh.example",), ("+628123456789",))
    assert conversation.topic is not None
    assert conversation.topic.title == "Tagihan ganda"


async def test_a_page_from_before_the_form_is_asked_and_then_sends_by_itself(office: Office) -> None:
    route = await office.account(ask_phone="optional")
    page = await office.page(route)
    account_id = await office.account_id(route)
    async with office.server.parts.store.read(office.people.tenant_id) as tx:
        account = await tx.get(ChannelAccount, account_id)
    assert account is not None
    changed = account.settings | {"ask_phone": "required"}
    edit = EditChannelAccount(channel_account_id=account_id, base_version=account.version, settings=changed)
    await office.server.as_system(office.people.tenant_id, edit)
    await write(page, "Halo")
    await expect(page.locator(".message.failed")).to_contain_text("lengkapi formulir dulu", timeout=PATIENCE)
    await page.get_by_label("Telepon").fill("0812 3456 789")
    await page.locator("#intro-save").click()
    await state(page, "Halo", "Terkirim")


async def test_a_pressed_button_goes_out_as_what_was_chosen_and_reading_is_told_both_ways(office: Office) -> None:
    page = await office.page(await office.account())
    await write(page, "Halo")
    await state(page, "Halo", "Terkirim")
    picked = await office.picked_up()
    await office.do(MarkRead(conversation_id=picked.conversation_id, position=1))
    await state(page, "Halo", "Dibaca")
    await office.reply(picked, "Benar?", buttons=(Button(id="y", title="Ya, benar"), Button(id="n", title="Bukan")))
    await page.get_by_role("button", name="Ya, benar").click()
    await state(page, "Ya, benar", "Terkirim")
    await expect(page.get_by_role("button", name="Bukan")).to_be_disabled()
    last = (await office.stored(picked))[-1]
    assert (last.text, last.content.chosen if last.content else "") == ("Ya, benar", "y")


async def test_a_file_that_was_lost_on_the_way_is_uploaded_again_and_survives_a_reload(office: Office) -> None:
    page = await office.page(await office.account())
    await page.get_by_role("status").filter(has_text="Terhubung").wait_for()
    await page.route("**/v1/files", lambda way: way.abort())
    await page.set_input_files("#picker", [FilePayload(name="a.txt", mimeType="text/plain", buffer=b"halo")])
    await expect(page.locator("#files .why")).to_have_text(
        "a.txt belum terunggah. Periksa sambungan, lalu unggah lagi."
    )
    await page.unroute("**/v1/files")
    await page.get_by_role("button", name="Unggah lagi: a.txt").click()
    await expect(page.locator("#files .why")).to_have_count(0)
    await expect(page.locator("#files progress")).to_have_count(0)
    await page.reload()
    await expect(page.locator("#files li")).to_contain_text("a.txt")
    await page.get_by_role("button", name="Kirim", exact=True).click()
    await expect(page.get_by_role("button", name="Buka a.txt")).to_be_visible(timeout=PATIENCE)
    await expect(page.locator("#files li")).to_have_count(0)


async def test_a_dropped_file_is_taken_and_too_large_a_one_is_told(office: Office) -> None:
    page = await office.page(await office.account())
    await page.evaluate("""() => {
        const data = new DataTransfer();
        data.items.add(new File(["halo"], "jatuh.txt", { type: "text/plain" }));
        data.items.add(new File([new Uint8Array(21 * 1024 * 1024)], "besar.pdf", { type: "application/pdf" }));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
    }""")
    await expect(page.locator("#files li")).to_have_count(1)
    await expect(page.locator("#composer-fault")).to_have_text("besar.pdf berukuran 21 MB; paling besar 20 MB.")


async def test_outside_office_hours_a_message_is_left_with_where_to_answer(office: Office) -> None:
    page = await office.page(await office.account(hours=closed_now(), outside="form"))
    await page.get_by_label("Nama").fill("Wulan")
    await page.get_by_label("Email").fill("wulan@contoh.example")
    await page.get_by_label("Pesan", exact=True).fill("Tolong hubungi saya")
    await page.get_by_role("button", name="Kirim pesan").click()
    await state(page, "Tolong hubungi saya", "Terkirim")
    await expect(page.locator("#office")).to_contain_text("Terima kasih")
    await page.reload()
    await state(page, "Tolong hubungi saya", "Terkirim")
    picked = await office.picked_up()
    assert [message.text for message in await office.stored(picked)] == ["Tolong hubungi saya"]


async def test_a_greeting_is_shown_once_and_stored_only_with_its_answer(office: Office) -> None:
    given = {
        "proactive_text": "Perlu bantuan?",
        "proactive_seconds": "0",
        "proactive_paths": "/produk/*",
        "origins": "*",
    }
    route = await office.account(**given)

    async def shop(_: Request) -> HTMLResponse:
        script = f'<script src="{office.url(route)}/widget.js" async></script>'
        return HTMLResponse(f'<!doctype html><html lang="id"><body><h1>Toko</h1>{script}</body></html>')

    async with serving(Starlette(routes=[Route("/{rest:path}", shop)])) as address:
        page = await (await office.context({"width": 1366, "height": 768})).new_page()
        await page.goto(f"{address}/tentang")
        await page.get_by_role("button", name="Buka chat").wait_for()
        await expect(page.locator(".hello")).to_have_count(0)
        await page.goto(f"{address}/produk/modem")
        await page.get_by_role("button", name="Perlu bantuan?").click()
        frame = page.frame_locator("iframe[title=Chat]")
        await expect(frame.locator("#greeting")).to_have_text("Perlu bantuan?")
        await expect(frame.locator(".message")).to_have_count(0)
        await frame.get_by_label("Tulis pesan").fill("Ya")
        await page.keyboard.press("Enter")
        await expect(frame.locator(".bubble > p")).to_have_text(["Ya"], timeout=PATIENCE)
        await page.goto(f"{address}/produk/modem")
        await page.get_by_role("button", name="Buka chat").wait_for()
        await expect(page.locator(".hello")).to_have_count(0)
    picked = await office.picked_up()
    (message,) = await office.stored(picked)
    assert message.content is not None
    assert message.content.source is not None
    assert (message.text, message.content.source.text) == ("Ya", "Perlu bantuan?")


async def test_the_focus_stays_in_the_panel_until_it_is_closed(office: Office) -> None:
    route = await office.account(origins="*")

    async def shop(_: Request) -> HTMLResponse:
        return HTMLResponse(
            f'<!doctype html><html lang="id"><body><script src="{office.url(route)}/widget.js"></script></body></html>'
        )

    async with serving(Starlette(routes=[Route("/", shop)])) as address:
        page = await (await office.context({"width": 1366, "height": 768})).new_page()
        await page.goto(address)
        await page.get_by_role("button", name="Buka chat").click()
        await expect(page.frame_locator("iframe").get_by_label("Tulis pesan")).to_be_focused()
        for _ in range(20):
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.shadowRoot?.activeElement?.tagName") == "IFRAME"
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Buka chat")).to_be_focused()


async def test_the_visitor_keeps_a_copy_as_text_and_as_a_page(office: Office) -> None:
    page = await office.page(await office.account(title="Tanya Samudra"))
    await write(page, "<b>Halo</b>")
    picked = await office.picked_up()
    await office.reply(picked, "Selamat siang")
    await expect(page.locator(".message.theirs")).to_have_count(1, timeout=PATIENCE)
    for name, ending, words in (("teks", "txt", "<b>Halo</b>"), ("halaman HTML", "html", "&lt;b&gt;Halo&lt;/b&gt;")):
        await page.get_by_role("button", name="Menu percakapan").click()
        async with page.expect_download() as download:
            await page.get_by_role("button", name=f"Simpan sebagai {name}").click()
        saved = await download.value
        text = await asyncio.to_thread(Path(await saved.path()).read_text, encoding="utf-8")
        assert saved.suggested_filename == f"Tanya-Samudra.{ending}"
        assert words in text
        assert "Selamat siang" in text
    await page.get_by_role("button", name="Menu percakapan").click()
    await expect(page.locator("#mail-me")).to_be_hidden()  # this server sends no mail
    await page.keyboard.press("Escape")
    await expect(page.locator("#menu")).to_be_hidden()


async def test_the_accounts_language_theme_and_colour_hold(office: Office) -> None:
    page = await office.page(await office.account(language="en", theme="dark", colour="#ffd400"), locale="id-ID")
    await expect(page.get_by_label("Write a message")).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 20, 27)"
    assert await page.evaluate("getComputedStyle(document.querySelector('.top')).color") == "rgb(0, 0, 0)"
