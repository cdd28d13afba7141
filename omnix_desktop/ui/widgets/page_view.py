"""Somebody else's page: painted on paper of its own, with the pictures that are handed to it and no others."""

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QColor, QImage, QPalette, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from omnix_desktop.ui.theme import font

PAPER, INK, LINK = "#ffffff", "#1b1f24", "#0b57d0"
"""A mail is written for white paper, whatever the theme is."""


class PageView(QTextBrowser):
    """Never reads a file, never asks a network: `loadResource` knows what `set_page` and `put_picture` gave it."""

    link_pressed = Signal(str)
    link_seen = Signal(str)  # below the mouse; "" where there is none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[str, QImage] = {}
        self._empty = QImage(20, 20, QImage.Format.Format_RGB32)
        self._empty.fill(QColor("#e6e8eb"))
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(20)
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, QColor(PAPER))
        palette.setColor(QPalette.ColorRole.Text, QColor(INK))
        palette.setColor(QPalette.ColorRole.Link, QColor(LINK))
        self.setPalette(palette)
        self.anchorClicked.connect(lambda url: self.link_pressed.emit(_written(url)))
        self.highlighted.connect(lambda url: self.link_seen.emit(_written(url)))

    def set_page(self, html: str, zoom: float = 1.0) -> None:
        """Another page, or the same at another size; the place in it stays."""
        bar = self.verticalScrollBar()
        place = bar.value() / max(1, bar.maximum())
        self._write_in(zoom)
        self.setHtml(html)
        bar.setValue(round(place * bar.maximum()))

    def set_text(self, words: str, zoom: float = 1.0) -> None:
        self._write_in(zoom)
        self.setPlainText(words)

    def put_picture(self, name: str, image: QImage) -> None:
        self._pictures[name] = image
        document = self.document()
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), image)
        document.markContentsDirty(0, document.characterCount())

    def find_next(self, words: str, *, back: bool = False) -> bool:
        """Marks the next place, around the end; False where there is none."""
        if not words:
            return False
        flags = QTextDocument.FindFlag.FindBackward if back else QTextDocument.FindFlag(0)
        if self.find(words, flags):
            return True
        before = self.textCursor()
        self.moveCursor(QTextCursor.MoveOperation.End if back else QTextCursor.MoveOperation.Start)
        if self.find(words, flags):
            return True
        self.setTextCursor(before)
        return False

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """The one door for whatever a page names: it opens to what is here already."""
        if kind == QTextDocument.ResourceType.ImageResource.value:
            return self._pictures.get(QUrl(name).toString(), self._empty)
        return b" "  # something, or Qt would look for a file of that name

    def _write_in(self, zoom: float) -> None:
        written = font("message")
        written.setPixelSize(max(6, round(written.pixelSize() * zoom)))
        self.document().setDefaultFont(written)


def _written(url: QUrl) -> str:
    """The address in letters that cannot pose as others: a host in its registered form."""
    return url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
