"""A customer's browser on the web chat page: what they write, and what they can read."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.support.browser import CHROMIUM, FLAGS

PATIENCE = 20_000


class VisitorPage:
    """One customer with one page open."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def gives_name(self, name: str) -> None:
        self._page.get_by_label("Nama").fill(name)
        self._page.get_by_role("button", name="Simpan").click()

    def writes(self, text: str) -> None:
        self._page.get_by_label("Tulis pesan").fill(text)
        self._page.get_by_role("button", name="Kirim", exact=True).click()
        expect(self._page.locator(".message.mine .state").last).to_have_text("Terkirim", timeout=PATIENCE)

    def reads(self, *texts: str) -> None:
        """Exactly these messages, in this order."""
        expect(self._page.locator("#thread .bubble > p")).to_have_text(list(texts), timeout=PATIENCE)

    def page_text(self) -> str:
        return self._page.locator("body").inner_text()


@contextmanager
def visitor_page(url: str) -> Iterator[VisitorPage]:
    """A real headless Chromium on a phone's screen."""
    if not CHROMIUM.exists():
        pytest.fail(f"There is no {CHROMIUM}: install Debian's chromium, or name another one in OMNIX_TEST_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            page = browser.new_page(locale="id-ID", viewport={"width": 390, "height": 844})
            page.goto(url)
            yield VisitorPage(page)
        finally:
            browser.close()
