"""Tokens to style and palette; the only place that knows the style library."""

from omnix_desktop.ui.theme.fonts import FONT_ROLES, font
from omnix_desktop.ui.theme.icons import draw_icon, icon, pixmap
from omnix_desktop.ui.theme.live import Mode, Theme, mode_of, theme
from omnix_desktop.ui.theme.style import plain_style, popup_margin
from omnix_desktop.ui.theme.tokens import DARK, LIGHT, Radius, Size, Space, Tokens

__all__ = [
    "DARK",
    "FONT_ROLES",
    "LIGHT",
    "Mode",
    "Radius",
    "Size",
    "Space",
    "Theme",
    "Tokens",
    "draw_icon",
    "font",
    "icon",
    "mode_of",
    "pixmap",
    "plain_style",
    "popup_margin",
    "theme",
]
