"""The one place that knows the style library; Fusion with our palette is the way out (`style="fusion"`)."""

from functools import cache
from typing import Literal

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QCommonStyle, QStyle

from omnix_desktop.ui.theme.fonts import font
from omnix_desktop.ui.theme.palette import palette_of
from omnix_desktop.ui.theme.tokens import Radius, Size, Tokens

try:
    import PySide6Qlementine as Qlementine
except ImportError:  # a package built without it still runs
    Qlementine = None  # type: ignore[assignment]  # tested before each use

StyleName = Literal["qlementine", "fusion"]

_STATES = ("", "Hovered", "Pressed", "Disabled")

_COLOURS: dict[str, tuple[str, str, str, str]] = {
    "primaryColor": ("accent_fill", "accent_fill", "accent_fill", "line_strong"),
    "primaryColorForeground": ("on_fill", "on_fill", "on_fill", "panel"),
    "primaryAlternativeColor": ("accent", "accent", "accent", "line_strong"),
    "secondaryColor": ("text", "text", "text", "faint"),
    "secondaryColorForeground": ("panel", "panel", "panel", "panel"),
    "secondaryAlternativeColor": ("muted", "text", "text", "faint"),
    "neutralColor": ("line", "line", "line_strong", "hover"),
    "borderColor": ("line_strong", "faint", "accent", "line"),
    "statusColorError": ("bad", "bad", "bad", "bad_soft"),
    "statusColorWarning": ("soon", "soon", "soon", "soon_soft"),
    "statusColorSuccess": ("good", "good", "good", "good_soft"),
    "statusColorInfo": ("accent", "accent", "accent", "accent_soft"),
    "statusColorForeground": ("panel", "panel", "panel", "panel"),
}

_GROUNDS = {
    "backgroundColorMain1": "panel",
    "backgroundColorMain2": "panel",
    "backgroundColorMain3": "window",
    "backgroundColorMain4": "line",
    "backgroundColorTabBar": "panel",
    "backgroundColorWorkspace": "window",
}

_FONTS = {
    "fontRegular": "body",
    "fontBold": "body_strong",
    "fontCaption": "caption",
    "fontMonospace": "body",
    "fontH1": "display",
    "fontH2": "title",
    "fontH3": "title",
    "fontH4": "heading",
    "fontH5": "heading",
}

_METRICS: dict[str, object] = {
    "animationDuration": 90,
    "focusAnimationDuration": 0,
    "focusBorderWidth": 0,
    "borderRadius": float(Radius.CONTROL),
    "checkBoxBorderRadius": 4.0,
    "menuItemBorderRadius": 6.0,
    "menuBarItemBorderRadius": 6.0,
    "borderWidth": 1,
    "controlHeightLarge": Size.CONTROL,
    "controlHeightMedium": 28,
    "controlHeightSmall": 16,
    "fontSize": 13,
    "fontSizeMonospace": 13,
    "fontSizeS1": 11,
    "fontSizeH1": 28,
    "fontSizeH2": 20,
    "fontSizeH3": 20,
    "fontSizeH4": 15,
    "fontSizeH5": 15,
    "iconSize": QSize(Size.ICON, Size.ICON),
    "scrollBarThicknessFull": 8,
    "scrollBarThicknessSmall": 6,
    "scrollBarMargin": 2,
    "spacing": 8,
    "useSystemFonts": False,
}


_SHADOW = 8
"""Pixels that Qlementine leaves around its popups."""


def popup_margin() -> int:
    """How much of a menu's or list's window is nothing but room for a shadow."""
    app = QApplication.instance()
    if isinstance(app, QApplication) and app.style().metaObject().className() == "oclero::qlementine::QlementineStyle":
        return _SHADOW
    return 0


@cache
def plain_style() -> QStyle:
    """For what paints itself: the library lays a frame of its own over each button, and the window is painted anew."""
    return QCommonStyle()


def apply_style(app: QApplication, tokens: Tokens, name: StyleName) -> StyleName:
    """Set or recolour the application's style; answers what is in force."""
    if name == "fusion" or Qlementine is None:
        app.setStyle("Fusion")
        return "fusion"
    style = app.style()
    if isinstance(style, Qlementine.QlementineStyle):
        style.setTheme(_theme_of(tokens))
        return name
    style = Qlementine.QlementineStyle(app)
    style.setAnimationsEnabled(False)
    style.setAutoIconColor(Qlementine.AutoIconColor.None_)
    style.setTheme(_theme_of(tokens))
    app.setStyle(style)
    return name


def _theme_of(tokens: Tokens) -> "Qlementine.Theme":
    made = Qlementine.Theme.makeDark() if tokens.dark else Qlementine.Theme.makeLight()
    for name, roles in _COLOURS.items():
        for state, role in zip(_STATES, roles, strict=True):
            if hasattr(made, name + state):
                setattr(made, name + state, QColor(tokens[role]))
    for name, role in _GROUNDS.items():
        setattr(made, name, QColor(tokens[role]))
    for name, role in _FONTS.items():
        setattr(made, name, font(role))
    for name, value in _METRICS.items():
        setattr(made, name, value)
    focus = QColor(tokens.accent)
    focus.setAlphaF(0.45)
    made.focusColor = focus
    made.palette = palette_of(tokens)
    for step, alpha in enumerate((10, 20, 28, 36), start=1):
        veil = QColor(tokens.text)
        veil.setAlpha(alpha)
        setattr(made, f"semiTransparentColor{step}", veil)
    return made
