"""Text that knows its role: font and colour from the tokens, alive through a theme change."""

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from omnix_desktop.ui.theme import font, theme


class Label(QLabel):
    """A line or paragraph in a font role and colour role; plain text unless told otherwise."""

    def __init__(
        self,
        words: str = "",
        role: str = "body",
        colour: str = "text",
        *,
        wrap: bool = False,
        tabular: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._colour = colour
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(role, tabular=tabular))
        self.setWordWrap(wrap)
        if selectable:
            flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            self.setTextInteractionFlags(flags)
        self.setText(words)
        theme().changed.connect(self._recolour)
        self._recolour()

    def set_colour(self, colour: str) -> None:
        """Another colour role."""
        if colour != self._colour:
            self._colour = colour
            self._recolour()

    def _recolour(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, theme().colour(self._colour))
        palette.setColor(QPalette.ColorRole.Text, theme().colour(self._colour))
        palette.setColor(QPalette.ColorRole.Link, theme().colour("accent_text"))
        self.setPalette(palette)


class ElidedLabel(Label):
    """One line that gives up its end when there is no room, and shows the whole in its tooltip then."""

    def __init__(
        self,
        words: str = "",
        role: str = "body",
        colour: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        self._words = words
        super().__init__(words, role, colour, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, words: str) -> None:
        self._words = words
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        line = " ".join(self._words[:1000].split())
        return QSize(self.fontMetrics().horizontalAdvance(line) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        line = " ".join(self._words[:1000].split())
        room = max(self.width(), 24)
        shown = self.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, room)
        super().setText(shown)
        self.setAccessibleName(line)
        self.setToolTip(line if shown != line else "")


class Snug(QWidget):
    """A part with wrapped text that is as high as its width makes it, and never higher."""

    def fit(self) -> None:
        """After its words have changed."""
        layout = self.layout()
        if layout is not None:
            self.setMaximumHeight(max(1, layout.totalHeightForWidth(self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            QTimer.singleShot(0, self, self.fit)  # not while the layout around it is at work


class Line(QFrame):
    """A hairline between two parts."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
        theme().changed.connect(self._recolour)
        self._recolour()

    def _recolour(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, theme().colour("line"))
        self.setPalette(palette)


class Surface(QWidget):
    """A ground of one token's colour: a panel, a thread, a card's inside."""

    def __init__(self, ground: str = "panel", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground = ground
        self.setAutoFillBackground(True)
        theme().changed.connect(self._recolour)
        self._recolour()

    def _recolour(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, theme().colour(self._ground))
        self.setPalette(palette)
