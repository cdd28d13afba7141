"""Painting that widgets and delegates share: rounded grounds, pills, counts, avatars, elided text, the focus ring."""

from functools import cache
from zlib import crc32

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from omnix_desktop.ui.theme import Radius, draw_icon, font, theme

AVATAR_COLOURS = (
    "#6D5BD8",
    "#BC4577",
    "#17807A",
    "#AD6013",
    "#4A69A3",
    "#2F7A55",
    "#9A4AA8",
    "#B8472E",
    "#1A759F",
    "#5F6B7E",
)

TONES: dict[str, tuple[str | None, str, str | None]] = {
    "neutral": ("bubble_in", "muted", None),
    "outline": (None, "muted", "line"),
    "accent": ("accent_soft", "accent_text", None),
    "good": ("good_soft", "good", None),
    "soon": ("soon_soft", "soon", None),
    "bad": ("bad_soft", "bad", None),
    "count": ("accent_fill", "on_fill", None),
    "alarm": ("bad_fill", "on_fill", None),
}
"""Tone of a pill: ground, text, border."""

PILL_HEIGHT = 18.0


@cache
def metrics(role: str, tabular: bool = False) -> QFontMetricsF:
    """Measures of a font role."""
    return QFontMetricsF(font(role, tabular=tabular))


def fill(
    painter: QPainter,
    rect: QRectF,
    ground: str | None,
    radius: float = 0.0,
    border: str | None = None,
    width: float = 1.0,
) -> None:
    """A rounded ground; tokens by name, the border drawn inside the rectangle."""
    painter.setPen(Qt.PenStyle.NoPen)
    if border:
        half = width / 2
        rect = rect.adjusted(half, half, -half, -half)
        painter.setPen(QPen(theme().colour(border), width))
    painter.setBrush(theme().colour(ground) if ground else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, radius, radius)


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    role: str = "body",
    colour: str = "text",
    *,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    tabular: bool = False,
    elide: bool = True,
) -> float:
    """One line, vertically centred, elided at its end; answers the width it took."""
    measure = metrics(role, tabular)
    shown = one_line(words)
    if elide:
        shown = measure.elidedText(shown, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(font(role, tabular=tabular))
    painter.setPen(theme().colour(colour))
    painter.drawText(
        rect,
        int(align | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine),
        shown,
    )
    return measure.horizontalAdvance(shown)


def one_line(words: str, limit: int = 400) -> str:
    """The first characters of a text as one line: a row never measures a megabyte."""
    return " ".join(words[:limit].split())


def pill_width(words: str, icon: str = "") -> float:
    """What `draw_pill` will take."""
    return metrics("caption_strong", True).horizontalAdvance(words) + 14 + (14 if icon else 0)


def draw_pill(
    painter: QPainter,
    x: float,
    y: float,
    words: str,
    tone: str = "neutral",
    icon: str = "",
) -> float:
    """A small label on its own ground, 18 px high; answers its width."""
    ground, colour, border = TONES[tone]
    rect = QRectF(x, y, pill_width(words, icon), PILL_HEIGHT)
    fill(painter, rect, ground, Radius.PILL, border)
    inner = rect.adjusted(7, 0, -6, 0)
    if icon:
        draw_icon(painter, icon, inner.x() - 1, rect.center().y() - 6, colour, 12)
        inner.setLeft(inner.left() + 14)
    role = "caption" if tone in {"neutral", "outline"} else "caption_strong"
    align = Qt.AlignmentFlag.AlignLeft if icon else Qt.AlignmentFlag.AlignHCenter
    text(painter, inner, words, role, colour, align=align, tabular=True, elide=False)
    return rect.width()


def count_width(count: int | str) -> float:
    """What `draw_count` will take: a circle for one digit, a capsule for more."""
    return max(PILL_HEIGHT, metrics("caption_strong", True).horizontalAdvance(str(count)) + 11)


def draw_count(
    painter: QPainter,
    right: float,
    middle: float,
    count: int | str,
    tone: str = "count",
) -> float:
    """A count, right-aligned at a point; answers its width."""
    ground, colour, border = TONES[tone]
    width = count_width(count)
    rect = QRectF(right - width, middle - PILL_HEIGHT / 2, width, PILL_HEIGHT)
    fill(painter, rect, ground, PILL_HEIGHT / 2, border)
    centre = Qt.AlignmentFlag.AlignHCenter
    text(
        painter,
        rect,
        str(count),
        "caption_strong",
        colour,
        align=centre,
        tabular=True,
        elide=False,
    )
    return width


def initials(name: str) -> str:
    """Two letters for a person, `@b` for a handle, `?` for nobody."""
    words = name.split()
    if not words:
        return "?"
    if len(words) == 1 or words[0].startswith("@"):
        return words[0][:2]
    return (words[0][0] + words[-1][0]).upper()


def avatar_colour(seed: str) -> str:
    """Always the same colour for the same person."""
    return AVATAR_COLOURS[crc32(seed.encode()) % len(AVATAR_COLOURS)]


def draw_avatar(
    painter: QPainter,
    rect: QRectF,
    name: str,
    seed: str = "",
    badge: str = "",
    ground: str = "panel",
    quiet: bool = False,
) -> None:
    """A person's circle with initials, and the channel's icon at its foot on the ground that it stands on."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour("line") if quiet else QColor(avatar_colour(seed or name)))
    painter.drawEllipse(rect)
    lettering = QFont(font("body_strong"))
    lettering.setPixelSize(max(9, round(rect.height() * 0.36)))
    painter.setFont(lettering)
    painter.setPen(theme().colour("text" if quiet else "on_fill"))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), initials(name))
    if badge:
        side = max(14.0, round(rect.height() * 0.44))
        spot = QRectF(rect.right() - side + 3, rect.bottom() - side + 3, side, side)
        fill(painter, spot, ground, side / 2)
        inner = spot.adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#3A4557"))
        painter.drawEllipse(inner)
        size = round(side * 0.56)
        draw_icon(
            painter,
            badge,
            spot.center().x() - size / 2,
            spot.center().y() - size / 2,
            "#FFFFFF",
            size,
        )


def focus_ring(painter: QPainter, rect: QRectF, radius: float) -> None:
    """The keyboard's place: two pixels of accent inside the rectangle."""
    fill(painter, rect, None, radius, "accent", 2.0)


def antialiased(painter: QPainter) -> QPainter:
    """The hints that every painter here wants."""
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing
        | QPainter.RenderHint.TextAntialiasing
        | QPainter.RenderHint.SmoothPixmapTransform
    )
    return painter
