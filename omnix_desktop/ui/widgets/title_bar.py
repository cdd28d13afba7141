"""The slim title of a dock: 40 px, a name, a badge, a few icons; drag, float and close are the dock's own."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QSizePolicy, QWidget

from omnix_desktop.ui.theme import Size, Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.badges import Badge
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel


class TitleBar(QWidget):
    """For `QDockWidget.setTitleBarWidget`; the buttons for floating and closing show while the mouse is over it."""

    def __init__(
        self,
        title: str,
        *,
        float_name: str = "",
        close_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFixedHeight(Size.TITLE)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(Space.M, 0, Space.S, 1)
        self._row.setSpacing(Space.S)
        self._title = ElidedLabel(title, "body_strong")
        self._title.setMinimumWidth(24)
        self._badge = Badge("", "neutral")
        self._badge.hide()
        self._float = IconButton("picture-in-picture-2", float_name, size=24, glyph=14)
        self._close = IconButton("x", close_name, size=24, glyph=14)
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._row.addWidget(self._title)
        self._row.addWidget(self._badge)
        self._row.addStretch(1)
        for button, name in ((self._float, float_name), (self._close, close_name)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.hide()
            button.setProperty("offered", bool(name))
            self._row.addWidget(button)
        self._float.clicked.connect(self._toggle_floating)
        self._close.clicked.connect(self._close_dock)

    def set_title(self, title: str) -> None:
        """Another name."""
        self._title.setText(title)

    def set_badge(self, words: str, tone: str = "neutral") -> None:
        """A short fact beside the name, or nothing."""
        self._badge.set(words, tone)

    def set_names(self, float_name: str, close_name: str) -> None:
        """What the two dock buttons are called, after a change of language."""
        self._float.describe(float_name)
        self._close.describe(close_name)

    def add_action(self, button: QWidget) -> None:
        """An icon of the panel's own, before the dock's."""
        self._row.insertWidget(self._row.count() - 2, button)

    def _dock(self) -> QDockWidget | None:
        parent = self.parentWidget()
        return parent if isinstance(parent, QDockWidget) else None

    def _toggle_floating(self) -> None:
        dock = self._dock()
        if dock is not None:
            dock.setFloating(not dock.isFloating())

    def _close_dock(self) -> None:
        dock = self._dock()
        if dock is not None:
            dock.close()

    def _show_dock_buttons(self, over: bool) -> None:
        dock = self._dock()
        features = dock.features() if dock is not None else QDockWidget.DockWidgetFeature.NoDockWidgetFeatures
        floats = bool(features & QDockWidget.DockWidgetFeature.DockWidgetFloatable)
        closes = bool(features & QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self._float.setVisible(over and floats and bool(self._float.property("offered")))
        self._close.setVisible(over and closes and bool(self._close.property("offered")))

    def enterEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self._show_dock_buttons(True)
        super().enterEvent(event)

    def leaveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self._show_dock_buttons(False)
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the dock floats itself on a double click

    def sizeHint(self) -> QSize:
        return QSize(160, Size.TITLE)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, Size.TITLE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill(painter, QRectF(self.rect()), "panel")
        paint.fill(painter, QRectF(0, self.height() - 1, self.width(), 1), "line")
        painter.end()
