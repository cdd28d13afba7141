"""The main job over Telegram, against a Telegram that somebody else wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.accounts import NewAccount
from tests.end_to_end.agent_window import AgentWindow, agent_window
from tests.end_to_end.company import GROUP, Company, open_company
from tests.support.telegram_stranger import TelegramStranger, telegram_stranger
from tests.support.virtual_screen import Screen

pytestmark = [pytest.mark.screen, pytest.mark.slow, pytest.mark.timeout(400)]
TOKEN = "700100201:AAan-invented-token-of-an-invented-bot"


@pytest.fixture
def telegram() -> Iterator[TelegramStranger]:
    with telegram_stranger(TOKEN) as stranger:
        yield stranger


@pytest.fixture
def company(tmp_path: Path, telegram: TelegramStranger) -> Iterator[Company]:
    bot = NewAccount(
        kind="telegram", name="@samudra_bot", group=GROUP, settings={"base_url": telegram.url}, secrets={"token": TOKEN}
    )
    with open_company(tmp_path, bot) as opened:
        yield opened


@pytest.fixture
def ratna(virtual_screen: Screen, company: Company, tmp_path: Path) -> Iterator[AgentWindow]:
    with agent_window(virtual_screen, company, tmp_path / "ratna") as window:
        yield window


def test_from_a_strangers_telegram_to_an_agents_window_and_back(
    company: Company, telegram: TelegramStranger, ratna: AgentWindow
) -> None:
    ratna.sign_in(company.email("Ratna"))

    telegram.customer_writes("Tagihan saya dobel 😟")
    ratna.somebody_waits()
    ratna.take_next("Tagihan saya dobel 😟")

    ratna.reply("Mohon tunggu, kami cek tagihannya")
    ratna.memo("Sudah ketiga kalinya")
    ratna.reply("Tagihan kedua sudah dibatalkan")
    telegram.customer_reads("Mohon tunggu, kami cek tagihannya", "Tagihan kedua sudah dibatalkan")

    telegram.customer_writes("Terima kasih")
    ratna.reads("Terima kasih")
    ratna.end()
