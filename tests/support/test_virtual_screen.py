"""The virtual desktop is complete, alone, and gone afterwards."""

import subprocess
import sys

import psutil
import pytest

from tests.support.virtual_screen import Screen, virtual_screen
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.screen]

KEEP_A_SECRET = (
    "import keyring\n"
    "keyring.set_password('omnix', 'ani', 'token')\n"
    "print(type(keyring.get_keyring()).__module__, keyring.get_password('omnix', 'ani'))\n"
)
SHOW_A_WINDOW = (
    "import sys\n"
    "from PySide6.QtWidgets import QApplication, QLabel\n"
    "app = QApplication(sys.argv)\n"
    "window = QLabel('halo')\n"
    "window.setWindowTitle('Omnix on trial')\n"
    "window.setStyleSheet('background: #ff0000')\n"
    "window.resize(300, 200)\n"
    "window.show()\n"
    "app.exec()\n"
)
READ_THE_TREE = "import pyatspi, sys\nsys.exit(not [app for app in pyatspi.Registry.getDesktop(0) if app])\n"
UNTIL_READ = 'until /usr/bin/python3 -c "$0"; do sleep 0.1; done'
WHICH_KEYCHAIN = "import keyring; print(type(keyring.get_keyring()).__module__)"


def test_a_secret_is_kept_in_the_screens_own_keychain(virtual_screen: Screen) -> None:
    assert virtual_screen.run(sys.executable, "-c", KEEP_A_SECRET) == "keyring.backends.SecretService token"


def test_a_window_is_seen_by_mouse_eye_and_screen_reader(virtual_screen: Screen) -> None:
    program = subprocess.Popen([sys.executable, "-c", SHOW_A_WINDOW], env=dict(virtual_screen.env))
    try:
        found = virtual_screen.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "Omnix on trial")
        assert found
        virtual_screen.run("timeout", "20", "bash", "-c", UNTIL_READ, READ_THE_TREE)
        assert virtual_screen.picture().size == (virtual_screen.width, virtual_screen.height)
    finally:
        program.kill()
        program.wait()


def test_nothing_is_left_of_a_screen() -> None:
    with virtual_screen(800, 600, keychain=False) as screen:
        assert screen.run(sys.executable, "-c", WHICH_KEYCHAIN) == "keyring.backends.fail"
        address = screen.env["DBUS_SESSION_BUS_ADDRESS"]
        ours = [process for process in psutil.process_iter() if belongs(process, address)]
        assert len(ours) >= 3
    gone, alive = psutil.wait_procs(ours, timeout=10)
    assert gone
    assert not alive
    assert not [process for process in psutil.process_iter() if belongs(process, address)]


def belongs(process: psutil.Process, address: str) -> bool:
    try:
        return bool(process.environ().get("DBUS_SESSION_BUS_ADDRESS") == address)
    except psutil.Error:
        return False


def test_a_screen_ends_with_a_test_process_that_is_killed() -> None:
    script = (
        "import time\n"
        "from tests.support.virtual_screen import virtual_screen\n"
        "with virtual_screen(800, 600) as screen:\n"
        "    print(screen.env['DBUS_SESSION_BUS_ADDRESS'], flush=True)\n"
        "    time.sleep(600)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    address = holder.stdout.readline().strip()
    assert any(belongs(process, address) for process in psutil.process_iter())
    holder.kill()
    holder.communicate()
    wait_until(lambda: not any(belongs(process, address) for process in psutil.process_iter()), "all of it has ended")
