"""The company's colour, and what keeps it readable: WCAG 2 contrast, computed before a browser sees it."""

from typing import Final

ACCENT: Final = "#2f6fed"
LIGHT_PANEL: Final = "#ffffff"
DARK_PANEL: Final = "#161d27"
TEXT_CONTRAST: Final = 4.5
"""WCAG 2.2, 1.4.3: letters on their ground."""
SHAPE_CONTRAST: Final = 3.0
"""WCAG 2.2, 1.4.11: what a control is known by, on the ground beside it."""
STEPS: Final = 50


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, 0 (black) to 1 (white)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def letters_on(ground: str) -> str:
    """White where that can be read, else black; one of both always reaches 4.5."""
    return "#ffffff" if contrast("#ffffff", ground) >= TEXT_CONTRAST else "#000000"


def shape_on(colour: str, panel: str) -> str:
    """The colour, moved towards black or white only as far as a control needs to be seen on this panel."""
    target = 0 if luminance(panel) > 0.5 else 255
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    for step in range(STEPS + 1):
        moved = "#" + "".join(f"{round(part + (target - part) * step / STEPS):02x}" for part in parts)
        if contrast(moved, panel) >= SHAPE_CONTRAST:
            return moved
    return colour


def palette(colour: str) -> dict[str, str]:
    """The page's own colours by name; an account without one has ours."""
    accent = colour or ACCENT
    return {
        "accent": accent,
        "on_accent": letters_on(accent),
        "shape": shape_on(accent, LIGHT_PANEL),
        "shape_dark": shape_on(accent, DARK_PANEL),
    }
