"""BubbleThread: a conversation of any length; only what is seen is laid out, and what is read stays where it is."""

from collections.abc import Sequence
from functools import cache

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from omnix_desktop.i18n import on_language_change
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.thread_accessible import ThreadInterface
from omnix_desktop.ui.widgets.thread_hand import ThreadHand
from omnix_desktop.ui.widgets.thread_item import ThreadItem
from omnix_desktop.ui.widgets.thread_paint import PictureOf, paint_row
from omnix_desktop.ui.widgets.thread_row import NARROW_SIDE, Row
from omnix_desktop.ui.widgets.thread_rows import Rows
from omnix_desktop.ui.widgets.thread_selection import Selection

_NEAR_TOP = 600


class BubbleThread(QAbstractScrollArea):
    """Shows ThreadItems; anchored at the bottom while the newest is in view, else at what is being read."""

    link_clicked = Signal(str)
    attachment_clicked = Signal(str, str)
    action_clicked = Signal(str, str)
    context_requested = Signal(str, QPoint)
    older_wanted = Signal()
    at_bottom_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _install_accessibility()
        self.rows = Rows()
        self.selection = Selection()
        self.current = -1
        self.pictures: PictureOf = lambda _key: None
        self._stick = True
        self._anchor: tuple[int, float] = (0, 0.0)
        self._settling = False
        self._asked_older = False
        self.setViewport(QWidget())  # of our own making: for Qt's own PySide looks through all classes of widgets
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)
        self.setMinimumSize(280, 120)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hand = ThreadHand(self, self)
        theme().changed.connect(self.refresh)
        self.destroyed.connect(on_language_change(self.refresh))

    def set_items(self, items: Sequence[ThreadItem]) -> None:
        """Another conversation; its newest message is in view."""
        self.rows.set_width(self.viewport().width())
        self.rows.reset(items)
        self.selection.clear()
        self.current, self._stick, self._asked_older = -1, True, False
        self._settle()

    def append(self, *items: ThreadItem) -> None:
        """Newer ones at the bottom; somebody who reads further up stays there."""
        self.rows.extend(items)
        self._settle()

    def prepend(self, items: Sequence[ThreadItem]) -> None:
        """Older ones on top; what is seen does not move."""
        self._note_anchor()
        self.rows.prepend(items)
        self.selection.shift(len(items))
        self.current += len(items) if self.current >= 0 else 0
        self._anchor = (self._anchor[0] + len(items), self._anchor[1])
        self._asked_older = False
        self._settle()

    def replace(self, key: str, item: ThreadItem) -> None:
        """Another state of one row; only that row is painted again when its height stays."""
        total = self.rows.total()
        place = self.rows.replace(key, item)
        if place is None:
            return
        if self.rows.total() != total:
            self._settle()
        else:
            self.viewport().update(self.row_rect(place))

    def remove(self, key: str) -> None:
        """One row less: a draft that was discarded, an action that is done."""
        self._note_anchor()
        place = self.rows.remove(key)
        if place is not None:
            self.selection.clear()
            self.current = -1
            if self._anchor[0] > place:
                self._anchor = (self._anchor[0] - 1, self._anchor[1])
            self._settle()

    def scroll_to(self, key: str) -> None:
        """Bring a row into view, a third from the top."""
        place = self.rows.place(key)
        if place is not None:
            self._stick = False
            self._anchor = (place, self.viewport().height() / 3)
            self._settle()

    def scroll_to_bottom(self) -> None:
        """To the newest."""
        self._stick = True
        self._settle()

    def is_at_bottom(self) -> bool:
        """Whether the newest is in view."""
        return self._stick

    def copy(self) -> None:
        """The selected text, or the text of the row that has the keyboard, to the clipboard."""
        words = self.selection.text(self.rows)
        if not words and 0 <= self.current < len(self.rows):
            words = self.rows.items[self.current].text
        if words:
            QGuiApplication.clipboard().setText(words)

    def refresh(self) -> None:
        """Colours or words have changed."""
        self.rows.forget_layouts()
        self._settle()

    def show_more(self, key: str) -> None:
        """Some more of a text that is too long to show at once."""
        self._note_anchor()
        self._stick = False
        self.rows.show_more(key)
        self._settle()

    def row_at(self, point: QPointF) -> tuple[int, QPointF]:
        """The row under a point of the viewport, and the point inside it."""
        y = point.y() + self.verticalScrollBar().value()
        place = self.rows.at(y)
        return place, QPointF(point.x(), y - self.rows.tops()[place])

    def row_rect(self, place: int) -> QRect:
        """Where a row stands in the viewport."""
        tops = self.rows.tops()
        y = round(tops[place] - self.verticalScrollBar().value())
        return QRect(0, y, self.viewport().width(), round(tops[place + 1] - tops[place]) + 1)

    def seen(self) -> list[tuple[int, Row]]:
        """The rows in view, measured."""
        if not len(self.rows):
            return []
        value, room = self.verticalScrollBar().value(), self.viewport().height()
        found, place = [], self.rows.at(value)
        while place < len(self.rows) and self.rows.tops()[place] < value + room:
            found.append((place, self.rows.row(place)))
            place += 1
        return found

    def _note_anchor(self) -> None:
        """Hold on to a row in view whose height is certain: what is measured above it must not move it."""
        value, room = self.verticalScrollBar().value(), self.viewport().height()
        tops, first = self.rows.tops(), self.rows.at(value)
        place = first
        while place < len(self.rows) and tops[place] < value + room:
            if self.rows.measured(place):
                break
            place += 1
        else:
            place = first
        self._anchor = (place, tops[place] - value)

    def _settle(self) -> None:
        """Measure what is in view until nothing moves any more, then set the scroll bar to it."""
        bar, room = self.verticalScrollBar(), self.viewport().height()
        self._settling = True
        for _ in range(12):
            total = self.rows.total()
            furthest = max(0, round(total - room))
            place = min(self._anchor[0], max(0, len(self.rows) - 1))
            value = furthest if self._stick else round(self.rows.tops()[place] - self._anchor[1])
            bar.setRange(0, furthest)
            bar.setPageStep(room)
            bar.setValue(value)
            self.seen()
            if self.rows.total() == total and bar.value() == min(max(0, value), furthest):
                break
        self._settling = False
        self.viewport().update()
        if bar.value() < _NEAR_TOP and len(self.rows) and not self._asked_older:
            self._asked_older = True
            self.older_wanted.emit()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        if self._settling:
            return
        bar = self.verticalScrollBar()
        was, self._stick = self._stick, bar.value() >= bar.maximum() - 2
        self._note_anchor()
        self._settle()
        if was != self._stick:
            self.at_bottom_changed.emit(self._stick)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._stick:
            self._note_anchor()
        self.rows.set_width(self.viewport().width())
        self._settle()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self.viewport()))
        painter.fillRect(event.rect(), theme().colour("thread"))
        value, width = self.verticalScrollBar().value(), self.viewport().width()
        tops = self.rows.tops()
        beside = event.rect().left() >= width - NARROW_SIDE  # the scroll bar's ground: no row reaches there
        for place, row in [] if beside else self.seen():
            y = tops[place] - value
            if y > event.rect().bottom() or y + row.height < event.rect().top():
                continue
            painter.save()
            painter.translate(0, y)
            painter.setClipRect(event.rect().translated(0, -round(y)))
            letters = len(row.laid.text) * 2 if row.laid else 0
            chosen = self.selection.within(place, letters)
            focused = self.hasFocus() and place == self.current
            paint_row(painter, row, width, chosen, self.hand.hovered(place), focused, self.pictures)
            painter.restore()
        painter.end()


_interfaces: dict[int, ThreadInterface] = {}


def _interface_of(_name: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, BubbleThread):
        return None
    key = id(thing)
    if key not in _interfaces:
        _interfaces[key] = ThreadInterface(thing, thing)
        thing.destroyed.connect(lambda: _interfaces.pop(key, None))
    return _interfaces[key]


@cache
def _install_accessibility() -> None:
    QAccessible.installFactory(_interface_of)
