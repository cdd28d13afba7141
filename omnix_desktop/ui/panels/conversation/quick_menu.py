"""Quick replies above the composer: walked with the arrows while the keyboard stays in the text."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Radius
from omnix_desktop.ui.widgets import paint
from omnix_protocol.catalogue import QuickReply

ROW = 44
SHOWN = 6
EDGE = 16


class QuickMenu(QWidget):
    """Painted over the thread; a child of the panel, so that it never takes the keyboard."""

    taken = Signal(object)  # QuickReply

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel = parent
        self.setObjectName("quick_replies")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self._replies: Sequence[QuickReply] = ()
        self._current = 0
        self._first = 0
        self.hide()

    def offer(self, replies: Sequence[QuickReply], above: QWidget) -> None:
        """Show these over a widget, the best one first."""
        self._replies, self._current, self._first = replies, 0, 0
        height = ROW * max(1, min(SHOWN, len(replies))) + 8
        corner = above.mapTo(self._panel, above.rect().topLeft())
        self.setGeometry(corner.x() + EDGE, corner.y() - height - 4, above.width() - 2 * EDGE, height)
        self._speak()
        self.show()
        self.raise_()
        self.update()

    def walk(self, step: int) -> None:
        if self._replies:
            self._current = (self._current + step) % len(self._replies)
            self._first = min(max(self._first, self._current - SHOWN + 1), self._current)
            self._speak()
            self.update()

    def take(self) -> bool:
        """Whether there was one to take."""
        if not self._replies:
            return False
        self.taken.emit(self._replies[self._current])
        return True

    def _speak(self) -> None:
        shown = self._replies[self._current] if self._replies else None
        self.setAccessibleName(f"{shown.title}: {shown.text}" if shown else tr("composer.no_quick_reply"))

    def _at(self, event: QMouseEvent) -> int:
        place = self._first + int((event.position().y() - 4) // ROW)
        return place if 0 <= place < len(self._replies) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._at(event)
        if place >= 0 and place != self._current:
            self._current = place
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._at(event) >= 0:
            self._current = self._at(event)
            self.take()

    def sizeHint(self) -> QSize:
        return QSize(320, ROW + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), "panel", Radius.CONTROL, "line_strong")
        if not self._replies:
            paint.text(
                painter, QRectF(self.rect()).adjusted(14, 0, -14, 0), tr("composer.no_quick_reply"), "body", "muted"
            )
        for shown, reply in enumerate(self._replies[self._first : self._first + SHOWN]):
            self._row(painter, QRectF(4, 4 + shown * ROW, self.width() - 8, ROW), reply, self._first + shown)
        painter.end()

    def _row(self, painter: QPainter, rect: QRectF, reply: QuickReply, place: int) -> None:
        if place == self._current:
            paint.fill(painter, rect, "accent_soft", Radius.CONTROL - 2)
        inner = rect.adjusted(10, 4, -10, -4)
        half = inner.height() / 2
        top = QRectF(inner.x(), inner.y(), inner.width(), half)
        taken = paint.text(painter, top, f"/{reply.shortcut}", "small_strong", "accent_text")
        paint.text(painter, top.adjusted(taken + 8, 0, 0, 0), reply.title, "small_strong", "text")
        paint.text(painter, top.translated(0, half), reply.text, "small", "muted")
