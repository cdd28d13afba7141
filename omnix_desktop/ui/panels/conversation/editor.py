"""The field one writes in: plain text that grows, Return sends, `/` at the start of a word offers quick replies."""

from PySide6.QtCore import QCoreApplication, QMetaObject, QMimeData, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QPalette,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from omnix_desktop.models.quick_replies import Trigger, trigger_at
from omnix_desktop.ui.theme import font, theme
from omnix_desktop.ui.widgets import paint

LINES = (2, 8)
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_WALK = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class Editor(QPlainTextEdit):
    """Knows keys and text; what they mean is the composer's."""

    submitted = Signal()
    triggered = Signal(object)  # Trigger or None
    walked = Signal(int)
    taken = Signal()
    files_dropped = Signal(list)
    focused = Signal(bool)
    grown = Signal()
    escaped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(font("message"))
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.offering = False
        self._dismissed = -1
        self._composing = ""  # what an input method shows and has not made text yet
        self.textChanged.connect(self._look)
        self.cursorPositionChanged.connect(self._look)
        self.textChanged.connect(self._grow)
        theme().changed.connect(self._recolour)
        self._recolour()
        self._grow()

    def show_document(self, document: QTextDocument, cursor: QTextCursor) -> None:
        """Another text to write on, where it was left; nothing is offered for what was typed before."""
        self.offering = False
        with QSignalBlocker(self):
            self.setDocument(document)
            self.setTextCursor(cursor)
        self._dismissed = -1
        self._grow()

    def insert(self, text: str, trigger: Trigger | None = None) -> None:
        """At the cursor, in place of the `/word` that asked for it."""
        cursor = self.textCursor()
        if trigger is not None:
            cursor.setPosition(trigger.start)
            cursor.setPosition(self.textCursor().position(), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        self.setTextCursor(cursor)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss(self) -> None:
        """Escape leaves the slash as it was typed."""
        self._dismissed = self.textCursor().block().position() + self._trigger_start()
        self.offering = False
        self.triggered.emit(None)

    def finish_composing(self) -> None:
        """What an input method has begun becomes text, while its document is still on top."""
        if not self._composing:
            return
        # the stub asks for bytes, which the call itself refuses
        QMetaObject.invokeMethod(QGuiApplication.inputMethod(), "commit")  # type: ignore[call-overload]
        if self._composing:  # not every platform's method answers
            event = QInputMethodEvent()
            event.setCommitString(self._composing)
            QCoreApplication.sendEvent(self, event)

    def sizeHint(self) -> QSize:
        return QSize(240, self._height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.offering and self._offer_key(event):
            return
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _RETURN and (plain or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.submitted.emit()
            return
        if event.key() == Qt.Key.Key_Escape and plain:
            self.escaped.emit()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._composing = event.preeditString()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasUrls() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        files = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        if files:
            self.files_dropped.emit(files)
        else:
            self.insertPlainText(source.text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    def _offer_key(self, event: QKeyEvent) -> bool:
        if event.key() in _WALK:
            self.walked.emit(_WALK[Qt.Key(event.key())])
        elif event.key() in (*_RETURN, Qt.Key.Key_Tab):
            self.taken.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True

    def _look(self) -> None:
        found = trigger_at(self.toPlainText(), self.textCursor().position()) if self.hasFocus() else None
        if found is None:
            self._dismissed = -1
        elif found.start == self._dismissed:
            found = None
        if found is not None or self.offering:
            self.triggered.emit(found)

    def _trigger_start(self) -> int:
        found = trigger_at(self.toPlainText(), self.textCursor().position())
        return found.start - self.textCursor().block().position() if found else -1

    def _height(self) -> int:
        line = paint.metrics("message").lineSpacing()
        lines = min(max(round(self.document().size().height()), LINES[0]), LINES[1])
        return round(line * lines) + 8

    def _grow(self) -> None:
        height = self._height()
        if height != self.height():
            self.setFixedHeight(height)
            self.grown.emit()

    def resizeEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().resizeEvent(event)
        self._grow()

    def _recolour(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        palette.setColor(QPalette.ColorRole.Text, theme().colour("text"))
        palette.setColor(QPalette.ColorRole.PlaceholderText, theme().colour("faint"))
        self.setPalette(palette)
