"""Choose a leaf of a category tree: walk down its levels, or search all of them at once."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Radius, Size, Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import PaintedButton
from omnix_desktop.ui.widgets.category_tree import CascadeNode, Path, find_paths, path_to, shown_path
from omnix_desktop.ui.widgets.fields import SearchField
from omnix_desktop.ui.widgets.labels import ElidedLabel
from omnix_desktop.ui.widgets.popup import Popup

_PATH = Qt.ItemDataRole.UserRole


class _Painter(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: object) -> QSize:
        return QSize(200, Size.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index) -> None:  # type: ignore[no-untyped-def]
        path: Path = index.data(_PATH)
        painter.save()
        paint.antialiased(painter)
        rect = QRectF(option.rect)
        paint.fill(painter, rect, "panel")
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            paint.fill(painter, rect, "accent_soft" if selected else "hover", Radius.CONTROL - 2)
        inner = rect.adjusted(Space.S, 0, -Space.S, 0)
        if path[-1].children:
            draw_icon(painter, "chevron-right", inner.right() - 16, inner.center().y() - 8, "muted", 16)
            inner.setRight(inner.right() - 20)
        used = paint.text(painter, inner, path[-1].words, "body_medium", "accent_text" if selected else "text")
        if index.data(Qt.ItemDataRole.UserRole + 1) and len(path) > 1:
            paint.text(painter, inner.adjusted(used + 10, 0, 0, 0), shown_path(path[:-1]), "small", "muted")
        painter.restore()


class CascadePopup(Popup):
    """The list that opens; arrows walk, Right or Return goes down, Left goes up, typing searches everything."""

    picked = Signal(str)

    def __init__(self, nodes: Sequence[CascadeNode], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes = nodes
        self._inside: Path = ()
        self.search = SearchField(tr("pickers.search_all_levels"), tr("pickers.clear"))
        self.search.setObjectName("cascade_search")
        self._where = ElidedLabel("", "caption", "muted")
        self._list = QListWidget()
        self._list.setObjectName("cascade_list")
        self._list.setAccessibleName(tr("pickers.categories"))
        self._list.setFrameShape(QListWidget.Shape.NoFrame)
        self._list.setItemDelegate(_Painter(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for part in (self.search, self._where, self._list):
            self.column.addWidget(part)
        self.search.changed.connect(lambda _words: self._fill())
        self.search.edit.installEventFilter(self)
        self._list.itemClicked.connect(self._take)

    def open_for(self, anchor: QWidget, chosen: str) -> None:
        """Open at the level of what is chosen."""
        self._inside = path_to(self._nodes, chosen)[:-1]
        self.search.set_text("")
        self.resize(max(420, anchor.width()), 340)
        self._fill(chosen)
        self.open_at(anchor)
        self.search.edit.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fill(self, chosen: str = "") -> None:
        query = self.search.text().strip()
        if query:
            found = find_paths(self._nodes, query)
        else:
            level = self._inside[-1].children if self._inside else self._nodes
            found = [(*self._inside, node) for node in level]
        self._list.clear()
        for path in found:
            item = QListWidgetItem()
            item.setData(_PATH, path)
            item.setData(Qt.ItemDataRole.UserRole + 1, bool(query))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, shown_path(path))
            self._list.addItem(item)
        keys = [path[-1].key for path in found]
        self._list.setCurrentRow(keys.index(chosen) if chosen in keys else 0)
        where = shown_path(self._inside) if self._inside else tr("pickers.categories")
        self._where.setText(where if not query else tr("pickers.found", n=len(found)))

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        path: Path = item.data(_PATH)
        if path[-1].children:
            self._inside = path
            self.search.set_text("")
            self._fill()
        else:
            self.close()
            self.picked.emit(path[-1].key)

    def _up(self) -> None:
        if self._inside:
            left = self._inside[-1].key
            self._inside = self._inside[:-1]
            self._fill(left)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        empty, key = not self.search.text(), event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self._list.setCurrentRow(min(max(0, self._list.currentRow() + step), self._list.count() - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (empty and key == Qt.Key.Key_Right):
            self._take(self._list.currentItem())
        elif empty and key in (Qt.Key.Key_Left, Qt.Key.Key_Backspace):
            self._up()
        else:
            return super().eventFilter(watched, event)
        return True


class CascadePicker(PaintedButton):
    """The field: shows the chosen path; Return, Space, Down or any letter opens the list."""

    changed = Signal(str)

    def __init__(self, nodes: Sequence[CascadeNode] = (), placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes, self._placeholder, self._chosen, self._wrong = tuple(nodes), placeholder, "", False
        self.setFixedHeight(Size.CONTROL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: self.open())

    def set_nodes(self, nodes: Sequence[CascadeNode]) -> None:
        """Another tree; what is chosen stays when it is still there."""
        self._nodes = tuple(nodes)
        if not path_to(self._nodes, self._chosen):
            self._chosen = ""
        self.update()

    def set_words(self, placeholder: str) -> None:
        """Other words while nothing is chosen: the language changed."""
        self._placeholder = placeholder
        self.update()

    def value(self) -> str:
        """The key of the chosen leaf, or nothing."""
        return self._chosen

    def path(self) -> Path:
        """The chosen leaf with all that is above it."""
        return path_to(self._nodes, self._chosen)

    def set_value(self, key: str) -> None:
        """Choose without asking."""
        if key != self._chosen:
            self._chosen = key
            self.setAccessibleDescription(shown_path(self.path()))
            self.setToolTip(shown_path(self.path()))
            self.changed.emit(key)
            self.update()

    def set_wrong(self, wrong: bool) -> None:
        """Red border."""
        self._wrong = wrong
        self.update()

    def open(self, typed: str = "") -> None:
        """Show the list."""
        popup = CascadePopup(self._nodes, self)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.picked.connect(self.set_value)
        popup.open_for(self, self._chosen)
        if typed:
            popup.search.set_text(typed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.open()
        elif event.text().isalnum():
            self.open(event.text())
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(240, Size.CONTROL)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect())
        edge = "bad" if self._wrong else "accent" if self.hasFocus() else "line_strong"
        paint.fill(painter, rect, "panel", Radius.CONTROL, edge, 2.0 if self.hasFocus() else 1.0)
        words = shown_path(self.path()) or self._placeholder
        place = rect.adjusted(Space.M, 0, -34, 0)
        mode = Qt.TextElideMode.ElideLeft if self._chosen else Qt.TextElideMode.ElideRight  # the leaf says the most
        shown = paint.metrics("body").elidedText(words, mode, place.width())
        paint.text(painter, place, shown, "body", "text" if self._chosen else "faint", elide=False)
        draw_icon(painter, "search", rect.right() - 26, rect.center().y() - 8, "muted", 16)
        painter.end()
