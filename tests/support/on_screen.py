"""What a test finds, reads and presses on a screen."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

W = TypeVar("W", bound=QWidget)


def find(within: QWidget, kind: type[W], name: str) -> W:
    found = within.findChild(kind, name)
    assert isinstance(found, kind), name
    return found


def button(within: QWidget, name: str) -> QAbstractButton:
    return find(within, QAbstractButton, name)


def said(within: QWidget) -> set[str]:
    """What can be read there."""
    return {one.text() for one in within.findChildren(QLabel) if one.isVisible() and one.text()}


def type_into(within: QWidget, name: str, words: str) -> None:
    """Instead of what stands there."""
    line = find(within, QLineEdit, name)
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, words)
