"""What is written, sheet by sheet: each is made for one composer and never holds another one's text (promise 2)."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout
from shiboken6 import isValid

from omnix_desktop.models.composer import Composer
from omnix_desktop.models.composers import Composers
from omnix_desktop.ui.theme import font

KEPT = 40


class Sheet(QObject):
    """A document bound to its composer for good, with its own undo history and the place of its cursor."""

    def __init__(self, composer: Composer, parent: QObject) -> None:
        super().__init__(parent)
        self.composer = composer
        self.document = QTextDocument(self)
        self.document.setDocumentLayout(QPlainTextDocumentLayout(self.document))
        self.document.setDefaultFont(font("message"))
        self.document.setDocumentMargin(2)
        self.document.setPlainText(composer.text)
        self.document.clearUndoRedoStacks()
        self.cursor = QTextCursor(self.document)
        self.cursor.movePosition(QTextCursor.MoveOperation.End)
        self.document.contentsChanged.connect(self._typed)
        composer.replaced.connect(self.put)

    def put(self, text: str) -> None:
        """Text from elsewhere: replaces all, keeps the undo history of what was typed."""
        if text == self.document.toPlainText():
            return
        cursor = QTextCursor(self.document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def _typed(self) -> None:
        self.composer.typed(self.document.toPlainText())


class Sheets(QObject):
    """Those of one mode that somebody may come back to."""

    failed = Signal(object)  # the Fault for which one could not be stored, whether it is seen or not

    def __init__(self, composers: Composers, parent: QObject) -> None:
        super().__init__(parent)
        self._composers = composers
        self._known: dict[Composer, Sheet] = {}

    def of(self, composer: Composer) -> Sheet:
        """The composer's own; made when first asked for."""
        sheet = self._known.pop(composer, None) or self._make(composer)
        self._known[composer] = sheet  # newest last
        self._let_go()
        return sheet

    def _make(self, composer: Composer) -> Sheet:
        composer.failed.connect(self.failed)
        return Sheet(composer, self)

    def _let_go(self) -> None:
        """Sheets that nobody needs: not the newest, of a composer that is no more, or nothing written or on its way."""
        for composer, sheet in list(self._known.items())[:-1]:
            if isValid(composer) and (len(self._known) <= KEPT or not composer.is_spare):
                continue
            del self._known[composer]
            if isValid(composer):
                self._composers.let_go(composer)
            sheet.deleteLater()
