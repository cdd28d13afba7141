"""Choose an emoji: search in Indonesian and English, the recent ones first, all by keyboard."""

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import font, theme
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.emoji_data import Emoji, by_glyph, find_emoji
from omnix_desktop.ui.widgets.fields import SearchField
from omnix_desktop.ui.widgets.labels import ElidedLabel
from omnix_desktop.ui.widgets.popup import Popup

COLUMNS = 9
CELL = 36
_Index = QModelIndex | QPersistentModelIndex


class _Cell(QStyledItemDelegate):
    """One glyph in the middle: the style's own items would elide it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._font = QFont(font("message"))
        self._font.setPixelSize(21)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        paint.antialiased(painter)
        rect = QRectF(option.rect)
        paint.fill(painter, rect, "panel")
        if option.state & QStyle.StateFlag.State_Selected:
            paint.fill(painter, rect.adjusted(1, 1, -1, -1), "accent_soft", 6, "accent", 2)
        elif option.state & QStyle.StateFlag.State_MouseOver and index.data():
            paint.fill(painter, rect.adjusted(1, 1, -1, -1), "hover", 6)
        painter.setFont(self._font)
        painter.setPen(theme().colour("text"))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), index.data() or "")
        painter.restore()


class _Grid(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.shown: list[Emoji] = []

    def show(self, shown: list[Emoji]) -> None:
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else -(-len(self.shown) // COLUMNS)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else COLUMNS

    def emoji(self, index: _Index) -> Emoji | None:
        place = index.row() * COLUMNS + index.column()
        return self.shown[place] if index.isValid() and place < len(self.shown) else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        emoji = self.emoji(index)
        if emoji is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return emoji.glyph
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return emoji.name()
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) if self.emoji(index) else Qt.ItemFlag.NoItemFlags


class EmojiPicker(Popup):
    """`picked` gives the emoji; the caller keeps the recent ones."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("emoji.name"))
        self._recent: list[str] = []
        self.search = SearchField(tr("emoji.search"), tr("emoji.clear"))
        self.search.setObjectName("emoji_search")
        self._grid = _Grid(self)
        self._table = QTableView()
        self._table.setObjectName("emoji_grid")
        self._table.setAccessibleName(tr("emoji.name"))
        self._table.setModel(self._grid)
        self._name = ElidedLabel("", "caption", "muted")
        self._dress(self._table)
        self.column.addWidget(self.search)
        self.column.addWidget(self._table)
        self.column.addWidget(self._name)
        self.setFixedSize(COLUMNS * CELL + 32, 380)
        self.search.changed.connect(self._find)
        self.search.submitted.connect(self._take_first)
        self.search.edit.installEventFilter(self)
        self._table.installEventFilter(self)
        self._table.clicked.connect(self._take)
        self._table.selectionModel().currentChanged.connect(lambda now, _was: self._tell(now))

    def set_recent(self, glyphs: list[str]) -> None:
        """The last ones used, newest first."""
        self._recent = glyphs[: COLUMNS * 2]

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self.search.set_text("")
        self._find("")
        self.search.edit.setFocus(Qt.FocusReason.PopupFocusReason)
        super().showEvent(event)

    def _dress(self, table: QTableView) -> None:
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setItemDelegate(_Cell(table))
        table.setMouseTracking(True)
        table.setTabKeyNavigation(False)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for header in (table.horizontalHeader(), table.verticalHeader()):
            header.hide()
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(CELL)
            header.setDefaultSectionSize(CELL)
        table.entered.connect(self._tell)

    def _find(self, query: str) -> None:
        shown = find_emoji(query)
        if not query:
            recent = [emoji for glyph in self._recent if (emoji := by_glyph(glyph))]
            shown = recent + [emoji for emoji in shown if emoji not in recent]
        self._grid.show(shown)
        self._name.setText("" if shown else tr("emoji.none"))

    def _tell(self, index: _Index) -> None:
        emoji = self._grid.emoji(index)
        self._name.setText(emoji.name() if emoji else "")

    def _take(self, index: _Index) -> None:
        emoji = self._grid.emoji(index)
        if emoji is not None:
            self.close()
            self.picked.emit(emoji.glyph)

    def _take_first(self) -> None:
        self._take(self._grid.index(0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if watched is self.search.edit and event.key() == Qt.Key.Key_Down:
                self._table.setFocus(Qt.FocusReason.TabFocusReason)
                self._table.setCurrentIndex(self._grid.index(0, 0))
                return True
            if watched is self._table and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
                self._take(self._table.currentIndex())
                return True
            if watched is self._table and event.key() == Qt.Key.Key_Up and self._table.currentIndex().row() == 0:
                self.search.edit.setFocus(Qt.FocusReason.BacktabFocusReason)
                return True
        return super().eventFilter(watched, event)
