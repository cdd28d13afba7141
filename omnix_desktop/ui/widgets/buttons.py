"""Buttons: one primary per panel, the rest plain, quiet or an icon."""

from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from omnix_desktop.ui.theme import Radius, Size, draw_icon, plain_style
from omnix_desktop.ui.widgets import paint

Kind = Literal["primary", "plain", "quiet", "danger", "link", "on_dark"]

_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)

_LOOK: dict[str, tuple[str | None, str, str | None]] = {
    "primary": ("accent_fill", "on_fill", None),
    "plain": ("panel", "text", "line"),
    "quiet": (None, "muted", None),
    "danger": (None, "bad", None),
    "link": (None, "accent_text", None),
    "on_dark": (None, "rail_link", None),
}


class PaintedButton(QAbstractButton):
    """What our buttons share: hover, a focus ring for the keyboard only, a tooltip with the shortcut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ring = False
        self.setStyle(plain_style())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier  # Ctrl+Enter submits the form around it
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        if self.isEnabled():
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        super().enterEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.EnabledChange and not self.isEnabled():
            self.unsetCursor()
        super().changeEvent(event)

    def describe(self, name: str, shortcut: str = "", tooltip: str = "") -> None:
        """Accessible name, and a tooltip that names the shortcut."""
        self.setAccessibleName(name)
        tip = tooltip or name
        self.setToolTip(f"{tip}  {shown_keys(shortcut)}" if shortcut else tip)


def shown_keys(shortcut: str) -> str:
    """A shortcut as people read it here."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText).replace("Return", "↵") or shortcut


class Button(PaintedButton):
    """Text with an optional icon before it and the key that does the same after it."""

    def __init__(
        self,
        words: str = "",
        kind: Kind = "plain",
        *,
        icon: str = "",
        shortcut: str = "",
        tooltip: str = "",
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: Kind = kind
        self._icon = icon
        self._hint = shortcut
        self._small = small
        self._tip = tooltip
        self.set_text(words)

    def set_text(self, words: str) -> None:
        """The label, at once the accessible name."""
        self.setText(words)
        self.setAccessibleName(words)
        if self._tip:
            self.describe(words, self._hint, self._tip)
        self.updateGeometry()
        self.update()

    def set_icon(self, name: str) -> None:
        """Another icon, or none."""
        self._icon = name
        self.updateGeometry()
        self.update()

    def _key_width(self) -> float:
        return paint.metrics("caption").horizontalAdvance(shown_keys(self._hint)) + 10 if self._hint else 0.0

    def sizeHint(self) -> QSize:
        wide = paint.metrics("body_strong").horizontalAdvance(self.text())
        wide += 24 if self._icon and self.text() else 16 if self._icon else 0
        wide += self._key_width() + 8 if self._hint else 0
        pad = 12 if self._kind in {"link", "on_dark"} else 20 if self._small else 28
        return QSize(round(wide) + pad, 28 if self._small else Size.CONTROL)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _colours(self) -> tuple[str | None, str, str | None]:
        ground, words, border = _LOOK[self._kind]
        if not self.isEnabled():
            return ("line" if self._kind == "primary" else None), "faint", border
        if self._kind in {"quiet", "link", "danger", "plain"} and (self.underMouse() or self.isChecked()):
            ground = "bad_soft" if self._kind == "danger" else "hover"
            words = "text" if self._kind == "quiet" else words
        return ground, words, border

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        ground, colour, border = self._colours()
        outer = QRectF(self.rect())
        inner = outer.adjusted(3, 3, -3, -3) if self._ring else outer
        paint.fill(painter, inner, ground, Radius.CONTROL - (2 if self._ring else 0), border)
        if self._kind == "primary" and self.isEnabled() and (self.isDown() or self.underMouse()):
            painter.setOpacity(0.16 if self.isDown() else 0.08)
            paint.fill(painter, inner, "rail", Radius.CONTROL)
            painter.setOpacity(1)
        if self._ring:
            paint.focus_ring(painter, outer, Radius.CONTROL)
        self._paint_content(painter, outer, colour)
        painter.end()

    def _paint_content(self, painter: QPainter, rect: QRectF, colour: str) -> None:
        measure = paint.metrics("body_strong")
        words = measure.horizontalAdvance(self.text())
        glyph = 16 + (8 if self.text() else 0) if self._icon else 0
        keys = self._key_width() + 8 if self._hint else 0
        x = rect.x() + (rect.width() - words - glyph - keys) / 2
        if self._icon:
            draw_icon(painter, self._icon, round(x), round(rect.center().y() - 8), colour, 16)
        place = QRectF(x + glyph, rect.y(), words + 1, rect.height())
        paint.text(painter, place, self.text(), "body_strong", colour, elide=False)
        if self._hint:
            box = QRectF(place.right() + 7, rect.center().y() - 9, self._key_width(), 18)
            painter.setOpacity(0.85)
            paint.fill(painter, box, None, 4, colour)
            align = Qt.AlignmentFlag.AlignHCenter
            paint.text(
                painter,
                box,
                shown_keys(self._hint),
                "caption",
                colour,
                align=align,
                elide=False,
            )
            painter.setOpacity(1)


class IconButton(PaintedButton):
    """An icon alone; its name is the tooltip and what a screen reader says."""

    def __init__(
        self,
        icon: str,
        name: str,
        *,
        shortcut: str = "",
        size: int = 28,
        glyph: int = 16,
        colour: str = "muted",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._glyph, self._colour = icon, glyph, colour
        self.setFixedSize(size, size)
        self.describe(name, shortcut)

    def set_icon(self, name: str) -> None:
        """Another drawing for the same place."""
        self._icon = name
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect())
        colour = self._colour if self.isEnabled() else "faint"
        if self.isEnabled() and (self.underMouse() or self.isDown() or self.isChecked()):
            paint.fill(
                painter,
                rect,
                "accent_soft" if self.isChecked() else "hover",
                Radius.CONTROL - 2,
            )
            colour = "accent_text" if self.isChecked() else "text"
        if self._ring:
            paint.focus_ring(painter, rect, Radius.CONTROL - 2)
        half = self._glyph / 2
        draw_icon(
            painter,
            self._icon,
            rect.center().x() - half,
            rect.center().y() - half,
            colour,
            self._glyph,
        )
        painter.end()
