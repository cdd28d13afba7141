"""The packaged program begins itself once more; from the source that is tests/desktop/ui/test_restart.py."""

import os
import signal
from pathlib import Path

import pytest

from tests.end_to_end.agent_window import agent_window
from tests.end_to_end.company import open_company, webchat
from tests.end_to_end.test_main_job_webchat import FROZEN
from tests.support.virtual_screen import Screen
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.frozen, pytest.mark.screen, pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.mark.skipif(not FROZEN.exists(), reason="`make test-package` makes it first")
def test_it_leaves_and_is_there_again(virtual_screen: Screen, tmp_path: Path) -> None:
    with (
        open_company(tmp_path, webchat()) as company,
        agent_window(virtual_screen, company, tmp_path / "ratna", program=(str(FROZEN),)) as ratna,
    ):
        ratna.sign_in(company.email("Ratna"))
        (first,) = windows(virtual_screen)
        ratna.desk.key("ctrl+k")
        ratna.desk.type("Mulai ulang program")
        ratna.desk.key("Return")
        ratna.desk.until(lambda: ratna.desk.process.poll() == 0, "the program has ended")
        (second,) = wait_until(lambda: windows(virtual_screen) - {first}, "it is there again", 60)
        os.kill(second, signal.SIGTERM)
        wait_until(lambda: not windows(virtual_screen), "the second one has ended")


def windows(screen: Screen) -> set[int]:
    """The processes that show a window."""
    return {int(line.split()[2]) for line in screen.run("wmctrl", "-lp").splitlines()}
