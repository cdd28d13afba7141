"""Pills, counts and avatars as widgets."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from omnix_desktop.ui.widgets import paint


class Badge(QWidget):
    """A short fact on its own ground. Tones: neutral, outline, accent, good, soon, bad, count, alarm."""

    def __init__(
        self,
        words: str = "",
        tone: str = "neutral",
        *,
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words, self._tone, self._icon = words, tone, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)
        if not words:
            self.hide()

    def set(self, words: str, tone: str | None = None) -> None:
        """New words, and a new tone if the meaning changed; empty words hide it."""
        if words == self._words and tone in (None, self._tone):
            return
        wider = len(words) != len(self._words)
        self._words, self._tone = words, tone or self._tone
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        if wider:
            self.updateGeometry()
        self.update()

    def text(self) -> str:
        """What it says."""
        return self._words

    def tone(self) -> str:
        """How it says it."""
        return self._tone

    def _round(self) -> bool:
        return self._tone in {"count", "alarm"}

    def sizeHint(self) -> QSize:
        wide = paint.count_width(self._words) if self._round() else paint.pill_width(self._words, self._icon)
        return QSize(round(wide + 0.5), 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        if self._round():
            paint.draw_count(painter, self.width(), self.height() / 2, self._words, self._tone)
        else:
            paint.draw_pill(
                painter,
                0,
                (self.height() - 18) / 2,
                self._words,
                self._tone,
                self._icon,
            )
        painter.end()


class CountBadge(Badge):
    """A number beside a tab or a title; nothing at zero unless told otherwise."""

    def __init__(
        self,
        count: int = 0,
        tone: str = "neutral",
        *,
        show_zero: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", tone, parent=parent)
        self._show_zero = show_zero
        self.set_count(count)

    def _round(self) -> bool:
        return True

    def set_count(self, count: int) -> None:
        """The number to show."""
        self.set(str(count) if count or self._show_zero else "")


class Avatar(QWidget):
    """A person's circle: initials, a colour that stays, the channel's icon at its foot."""

    def __init__(
        self,
        name: str = "",
        *,
        seed: str = "",
        badge: str = "",
        size: int = 36,
        quiet: bool = False,
        ground: str = "panel",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._seed, self._badge, self._quiet = name, seed, badge, quiet
        self._ground = ground
        self._dot = ""
        self.setFixedSize(size + 4, size + 4)
        self.setAccessibleName(name)

    def set_person(self, name: str, seed: str = "", badge: str = "") -> None:
        """Somebody else."""
        self._name, self._seed, self._badge = name, seed, badge
        self.setAccessibleName(name)
        self.update()

    def set_presence(self, colour: str) -> None:
        """A dot in a token's colour (good, soon, bad, faint), or none."""
        self._dot = colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        circle = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        paint.draw_avatar(painter, circle, self._name, self._seed, self._badge, quiet=self._quiet)
        if self._dot:
            spot = QRectF(circle.right() - 9, circle.bottom() - 9, 11, 11)
            paint.fill(painter, spot, self._ground, 5.5)
            paint.fill(painter, spot.adjusted(2, 2, -2, -2), self._dot, 3.5)
        painter.end()
