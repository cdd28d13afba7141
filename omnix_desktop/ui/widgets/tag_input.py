"""A few short words, each removable: labels, numbers."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Size, Space
from omnix_desktop.ui.widgets.badges import Badge
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.fields import InputBox


class _Tag(QWidget):
    removed = Signal(str)

    def __init__(self, words: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(Badge(words, "accent"))
        cross = IconButton("x", tr("pickers.remove", words=words), size=18, glyph=12)
        cross.clicked.connect(lambda: self.removed.emit(words))
        row.addWidget(cross)


class TagInput(InputBox):
    """Return or a comma takes what was typed; Backspace in the empty field takes the last one off."""

    changed = Signal(list)

    def __init__(self, placeholder: str = "", *, most: int = 20, parent: QWidget | None = None) -> None:
        self.edit = QLineEdit()
        super().__init__(self.edit, parent)
        self._tags: dict[str, _Tag] = {}
        self._most = most
        self.setFixedHeight(Size.CONTROL)
        self.row.setSpacing(Space.XS)
        self.edit.setFrame(False)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setFixedHeight(Size.CONTROL - 6)
        self.edit.textEdited.connect(self._at_comma)
        self.edit.returnPressed.connect(self._take)
        self.edit.setMinimumWidth(80)

    def tags(self) -> list[str]:
        """What stands in it."""
        return list(self._tags)

    def set_tags(self, tags: list[str]) -> None:
        """Replace what stands in it."""
        for words in list(self._tags):
            self._drop(words, tell=False)
        for words in tags:
            self._add(words, tell=False)

    def setAccessibleName(self, name: str) -> None:
        self.edit.setAccessibleName(name)

    def _at_comma(self, words: str) -> None:
        if words.endswith(","):
            self._take()

    def _take(self) -> None:
        words = self.edit.text().strip(" ,")
        self.edit.clear()
        self._add(words)

    def _add(self, words: str, *, tell: bool = True) -> None:
        if not words or words in self._tags or len(self._tags) >= self._most:
            return
        tag = _Tag(words)
        tag.removed.connect(self._drop)
        self._tags[words] = tag
        self.row.insertWidget(self.row.count() - 1, tag)
        if tell:
            self.changed.emit(self.tags())

    def _drop(self, words: str, *, tell: bool = True) -> None:
        tag = self._tags.pop(words, None)
        if tag is not None:
            self.row.removeWidget(tag)
            tag.deleteLater()
            self.edit.setFocus()
            if tell:
                self.changed.emit(self.tags())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = event.key() if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress else None
        if pressed == Qt.Key.Key_Backspace and not self.edit.text() and self._tags:
            self._drop(list(self._tags)[-1])
            return True
        return super().eventFilter(watched, event)
