"""The way the end-to-end tests look at a window and use it is itself sound."""

import sys
from pathlib import Path

from tests.end_to_end.desk import desk
from tests.support.virtual_screen import Screen
from tests.support.waiting import wait_until

PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QPushButton, QVBoxLayout, QWidget
app = QApplication(sys.argv)
window, centre = QMainWindow(), QWidget()
box = QVBoxLayout(centre)
line, label, button = QLineEdit(), QLabel("nothing yet"), QPushButton("Say it")
line.setAccessibleName("Words")
button.clicked.connect(lambda: label.setText("said: " + line.text()))
line.returnPressed.connect(lambda: label.setText("entered: " + line.text()))
for widget in (line, label, button):
    box.addWidget(widget)
window.setCentralWidget(centre)
window.show()
app.exec()
"""


def test_a_window_is_read_and_used_like_a_person_would(virtual_screen: Screen, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    with desk(virtual_screen, [sys.executable, str(script)]) as window:
        window.write("Terima kasih 🙏", name="Words", role="text")
        window.press(name="Say it")
        window.see(name="said: Terima kasih 🙏")
        window.click(name="Words")
        wait_until(lambda: window.see(name="Words").focused, "the click gives the focus")
        window.key("End", "exclam", "Return")
        window.see(name="entered: Terima kasih 🙏!")
        assert not window.all(name="nothing yet")
