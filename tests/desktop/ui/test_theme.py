"""Text is readable in both colour sets; a switch reaches open windows; icons take the colour of their place."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from omnix_desktop.ui.theme import DARK, FONT_ROLES, LIGHT, Theme, Tokens, font, icon, pixmap
from omnix_desktop.ui.theme.style import apply_style
from omnix_desktop.ui.theme.tokens import FAINT, READABLE, colour_roles, contrast
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.thread_item import STATE_ICONS

ROOT = Path(__file__).resolve().parents[3]
SETS = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


@SETS
@pytest.mark.parametrize(("text", "ground"), READABLE)
def test_text_is_readable_on_its_ground(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@SETS
@pytest.mark.parametrize(("text", "ground"), FAINT)
def test_faint_text_can_be_made_out(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast(tokens[text], tokens[ground]) >= 3


@SETS
def test_every_tone_of_a_pill_is_a_pair_that_is_tested(tokens: Tokens) -> None:
    for ground, text, _ in paint.TONES.values():
        assert contrast(tokens[text], tokens[ground or "panel"]) >= 4.5


@pytest.mark.parametrize("colour", paint.AVATAR_COLOURS)
def test_initials_are_readable_on_every_circle(colour: str) -> None:
    assert contrast("#FFFFFF", colour) >= 4.5


@SETS
def test_every_state_tick_can_be_made_out_in_its_bubble(tokens: Tokens) -> None:
    for _, colour in STATE_ICONS.values():
        assert contrast(tokens[colour], tokens.bubble_out) >= 3


@SETS
def test_colours_are_whole_and_known(tokens: Tokens) -> None:
    for role in colour_roles():
        assert QColor(tokens[role]).isValid()
    with pytest.raises(AttributeError):
        tokens["no_such_colour"]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_a_switch_reaches_open_windows(themed: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    label = Label("Antrean", colour="muted")
    plain = QLabel("Antrean")
    for widget in (label, plain):
        qtbot.addWidget(widget)
        widget.show()
    with qtbot.waitSignal(themed.changed):
        themed.set_mode("dark")
    assert qapp.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.text)
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.muted)
    qtbot.waitUntil(lambda: plain.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.text))


def test_the_way_out_needs_no_style_library(themed: Theme, qapp: QApplication) -> None:
    try:
        assert apply_style(qapp, LIGHT, "fusion") == "fusion"
    finally:
        assert apply_style(qapp, themed.tokens, "qlementine") == "qlementine"


def test_figures_stand_still(themed: Theme) -> None:
    measure = QFontMetricsF(font("body", tabular=True))
    assert measure.horizontalAdvance("11:11") == measure.horizontalAdvance("08:30")
    assert QFontMetricsF(font("body")).horizontalAdvance("11:11") < measure.horizontalAdvance("11:11")


def test_weights_differ(themed: Theme) -> None:
    widths = {weight: QFontMetricsF(font(weight)).horizontalAdvance("Ditangani") for weight in ("body", "body_strong")}
    assert widths["body_strong"] > widths["body"]
    assert set(FONT_ROLES) >= {"body", "message", "caption", "heading"}


def colours_in(image: QImage) -> set[str]:
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    solid = (image.pixelColor(x, y) for x, y in points)
    return {colour.name().upper() for colour in solid if colour.alpha() == 255}


def test_an_icon_is_painted_in_the_colour_of_its_place_and_follows_the_theme(themed: Theme) -> None:
    made = icon("inbox", "bad")
    assert LIGHT.bad in colours_in(made.pixmap(QSize(32, 32), 2.0).toImage())
    themed.set_mode("dark")
    assert DARK.bad in colours_in(made.pixmap(QSize(32, 32), 2.0).toImage())


def test_an_icon_has_as_many_pixels_as_the_screen(themed: Theme) -> None:
    shown = pixmap("inbox", "text", 16, 2.0)
    assert shown.size() == QSize(32, 32)
    assert shown.deviceIndependentSize().toSize() == QSize(16, 16)


def test_an_unknown_icon_is_named(themed: Theme) -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        icon("no-such-icon")


def icon_names() -> set[str]:
    """Icons that the code asks for by a constant name."""
    first = {"icon", "IconButton", "RailButton", "EmptyState", "set_icon"}
    names: set[str] = set()
    for path in (ROOT / "omnix_desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [word.value for word in node.keywords if word.arg == "icon"]
            given += node.args[:1] if called in first else node.args[1:2] if called == "draw_icon" else []
            names |= {str(value.value) for value in given if isinstance(value, ast.Constant) and value.value}
    return names


def test_every_icon_that_is_asked_for_is_there() -> None:
    there = {path.stem for path in (ROOT / "resources" / "icons").glob("*.svg")}
    assert sorted(icon_names() - there) == []
    assert {name for name, _ in STATE_ICONS.values()} <= there
