"""Painting of one measured row: day, bubble, files, text with its selection, state, what stands below."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QTextCharFormat, QTextLayout

from omnix_desktop.ui.theme import Radius, draw_icon, font, theme
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.thread_item import STATE_ICONS, ThreadAttachment
from omnix_desktop.ui.widgets.thread_row import DAY_HEIGHT, Row, Spot

PictureOf = Callable[[str], QImage | None]
"""A picture by its file's key, where it is at hand."""
_GROUNDS = {"in": "bubble_in", "out": "bubble_out", "memo": "memo"}


def paint_row(
    painter: QPainter,
    row: Row,
    width: float,
    selected: tuple[int, int] | None,
    hovered: Spot | None,
    current: bool,
    pictures: PictureOf,
) -> None:
    """Paint a row whose top left is the painter's origin; `pictures` has what is at hand."""
    if row.day:
        _day(painter, row.day, width)
    if row.item.kind in {"system", "action"}:
        _centred(painter, row, hovered)
    else:
        _bubble(painter, row)
        _quote(painter, row, hovered)
        _files(painter, row, hovered, pictures)
        _text(painter, row, selected)
        _meta(painter, row)
        _reactions(painter, row)
        _below(painter, row, hovered)
    if current:
        around = row.bubble if not row.bubble.isEmpty() else row.note.adjusted(-6, -4, 6, 4)
        paint.focus_ring(painter, around.adjusted(-3, -3, 3, 3), Radius.BUBBLE + 2)


def _day(painter: QPainter, words: str, width: float) -> None:
    wide = paint.metrics("caption").horizontalAdvance(words) + 24
    rect = QRectF((width - wide) / 2, (DAY_HEIGHT - 8 - 22) / 2 + 2, wide, 22)
    paint.fill(painter, rect, "panel", 11, "line")
    paint.text(painter, rect, words, "caption", "muted", align=Qt.AlignmentFlag.AlignHCenter, elide=False)


def _centred(painter: QPainter, row: Row, hovered: Spot | None) -> None:
    action = row.item.kind == "action"
    words = paint.one_line(row.item.text) if action else row.item.text[:2000]
    letters = font("small_strong" if action else "small")
    letters.setUnderline(action and hovered in row.spots)
    painter.setFont(letters)
    painter.setPen(theme().colour("accent_text" if action else "muted"))
    painter.drawText(row.note, int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignHCenter), words)


def _bubble(painter: QPainter, row: Row) -> None:
    kind = row.item.kind
    painter.setPen(QPen(theme().colour("memo_line"), 1) if kind == "memo" else Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour(_GROUNDS[kind]))
    rect = row.bubble.adjusted(0.5, 0.5, -0.5, -0.5) if kind == "memo" else row.bubble
    painter.drawPath(_shape(rect, kind))
    if row.item.head:
        paint.text(painter, row.head, row.item.head, "caption_strong", "out_muted" if kind == "out" else "muted")


def _shape(rect: QRectF, kind: str) -> QPainterPath:
    """Round corners, but the one towards its speaker."""
    path = QPainterPath()
    path.addRoundedRect(rect, Radius.BUBBLE, Radius.BUBBLE)
    if kind != "memo":
        corner = QPainterPath()
        x = rect.left() if kind == "in" else rect.right() - 14
        corner.addRoundedRect(QRectF(x, rect.bottom() - 14, 14, 14), 3, 3)
        path = path.united(corner)
    return path


def _quote(painter: QPainter, row: Row, hovered: Spot | None) -> None:
    """What it answers: a line at the left, and one line of the words."""
    for spot in row.spots:
        if spot.kind == "quote":
            mine = row.item.kind == "out"
            bar = QRectF(spot.rect.x(), spot.rect.y(), 3, spot.rect.height())
            paint.fill(painter, bar, "out_link" if mine else "accent", 1.5)
            role = "out_muted" if mine else "muted"
            words = spot.rect.adjusted(10, 0, 0, 0)
            paint.text(painter, words, spot.words, "small", "text" if spot == hovered else role)


def _reactions(painter: QPainter, row: Row) -> None:
    if row.reactions.isEmpty():
        return
    paint.fill(painter, row.reactions, "panel", row.reactions.height() / 2, "line")
    place = QRectF(row.reactions.x() + 7, row.reactions.y(), 22, row.reactions.height())
    for emoji in row.item.reactions:
        paint.text(painter, place, emoji, "body", align=Qt.AlignmentFlag.AlignHCenter, elide=False)
        place.translate(22, 0)


