"""Ctrl+K: everything that can be done, found by a few letters."""

import msgspec
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from omnix_desktop.actions.base import ACTIONS
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.paged_list import ROW_ROLE, Index, PagedList
from omnix_desktop.ui.delegates.base import RowDelegate
from omnix_desktop.ui.theme import Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import shown_keys
from omnix_desktop.ui.widgets.fields import SearchField
from omnix_desktop.ui.widgets.popup import Popup
from omnix_desktop.ui.widgets.row_list import RowList

SHOWN = 9
AREAS = ("interaction", "message", "conversation", "work", "customer", "people", "account", "view")
"""What is done most often stands first."""
WIDTH = 560


class Found(msgspec.Struct, frozen=True):
    """An action as a row; a disabled one says why."""

    key: str
    words: str
    icon: str
    keys: str
    why: str


class PaletteDelegate(RowDelegate[Found]):
    """36 px: icon, words or why not, keys."""

    HEIGHT = 36
    INSET = True

    def paint_row(self, painter: QPainter, rect: QRectF, row: Found, selected: bool) -> None:
        inner = rect.adjusted(20, 0, -20, 0)
        colour = "faint" if row.why else "text"
        if row.icon:
            draw_icon(painter, row.icon, inner.x(), inner.center().y() - 8, "accent_text" if selected else "muted", 16)
        end = Qt.AlignmentFlag.AlignRight
        taken = paint.text(painter, inner, row.keys, "small", "muted", align=end)
        words = inner.adjusted(28, 0, -taken - 12, 0)
        used = paint.text(painter, words, row.words, "body", colour)
        if row.why and words.width() - used > 60:
            paint.text(painter, words.adjusted(used + 10, 0, 0, 0), row.why, "small", "muted")


class Palette(Popup):
    """Closes when something was chosen or the keyboard goes elsewhere."""

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("palette")
        self.setAccessibleName(tr("shell.palette"))
        self._commands = commands
        self._rows: PagedList[Found] = PagedList(
            lambda row: ", ".join(filter(None, (row.words, row.why, row.keys))), self
        )
        self.search = SearchField(tr("shell.palette_hint"))
        self.search.setObjectName("palette_search")
        self.list = RowList(PaletteDelegate(_painted), PaletteDelegate.HEIGHT, tr("shell.palette"))
        self.list.setObjectName("palette_list")
        self.list.setModel(self._rows)
        self.list.setFixedHeight(PaletteDelegate.HEIGHT * SHOWN)
        self.list.clicked.connect(self._run)
        self.list.opened.connect(self._run)
        self.column.setContentsMargins(Space.M, Space.M, Space.M, Space.S)
        self.column.addWidget(self.search)
        self.column.addWidget(self.list)
        self.search.changed.connect(self._find)
        self.search.edit.installEventFilter(self)
        self.setFixedWidth(WIDTH)
        self._find("")

    def open_over(self, window: QWidget) -> None:
        self.adjustSize()
        self.move(window.mapToGlobal(QPoint((window.width() - WIDTH) // 2, max(48, window.height() // 6))))
        self.show()
        self.search.edit.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                count = self._rows.rowCount()
                if count:
                    self.list.setCurrentIndex(self._rows.index((self.list.currentIndex().row() + step) % count))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _find(self, typed: str) -> None:
        wanted = typed.lower().split()
        rows = []
        for known in ACTIONS.values():
            words = tr(known.label)
            if known.in_palette and all(part in words.lower() for part in wanted):
                why = known.refusal(self._commands.place)
                rows.append(Found(known.id, words, known.icon, shown_keys(known.shortcut), str(why) if why else ""))
        rows.sort(key=lambda row: (bool(row.why), _area(row)))
        self._rows.show(rows)
        if rows:
            self.list.setCurrentIndex(self._rows.index(0))

    def _run(self, index: QModelIndex) -> None:
        row: Found | None = index.data(ROW_ROLE)
        if row is not None:
            self.close()
            self._commands.run(row.key)


def _painted(index: Index) -> Found | None:
    found: Found | None = index.data(ROW_ROLE)
    return found


def _area(row: Found) -> int:
    area = row.key.partition(".")[0]
    return AREAS.index(area) if area in AREAS else len(AREAS)
