"""Icons: Lucide drawings in the text colour of their place, sharp on every screen, cached."""

from functools import cache

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap

from omnix_desktop.i18n import resource_path
from omnix_desktop.ui.theme.live import theme

_pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
_CACHE_LIMIT = 2000


@cache
def _drawing(name: str) -> str:
    path = resource_path("icons", f"{name}.svg")
    if not path.exists():
        raise KeyError(f"There is no icon {name!r}: add it to resources/icons from lucide-static.")
    return path.read_text(encoding="utf-8")


def pixmap(name: str, colour: str = "muted", size: int = 16, ratio: float = 0.0) -> QPixmap:
    """An icon as pixels; `colour` is a token's name or #RRGGBB, `ratio` the screen's (0: the largest there is)."""
    ratio = ratio or QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]  # an application is a precondition
    paint = colour if colour.startswith("#") else theme().tokens[colour]
    key = (name, paint, size, ratio)
    found = _pixmaps.get(key)
    if found is None:
        if len(_pixmaps) > _CACHE_LIMIT:
            _pixmaps.clear()
        found = _pixmaps[key] = _render(name, paint, size, ratio)
    return found


def _render(name: str, paint: str, size: int, ratio: float) -> QPixmap:
    pixels = max(1, round(size * ratio))
    # Stroke 2 of 24 at 20 px and below looks heavy beside 13 px text: 1.75 is nearer to the weight of the letters.
    svg = _drawing(name).replace("currentColor", paint).replace('stroke-width="2"', 'stroke-width="1.75"')
    svg = svg.replace('width="24" height="24"', f'width="{pixels}" height="{pixels}"', 1)
    image = QPixmap()
    image.loadFromData(QByteArray(svg.encode()), "SVG")  # type: ignore[call-overload]  # bytes for the format crash 6.10
    image.setDevicePixelRatio(ratio)
    return image


def draw_icon(
    painter: QPainter,
    name: str,
    x: float,
    y: float,
    colour: str = "muted",
    size: int = 16,
) -> None:
    """Paint an icon at a place, in the painter's resolution."""
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(QPointF(x, y), pixmap(name, colour, size, ratio))


class _LiveIcon(QIconEngine):
    """An icon that asks for its colour when it is painted: a theme change needs only a repaint."""

    def __init__(self, name: str, colour: str, active: str) -> None:
        super().__init__()
        self._name, self._colour, self._active = name, colour, active

    def _paint_colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode is QIcon.Mode.Disabled:
            return "faint"
        return self._active if mode is QIcon.Mode.Selected or state is QIcon.State.On else self._colour

    def paint(self, painter: QPainter, rect, mode: QIcon.Mode, state: QIcon.State) -> None:  # type: ignore[no-untyped-def]
        side = min(rect.width(), rect.height())
        place = QRectF(0, 0, side, side)
        place.moveCenter(QRectF(rect).center())
        draw_icon(
            painter,
            self._name,
            place.x(),
            place.y(),
            self._paint_colour(mode, state),
            side,
        )

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        side = min(size.width(), size.height())
        shown = QPixmap(
            pixmap(
                self._name,
                self._paint_colour(mode, state),
                max(1, round(side / scale)),
                scale,
            )
        )
        shown.setDevicePixelRatio(scale)
        return shown

    def clone(self) -> QIconEngine:
        return _LiveIcon(self._name, self._colour, self._active)


def icon(name: str, colour: str = "muted", active: str = "") -> QIcon:
    """A QIcon for actions, menus and tabs; `active` is its colour when checked or selected."""
    _drawing(name)
    return QIcon(_LiveIcon(name, colour, active or colour))