def _files(painter: QPainter, row: Row, hovered: Spot | None, pictures: PictureOf) -> None:
    places = {spot.value: spot for spot in row.spots if spot.kind == "attachment"}
    for file in row.item.attachments:
        rect = places[file.key].rect
        lit = hovered is not None and hovered.kind == "attachment" and hovered.value == file.key
        if file.picture is not None:
            paint_picture(painter, rect, pictures(file.key), lit)
        else:
            _file(painter, rect, file, lit)
        if file.done >= 0:
            line = QRectF(rect.x() + 4, rect.bottom() - 5, (rect.width() - 8) * file.done / 100, 3)
            paint.fill(painter, line, "accent", 1.5)


def _file(painter: QPainter, rect: QRectF, file: ThreadAttachment, lit: bool) -> None:
    paint.fill(painter, rect, "panel", Radius.CONTROL, "accent" if lit else "line")
    draw_icon(painter, file.icon, rect.x() + 10, rect.center().y() - 10, "accent_text" if file.there else "faint", 20)
    words = QRectF(rect.x() + 40, rect.y() + 6, rect.width() - 48, 18)
    paint.text(painter, words, file.name, "body_strong")
    paint.text(painter, words.translated(0, 18), file.note, "caption", "muted", tabular=True)


def paint_picture(painter: QPainter, rect: QRectF, image: QImage | None, lit: bool) -> None:
    """A picture in its place, cut to it; a sign in the same place while it is not here."""
    outline = QPainterPath()
    outline.addRoundedRect(rect, Radius.CONTROL, Radius.CONTROL)
    paint.fill(painter, rect, "panel", Radius.CONTROL, "line")
    if image is None:
        draw_icon(painter, "image", rect.center().x() - 14, rect.center().y() - 14, "faint", 28)
    else:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
        fitted = QSizeF(image.size()).scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(rect.topLeft(), fitted)
        place.moveCenter(rect.center())
        painter.drawImage(place, image)
        painter.restore()
    if lit:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().colour("accent"), 2))
        painter.drawPath(outline)


def _text(painter: QPainter, row: Row, selected: tuple[int, int] | None) -> None:
    if row.laid is None:
        return
    ranges = []
    if selected and selected[0] < selected[1]:
        piece = QTextLayout.FormatRange()
        looks = QTextCharFormat()
        looks.setBackground(theme().colour("accent_fill"))
        looks.setForeground(theme().colour("on_fill"))
        piece.start, piece.length, piece.format = selected[0], selected[1] - selected[0], looks
        ranges.append(piece)
    painter.setPen(theme().colour("muted" if row.item.faint else "text"))
    clip = painter.clipBoundingRect().translated(0, 0)
    row.laid.layout.draw(painter, row.text_at, ranges, clip)
    for spot in row.spots:
        if spot.kind == "more":
            colour = "out_link" if row.item.kind == "out" else "accent_text"
            paint.text(painter, spot.rect, spot.words, "small_strong", colour, elide=False)


def _meta(painter: QPainter, row: Row) -> None:
    if row.meta.isEmpty():
        return
    colour = "out_muted" if row.item.kind == "out" else "muted"
    place = QRectF(row.meta)
    if row.item.state:
        name, shade = STATE_ICONS[row.item.state]
        draw_icon(painter, name, place.right() - 14, place.center().y() - 7, shade, 14)
        place.setRight(place.right() - 18)
    end = Qt.AlignmentFlag.AlignRight
    words = " · ".join(part for part in (row.item.mark, row.item.time) if part)
    paint.text(painter, place, words, "caption", colour, align=end, tabular=True, elide=False)


def _below(painter: QPainter, row: Row, hovered: Spot | None) -> None:
    if row.item.note:
        glyph = "clock" if row.item.note_colour in {"muted", "faint"} else "triangle-alert"
        draw_icon(painter, glyph, row.note.x(), row.note.y() + 1, row.item.note_colour, 14)
        painter.setFont(font("small"))
        painter.setPen(theme().colour(row.item.note_colour))
        painter.drawText(row.note.adjusted(20, 0, 4, 0), int(Qt.TextFlag.TextWordWrap), row.item.note[:600])
    for spot in row.spots:
        if spot.kind == "action":
            letters = font("small_strong")
            letters.setUnderline(spot == hovered)
            painter.setFont(letters)
            painter.setPen(theme().colour("accent_text"))
            painter.drawText(spot.rect, int(Qt.AlignmentFlag.AlignCenter), spot.words)
