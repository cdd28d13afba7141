"""A screen reader outside the process reads a thread's rows over the accessibility bus."""

import subprocess
import sys

import pytest

from tests.support.virtual_screen import Screen

pytestmark = [pytest.mark.screen]

SHOW_A_THREAD = """
import sys
from PySide6.QtWidgets import QApplication
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets.thread import BubbleThread
from omnix_desktop.ui.widgets.thread_item import ThreadItem
app = QApplication(sys.argv)
app.setApplicationName("omnix-thread")
theme().install(app, "light")
view = BubbleThread()
view.set_items([ThreadItem(str(i), "in", f"pesan {i}", "10:00", speaker="Budi") for i in range(500)])
view.resize(400, 500)
view.show()
app.exec()
"""
READ_ITS_ROWS = """
import pyatspi, sys
app = next(app for app in pyatspi.Registry.getDesktop(0) if app and app.name == "omnix-thread")
rows = pyatspi.findDescendant(app, lambda node: node.getRole() == pyatspi.ROLE_LIST)
box = rows.getChildAtIndex(499).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
print(rows.childCount, rows.getChildAtIndex(499).name, box.width > 100 and box.height > 20)
"""
UNTIL_READ = 'until /usr/bin/python3 -c "$0" 2>/dev/null; do sleep 0.1; done'


def test_rows_read_back_from_outside(virtual_screen: Screen) -> None:
    program = subprocess.Popen([sys.executable, "-c", SHOW_A_THREAD], env=dict(virtual_screen.env))
    try:
        read = virtual_screen.run("timeout", "20", "bash", "-c", UNTIL_READ, READ_ITS_ROWS)
        assert read == "500 Budi, 10:00, pesan 499 True"
        assert program.poll() is None
    finally:
        program.kill()
        program.wait()
