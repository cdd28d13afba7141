"""What the interpreter and Qt must not do to us."""

import subprocess
import sys

import pytest

# PySide6 6.12.0 loses references to None on Python 3.10 and 3.11 and aborts when none is left.
USE_QT = """
import sys
from PySide6.QtCore import QModelIndex, QObject, QStringListModel, Qt, Signal

class Sender(QObject):
    sent = Signal(object)

sender = Sender()
sender.sent.connect(lambda value: None)
model = QStringListModel(["a"])
def turn():
    sender.sent.emit(None)
    model.data(QModelIndex(), Qt.ItemDataRole.UserRole)
    model.setData(model.index(0), None)
    sender.setProperty("x", None)
    sender.property("x")
    sender.parent()
for _ in range(100):
    turn()
before = sys.getrefcount(None)
for _ in range(5000):
    turn()
    {lose}
print(sys.getrefcount(None) - before)
"""
LOSE_ONE = "import ctypes; ctypes.pythonapi.Py_DecRef(ctypes.py_object(None))"


def references_gained(lose: str = "pass") -> int:
    done = subprocess.run([sys.executable, "-c", USE_QT.format(lose=lose)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_qt_loses_no_reference_to_none() -> None:
    assert references_gained() > -1000


def test_a_lost_reference_would_be_seen() -> None:
    with pytest.raises((subprocess.CalledProcessError, AssertionError)):
        assert references_gained(LOSE_ONE) > -1000


def test_this_is_the_python_the_lock_file_is_for() -> None:
    assert sys.version_info[:2] == (3, 11)
