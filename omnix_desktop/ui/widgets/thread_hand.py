"""Mouse and keyboard of a thread: select, copy, follow links, press what stands in a row, walk row by row."""

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractScrollArea

from omnix_desktop.ui.widgets.thread_row import Row, Spot
from omnix_desktop.ui.widgets.thread_view import ThreadView


class ThreadHand(QObject):
    """An event filter over the view and its viewport."""

    def __init__(self, view: ThreadView, widget: QAbstractScrollArea) -> None:
        super().__init__(widget)
        self._view, self._widget = view, widget
        self._over: tuple[int, Spot] | None = None
        self._pressed: Spot | None = None
        self._dragging = False
        widget.installEventFilter(self)
        widget.viewport().installEventFilter(self)

    def hovered(self, place: int) -> Spot | None:
        """What the mouse is over in a row."""
        return self._over[1] if self._over is not None and self._over[0] == place else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and watched is self._widget.viewport():
            return self._mouse(event)
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and watched is self._widget:
            return self._key(event)
        if isinstance(event, QContextMenuEvent):
            by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
            return self._menu(event) if by_mouse else self._menu_of_current()
        if event.type() is QEvent.Type.Leave:
            self._hover(None)
        return False

    def _mouse(self, event: QMouseEvent) -> bool:
        if not len(self._view.rows):
            return False
        kind = event.type()
        if kind is QEvent.Type.MouseMove:
            self._move(event)
        elif event.button() is not Qt.MouseButton.LeftButton:
            return False
        elif kind is QEvent.Type.MouseButtonPress:
            self._press(event)
        elif kind is QEvent.Type.MouseButtonRelease:
            self._release(event)
        elif kind is QEvent.Type.MouseButtonDblClick:
            self._take_word(event)
        event.accept()
        return True

    def _find(self, point: QPointF) -> tuple[int, Row, QPointF]:
        place, inside = self._view.row_at(point)
        return place, self._view.rows.row(place), inside

    def _press(self, event: QMouseEvent) -> None:
        place, row, inside = self._find(event.position())
        self._pressed = row.spot_at(inside)
        self._dragging = True
        self._view.selection.start((place, row.text_position(inside)))
        self._view.current = place
        self._view.viewport().update()

    def _move(self, event: QMouseEvent) -> None:
        place, row, inside = self._find(event.position())
        if self._dragging and event.buttons() & Qt.MouseButton.LeftButton:
            self._view.selection.reach((place, row.text_position(inside)))
            self._view.viewport().update()
            return
        spot = row.spot_at(inside)
        self._hover((place, spot) if spot else None)
        over_text = row.text_position(inside, exact=True) >= 0
        shape = Qt.CursorShape.IBeamCursor if over_text else Qt.CursorShape.ArrowCursor
        self._view.viewport().setCursor(Qt.CursorShape.PointingHandCursor if spot else shape)

    def _release(self, event: QMouseEvent) -> None:
        self._dragging = False
        place, row, inside = self._find(event.position())
        spot = row.spot_at(inside)
        if spot is not None and spot == self._pressed and self._view.selection.is_empty():
            self._do(self._view.rows.items[place].key, spot)
        self._pressed = None

    def _take_word(self, event: QMouseEvent) -> None:
        place, row, inside = self._find(event.position())
        position = row.text_position(inside, exact=True)
        if row.laid is None or position < 0:
            return
        layout = row.laid.layout
        start = layout.previousCursorPosition(position + 1)
        while start > 0 and not _between_words(row.laid.text, start - 1):
            start = layout.previousCursorPosition(start)
        end = position
        while end < len(row.laid.text) and not _between_words(row.laid.text, end):
            end = layout.nextCursorPosition(end)
        self._view.selection.take(place, start, end)
        self._view.viewport().update()

    def _hover(self, over: tuple[int, Spot] | None) -> None:
        if over != self._over:
            self._over = over
            self._view.viewport().update()

    def _do(self, key: str, spot: Spot) -> None:
        if spot.kind == "link":
            self._view.link_clicked.emit(spot.value)
        elif spot.kind == "attachment":
            self._view.attachment_clicked.emit(key, spot.value)
        elif spot.kind == "more":
            self._view.show_more(key)
        elif spot.kind == "quote":
            self._view.scroll_to(spot.value)
        else:
            self._view.action_clicked.emit(key, spot.value)

    def _menu(self, event: QContextMenuEvent) -> bool:
        if len(self._view.rows):
            place, _ = self._view.row_at(QPointF(event.pos()))
            self._view.current = place
            self._view.context_requested.emit(self._view.rows.items[place].key, QPoint(event.globalPos()))
        return True

    def _menu_of_current(self) -> bool:
        """By the menu key: of the row that the keyboard is on, else of the newest."""
        view = self._view
        if len(view.rows):
            if not 0 <= view.current < len(view.rows):
                view.current = len(view.rows) - 1
            seen = view.row_rect(view.current).intersected(view.viewport().rect())
            inside = view.rows.row(view.current).bubble.left() + 24
            point = QPoint(round(inside), seen.center().y())
            view.context_requested.emit(view.rows.items[view.current].key, view.viewport().mapToGlobal(point))
        return True

    def _key(self, event: QKeyEvent) -> bool:
        menu_keys = event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if menu_keys or event.key() == Qt.Key.Key_Menu:
            return self._menu_of_current()
        if event.matches(QKeySequence.StandardKey.Copy):
            self._view.copy()
        elif event.key() == Qt.Key.Key_Escape and not self._view.selection.is_empty():
            self._view.selection.clear()
            self._view.viewport().update()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._walk(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() == Qt.Key.Key_End:
            self._view.current = len(self._view.rows) - 1
            self._view.scroll_to_bottom()
        elif event.key() == Qt.Key.Key_Home and len(self._view.rows):
            self._view.current = 0
            self._view.scroll_to(self._view.rows.items[0].key)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press_current()
        else:
            return False
        return True

    def _walk(self, step: int) -> None:
        view = self._view
        if not len(view.rows):
            return
        last = len(view.rows) - 1
        view.current = last if view.current < 0 else min(max(0, view.current + step), last)
        rect, bar = view.row_rect(view.current), view.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + rect.top() - 8)
        elif rect.bottom() > view.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - view.viewport().height() + 8)
        view.viewport().update()

    def _press_current(self) -> None:
        view = self._view
        if 0 <= view.current < len(view.rows):
            row = view.rows.row(view.current)
            spots = list(row.spots)
            if row.laid is not None:
                spots += [Spot("link", address, row.bubble) for _, _, address in row.laid.links]
            spots.sort(key=lambda spot: spot.kind != "attachment")  # a file before what it answers
            if spots:
                self._do(view.rows.items[view.current].key, spots[0])


def _between_words(text: str, place: int) -> bool:
    return 0 <= place < len(text) and not (text[place].isalnum() or text[place] in "_-'’")
