"""Malformed mail: none crashes, none executes, each becomes a readable interaction (issue 3, shown by 4)."""

import time
from functools import cache

import msgspec
import pytest
from playwright.async_api import Dialog, Page, Request, Route

from backend.channels.base import AccountView
from backend.channels.email import Email
from backend.channels.email.parsing import Mail, file_bytes, read_mail
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from omnix_protocol.messages import TEXT_MAX, ReceiveMessage
from omnix_protocol.text import encode_storable
from tests.support.browser import chromium
from tests.support.hostile_html import attempts
from tests.support.hostile_mail import hostile_mails
from tests.support.html_judge import offences
from tests.support.waiting import until

PATIENCE_SECONDS = 5.0
"""Of the processor, for one mail; the slowest takes one on a machine of 2020."""
PAGES = 20
LOOK_AROUND = """() => {
  for (const mail of document.querySelectorAll('section')) mail.innerHTML = mail.innerHTML;
  const bad = [];
  for (const element of document.querySelectorAll('section *')) {
    for (const attribute of element.attributes)
      if (attribute.name.startsWith('on')) bad.push(element.outerHTML.slice(0, 200));
    if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') bad.push(element.outerHTML.slice(0, 200));
    if (['SCRIPT', 'STYLE', 'FORM', 'INPUT', 'BUTTON', 'IFRAME', 'OBJECT', 'EMBED', 'LINK', 'META', 'BASE']
        .includes(element.tagName)) bad.push(element.outerHTML.slice(0, 200));
    if (element.href && !['http:', 'https:', 'mailto:', 'tel:'].includes(element.protocol)) bad.push(element.href);
    if (getComputedStyle(element).position !== 'static') bad.push(element.outerHTML.slice(0, 200));
  }
  return bad;
}"""


@cache
def read() -> dict[str, tuple[bytes, Mail, float]]:
    """Every mail, as read, with the seconds of the processor that it took."""
    found = {}
    for name, raw in hostile_mails():
        begun = time.thread_time()
        mail = read_mail(raw, "cs@toko.example")
        found[name] = raw, mail, time.thread_time() - begun
    return found


@pytest.mark.slow
def test_each_of_300_broken_mails_becomes_something_readable() -> None:
    assert len(read()) >= 300
    assert sum(name.startswith("library") for name in read()) >= 40
    for name, (_, mail, _) in read().items():
        assert mail.text.strip(), name
        assert len(mail.text) <= TEXT_MAX, name
        shown = (
            mail.text,
            mail.html,
            mail.subject,
            mail.sender.name,
            mail.sender.address,
            *(f.name for f in mail.files),
        )
        for text in shown:
            text.encode()  # no half of a surrogate pair
            assert "\0" not in text, name
        assert all("\n" not in text and "\r" not in text for text in shown[2:]), name


@pytest.mark.slow
def test_each_becomes_one_message_that_the_server_takes() -> None:
    account = AccountView(
        TenantId(new_id()), ChannelAccountId(new_id()), "email", {"address": "cs@toko.example"}, {"password": "x"}
    )
    for name, (raw, _, _) in read().items():
        ((_, command),) = Email().parse(account, raw)
        assert isinstance(command, ReceiveMessage), name
        assert msgspec.json.decode(encode_storable(command), type=ReceiveMessage).text == command.text, name


@pytest.mark.slow
def test_none_of_them_takes_long() -> None:
    slow = {name: seconds for name, (_, _, seconds) in read().items() if seconds > PATIENCE_SECONDS}
    assert not slow


@pytest.mark.slow
def test_nothing_in_the_sanitised_html_runs_loads_sends_or_escapes() -> None:
    found = {name: offences(mail.html) for name, (_, mail, _) in read().items()}
    assert not {name: wrong for name, wrong in found.items() if wrong}
    assert sum("visible" in mail.html for _, mail, _ in read().values()) >= 150  # they were not simply thrown away


@pytest.mark.slow
def test_every_file_of_them_is_found_again_and_named_harmlessly() -> None:
    for name, (raw, mail, _) in read().items():
        for file in mail.files[:5]:
            content = file_bytes(raw, file.path)
            assert content is not None, (name, file)
            assert len(content) == file.size, (name, file)
            assert file.name.isprintable(), (name, file)
            assert not set(file.name) & set('/\\<>"'), (name, file)
            assert file.name.strip(". "), (name, file)


def test_the_judge_sees_what_an_unsanitised_mail_holds() -> None:
    shown = [html for html in attempts() if len(html) < 2000]
    seen = [html for html in shown if offences(html)]
    assert len(seen) > 0.9 * len(shown)  # the others mean harm to programs that read HTML otherwise


@pytest.mark.slow
@pytest.mark.browser
async def test_nothing_happens_when_a_real_browser_shows_them_all() -> None:
    bodies = list(dict.fromkeys(mail.html for _, mail, _ in read().values() if mail.html))
    async with chromium() as browser:
        page = await browser.new_page()
        happened = await watched(page)
        for start in range(0, len(bodies), PAGES):
            shown = "".join(f"<section>{body}</section>" for body in bodies[start : start + PAGES])
            await page.set_content(f"<!DOCTYPE html><html><body>{shown}</body></html>")
            assert not await page.evaluate(LOOK_AROUND)
        assert not happened
        await page.set_content("<img src=https://evil.example/a.png onerror=pwned()>")  # the watch is awake
        await until(lambda: "ran" in happened, "the control's script runs")
        assert {"ran", "request https://evil.example/a.png"} <= set(happened)


async def watched(page: Page) -> list[str]:
    """What happens on this page that a mail may not bring about."""
    happened: list[str] = []

    async def dismiss(dialog: Dialog) -> None:
        happened.append(f"dialog {dialog.message}")
        await dialog.dismiss()

    async def refuse(route: Route) -> None:
        await route.abort()

    def requested(request: Request) -> None:
        if not request.url.startswith(("about:", "data:image/", "cid:")):
            happened.append(f"request {request.url}")

    page.on("dialog", dismiss)
    page.on("request", requested)
    page.on("popup", lambda popup: happened.append(f"popup {popup.url}"))
    page.on("download", lambda download: happened.append(f"download {download.url}"))
    await page.route("**/*", refuse)
    await page.expose_function("pwned", lambda: happened.append("ran"))
    await page.goto("about:blank")
    return happened
