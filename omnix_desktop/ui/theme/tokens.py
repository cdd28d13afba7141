"""Design tokens, light and dark: every colour, size and radius, and the pairs that must be readable."""

import msgspec


class Tokens(msgspec.Struct, frozen=True):
    """One colour set; values are #RRGGBB. Text roles carry text, `*_fill` carry white text, `*_soft` are grounds."""

    dark: bool
    window: str
    panel: str
    thread: str
    line: str
    line_strong: str
    hover: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_text: str
    accent_fill: str
    accent_soft: str
    on_fill: str
    bubble_in: str
    bubble_out: str
    out_muted: str
    out_link: str
    out_bad: str
    memo: str
    memo_line: str
    good: str
    good_soft: str
    soon: str
    soon_soft: str
    bad: str
    bad_fill: str
    bad_soft: str
    rail: str
    rail_active: str
    rail_text: str
    rail_link: str

    def __getitem__(self, role: str) -> str:
        """A colour by its role's name, as delegates get it from models."""
        value = getattr(self, role)
        if not isinstance(value, str):
            raise KeyError(role)
        return value


LIGHT = Tokens(
    dark=False,
    window="#F5F6F8",
    panel="#FFFFFF",
    thread="#FAFBFC",
    line="#E5E8EC",
    line_strong="#CDD3DC",
    hover="#F1F3F6",
    text="#1B2430",
    muted="#5B6579",
    faint="#7F899B",
    accent="#2F6FED",
    accent_text="#1D59D1",
    accent_fill="#2F6FED",
    accent_soft="#EAF1FE",
    on_fill="#FFFFFF",
    bubble_in="#F1F3F6",
    bubble_out="#DCE8FF",
    out_muted="#566074",
    out_link="#1D59D1",
    out_bad="#B9332A",
    memo="#FFF6DB",
    memo_line="#F2DC9A",
    good="#0F7653",
    good_soft="#E3F5EE",
    soon="#A15408",
    soon_soft="#FDF0DF",
    bad="#B9332A",
    bad_fill="#C0362C",
    bad_soft="#FDE9E7",
    rail="#111A2B",
    rail_active="#22304A",
    rail_text="#98A6BC",
    rail_link="#8FB2F7",
)

DARK = Tokens(
    dark=True,
    window="#0F141B",
    panel="#161D27",
    thread="#1A222D",
    line="#263140",
    line_strong="#3A475A",
    hover="#1E2733",
    text="#E8EDF4",
    muted="#93A1B5",
    faint="#6B7A91",
    accent="#5B8DEF",
    accent_text="#7DA6F5",
    accent_fill="#386FDF",
    accent_soft="#1B2C4D",
    on_fill="#FFFFFF",
    bubble_in="#212B38",
    bubble_out="#24427A",
    out_muted="#B4C4E0",
    out_link="#A9C6FF",
    out_bad="#FFB4AD",
    memo="#3A3218",
    memo_line="#5C4F20",
    good="#4CC79A",
    good_soft="#153329",
    soon="#E8A552",
    soon_soft="#3A2A14",
    bad="#F0766C",
    bad_fill="#CC4338",
    bad_soft="#3D1F1D",
    rail="#0A0E14",
    rail_active="#1B2C4D",
    rail_text="#93A1B5",
    rail_link="#8FB2F7",
)

GROUNDS = ("window", "panel", "thread", "hover", "accent_soft", "bubble_in", "memo")

READABLE: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("text", "muted", "accent_text", "bad") for ground in GROUNDS),
    *((text, ground) for text in ("good", "soon") for ground in ("window", "panel", "thread", "hover", "bubble_in")),
    ("muted", "line"),
    ("good", "good_soft"),
    ("soon", "soon_soft"),
    ("bad", "bad_soft"),
    ("text", "good_soft"),
    ("text", "soon_soft"),
    ("text", "bad_soft"),
    ("text", "bubble_out"),
    ("out_muted", "bubble_out"),
    ("out_link", "bubble_out"),
    ("out_bad", "bubble_out"),
    ("on_fill", "accent_fill"),
    ("on_fill", "bad_fill"),
    ("rail_text", "rail"),
    ("rail_link", "rail"),
    ("on_fill", "rail"),
    ("on_fill", "rail_active"),
)
"""(text, ground) that the screens use: at least 4.5 : 1."""

FAINT: tuple[tuple[str, str], ...] = tuple(("faint", ground) for ground in ("window", "panel", "thread", "hover"))
"""Placeholders and captions that never carry a fact alone: at least 3 : 1."""


class Space:
    """Distances on the 4 px grid."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24


class Size:
    """Heights of the things that stand in rows, and how wide what is read may become."""

    READING = 1040
    CONTROL = 32
    ROW = 32
    TITLE = 40
    TAB = 40
    RAIL = 56
    ICON = 16


class Radius:
    """Corner radii."""

    SMALL = 4
    PILL = 5
    CONTROL = 8
    BUBBLE = 12
    CARD = 12


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colour_roles() -> tuple[str, ...]:
    """Names of all colour tokens."""
    return tuple(name for name in Tokens.__struct_fields__ if name != "dark")
