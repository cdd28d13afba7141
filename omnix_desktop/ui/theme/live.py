"""The theme in force: light, dark or as the system says, switched without restart."""

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication

from omnix_desktop.ui.theme.fonts import font, load_fonts
from omnix_desktop.ui.theme.palette import palette_of
from omnix_desktop.ui.theme.style import StyleName, apply_style
from omnix_desktop.ui.theme.tokens import DARK, LIGHT, Tokens

Mode = Literal["light", "dark", "system"]


def mode_of(kept: str) -> Mode:
    """What was kept, or as the system says where that is no mode."""
    modes: dict[str, Mode] = {"light": "light", "dark": "dark"}
    return modes.get(kept, "system")


class Theme(QObject):
    """Holds the tokens in force; widgets repaint when `changed` comes."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "light"
        self._style: StyleName = "qlementine"
        self.tokens: Tokens = LIGHT

    @property
    def mode(self) -> Mode:
        return self._mode

    def install(self, app: QApplication, mode: Mode = "system", style: StyleName = "qlementine") -> None:
        """Fonts, style and palette for the whole program; once, before the first widget."""
        load_fonts()
        app.setFont(font("body"))
        self._style = style
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._mode = mode
        self._apply(app)
        app.sendPostedEvents()  # style, font and palette tell every widget: while there are none

    def set_mode(self, mode: Mode) -> None:
        """Switch while the windows are open."""
        self._mode = mode
        app = QApplication.instance()
        if isinstance(app, QApplication) and self._resolved() is not self.tokens:
            self._apply(app)

    def colour(self, role: str, alpha: float = 1.0) -> QColor:
        """A token as QColor."""
        shade = QColor(self.tokens[role])
        if alpha < 1:
            shade.setAlphaF(alpha)
        return shade

    def _resolved(self) -> Tokens:
        if self._mode == "system":
            return DARK if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT
        return DARK if self._mode == "dark" else LIGHT

    def _apply(self, app: QApplication) -> None:
        self.tokens = self._resolved()
        apply_style(app, self.tokens, self._style)
        app.setPalette(palette_of(self.tokens))
        app.setFont(font("body"))
        self.changed.emit()
        for widget in app.topLevelWidgets():
            widget.update()

    def _follow_system(self) -> None:
        if self._mode == "system":
            self.set_mode("system")


_theme: list[Theme] = []


def theme() -> Theme:
    """The one theme of the program."""
    if not _theme:
        _theme.append(Theme())
    return _theme[0]
