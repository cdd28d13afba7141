"""Inter, loaded once, and the few sizes in which it is set."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from omnix_desktop.i18n import resource_path

FAMILY = "Inter"
_FILES = (
    "Inter-Regular.ttf",
    "Inter-Medium.ttf",
    "Inter-SemiBold.ttf",
    "Inter-Bold.ttf",
)

_SIZES: dict[str, tuple[int, int]] = {
    "body": (13, 400),
    "body_medium": (13, 500),
    "body_strong": (13, 600),
    "message": (14, 400),
    "message_strong": (14, 600),
    "caption": (11, 400),
    "caption_strong": (11, 600),
    "small": (12, 400),
    "small_strong": (12, 600),
    "heading": (15, 600),
    "title": (20, 600),
    "display": (28, 700),
    "wall": (34, 700),
}

FONT_ROLES = tuple(_SIZES)


@cache
def load_fonts() -> bool:
    """Register the program's fonts; without them the system's sans serif stands in."""
    loaded = [QFontDatabase.addApplicationFont(str(resource_path("fonts", name))) for name in _FILES]
    return min(loaded) >= 0


@cache
def _font(role: str, tabular: bool) -> QFont:
    load_fonts()
    pixels, weight = _SIZES[role]
    font = QFont([FAMILY, "Noto Color Emoji", "Segoe UI Emoji", "Apple Color Emoji"])
    font.setStyleHint(QFont.StyleHint.SansSerif)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight(weight))
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def font(role: str = "body", *, tabular: bool = False) -> QFont:
    """The font of a role (FONT_ROLES); `tabular` where numbers change in place."""
    return QFont(_font(role, tabular))
