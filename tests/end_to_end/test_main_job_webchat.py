"""The main job over web chat: a customer writes in a browser, an agent answers in a native window."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.agent_window import AgentWindow, agent_window
from tests.end_to_end.company import BACK_OFFICE, Company, open_company, webchat
from tests.end_to_end.visitor_page import VisitorPage, visitor_page
from tests.support.virtual_screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.screen, pytest.mark.slow]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with open_company(tmp_path, webchat()) as opened:
        yield opened


@pytest.fixture
def visitor(company: Company) -> Iterator[VisitorPage]:
    with visitor_page(company.chat_url) as page:
        yield page


@pytest.fixture
def ratna(virtual_screen: Screen, company: Company, tmp_path: Path) -> Iterator[AgentWindow]:
    with agent_window(virtual_screen, company, tmp_path / "ratna") as window:
        yield window


def test_from_a_customers_browser_to_an_agents_window_and_back(
    company: Company, visitor: VisitorPage, ratna: AgentWindow
) -> None:
    ratna.sign_in(company.email("Ratna"))

    visitor.gives_name("Wulan")
    visitor.writes("Halo, internet saya mati sejak pagi 🙏")
    ratna.somebody_waits()
    ratna.take_next("Halo, internet saya mati sejak pagi 🙏")

    ratna.reply("Selamat siang, kami periksa dulu")
    ratna.memo("Pelanggan lama, modem sering panas")
    ratna.reply("Modemnya sudah kami mulai ulang")
    visitor.reads(
        "Halo, internet saya mati sejak pagi 🙏", "Selamat siang, kami periksa dulu", "Modemnya sudah kami mulai ulang"
    )
    assert "modem sering panas" not in visitor.page_text()

    visitor.writes("Sudah menyala, terima kasih")
    ratna.reads("Sudah menyala, terima kasih")
    ratna.create_case("Modem dimulai ulang", "Mulai ulang", "Menyala lagi setelah dimulai ulang")
    ratna.create_ticket("Modem sering panas", "Modem", "Mohon diganti", BACK_OFFICE)
    ratna.end()
