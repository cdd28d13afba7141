"""The main job over web chat: a customer writes in a browser, an agent answers in a native window."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.agent_window import PROGRAM, AgentWindow, agent_window
from tests.end_to_end.company import BACK_OFFICE, Company, open_company, webchat
from tests.end_to_end.visitor_page import VisitorPage, visitor_page
from tests.support import virtual_screen as screens
from tests.support.virtual_screen import Screen

FROZEN = Path("dist/omnix-desktop/omnix-desktop").resolve()
Desk = Callable[[], AbstractContextManager[AgentWindow]]
pytestmark = [pytest.mark.browser, pytest.mark.screen, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with open_company(tmp_path, webchat()) as opened:
        yield opened


@pytest.fixture
def visitor(company: Company) -> Iterator[VisitorPage]:
    with visitor_page(company.chat_url) as page:
        yield page


@pytest.fixture(params=[
    pytest.param(PROGRAM, id="source"),
    pytest.param((str(FROZEN),), id="frozen", marks=[
        pytest.mark.frozen, pytest.mark.skipif(not FROZEN.exists(), reason="`make test-package` makes it first")
    ]),
])  # fmt: skip
def program(request: pytest.FixtureRequest) -> Sequence[str]:
    """The desktop as it is started: from the source, and as it is installed."""
    command: Sequence[str] = request.param
    return command


@pytest.fixture
def ratnas_desk(virtual_screen: Screen, company: Company, tmp_path: Path, program: Sequence[str]) -> Desk:
    """The program started on her machine, as often as she likes."""
    return partial(agent_window, virtual_screen, company, tmp_path / "ratna", program=program)


@pytest.fixture
def ratna(ratnas_desk: Desk) -> Iterator[AgentWindow]:
    with ratnas_desk() as window:
        yield window


@pytest.fixture
def kartini(company: Company, tmp_path: Path, program: Sequence[str]) -> Iterator[AgentWindow]:
    """The supervisor, at a desk of her own, with the wallboard open."""
    home = tmp_path / "kartini"
    with (
        screens.virtual_screen(1920, 1080) as screen,
        agent_window(screen, company, home, "--wallboard", program=program) as window,
    ):
        yield window


def test_from_a_customers_browser_to_an_agents_window_and_back(
    company: Company, visitor: VisitorPage, ratna: AgentWindow, kartini: AgentWindow, ratnas_desk: Desk
) -> None:
    kartini.sign_in(company.email("Kartini"))
    kartini.wallboard_shows(waiting=0, handling=0, handled=0)
    ratna.sign_in(company.email("Ratna"))

    visitor.gives_name("Wulan")
    visitor.writes("Halo, internet saya mati sejak pagi 🙏")
    ratna.somebody_waits()
    kartini.wallboard_shows(waiting=1)
    kartini.opens_list_behind("waiting", "Wulan")
    ratna.take_next("Halo, internet saya mati sejak pagi 🙏")
    kartini.wallboard_shows(waiting=0, handling=1)

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
    kartini.wallboard_shows(handling=0, handled=1)

    ratna.quit()
    with ratnas_desk() as next_morning:  # the keychain knows who she is
        next_morning.is_connected()
        next_morning.has_finished("Wulan")
