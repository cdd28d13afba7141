"""Tabs with an underline and a count; arrow keys walk, the pages are the caller's."""

import msgspec
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget

from omnix_desktop.ui.theme import Size, draw_icon
from omnix_desktop.ui.widgets import paint


class _Tab(msgspec.Struct):
    words: str
    icon: str = ""
    count: str = ""
    tone: str = "neutral"


class Tabs(QTabBar):
    """A QTabBar (so that it is one for the keyboard and for screen readers) painted as words over a line."""

    chosen = Signal(int)

    def __init__(
        self,
        *,
        height: int = Size.TAB,
        baseline: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tabs: list[_Tab] = []
        self._height, self._baseline = height, baseline
        self._ring = False
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMouseTracking(True)
        self.currentChanged.connect(self.chosen)

    def add(self, words: str, *, icon: str = "", count: str = "") -> int:
        """One more tab; answers its place."""
        self._tabs.append(_Tab(words, icon, count))
        return self.addTab(words)

    def set_text(self, place: int, words: str) -> None:
        """Other words for a tab."""
        self._tabs[place].words = words
        self.setTabText(place, words)

    def set_count(self, place: int, count: int | str, tone: str = "neutral") -> None:
        """A number behind the words; 0 or nothing hides it."""
        shown = str(count) if count else ""
        tab = self._tabs[place]
        if (tab.count, tab.tone) != (shown, tone):
            tab.count, tab.tone = shown, tone
            self.setAccessibleTabName(place, f"{tab.words} {shown}".strip())
            self.setTabText(place, tab.words)  # makes QTabBar measure again
            self.updateGeometry()
            self.update()

    def tabSizeHint(self, place: int) -> QSize:
        tab = self._tabs[place] if place < len(self._tabs) else _Tab("")
        wide = paint.metrics("body_strong").horizontalAdvance(tab.words) + 24
        wide += 24 if tab.icon else 0
        wide += paint.count_width(tab.count) + 8 if tab.count else 0
        return QSize(round(wide), self._height)

    def minimumTabSizeHint(self, place: int) -> QSize:
        return self.tabSizeHint(place)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._ring = True
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._ring = False
        super().mousePressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        if self._baseline:
            paint.fill(painter, QRectF(0, self.height() - 1, self.width(), 1), "line")
        under = self.tabAt(self.mapFromGlobal(self.cursor().pos())) if self.underMouse() else -1
        for place, tab in enumerate(self._tabs):
            if self.isTabVisible(place):
                self._paint_tab(painter, place, tab, under)
        painter.end()

    def _paint_tab(self, painter: QPainter, place: int, tab: _Tab, under: int) -> None:
        rect = QRectF(self.tabRect(place))
        current = place == self.currentIndex()
        colour = "text" if current or place == under else "muted"
        if not self.isTabEnabled(place):
            colour = "faint"
        inner = rect.adjusted(12, 0, -12, -1)
        if tab.icon:
            draw_icon(painter, tab.icon, inner.x(), inner.center().y() - 8, colour, 16)
            inner.setLeft(inner.left() + 24)
        role = "body_strong" if current else "body_medium"
        wide = paint.text(painter, inner.adjusted(0, 0, 8, 0), tab.words, role, colour, elide=False)
        if tab.count:
            right = inner.x() + wide + 8 + paint.count_width(tab.count)
            paint.draw_count(painter, right, inner.center().y(), tab.count, tab.tone)
        if current:
            paint.fill(
                painter,
                QRectF(rect.x() + 12, rect.bottom() - 2, rect.width() - 24, 2),
                "accent",
                1,
            )
        if current and self._ring and self.hasFocus():
            paint.focus_ring(painter, rect.adjusted(4, 5, -4, -5), 6)
