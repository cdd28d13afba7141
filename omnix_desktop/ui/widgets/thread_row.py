"""One row of a thread, measured: where its bubble, text, files, words and links stand."""

import msgspec
from PySide6.QtCore import QPointF, QRectF, Qt

from omnix_desktop.i18n import number, tr
from omnix_desktop.ui.theme import Size
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.thread_item import ThreadAttachment, ThreadItem
from omnix_desktop.ui.widgets.thread_text import FIRST_CHARACTERS, Laid, lay_out

GAP = 8.0
DAY_HEIGHT = 36.0
PAD_X, PAD_Y = 12.0, 8.0
HEAD_HEIGHT = 17.0
QUOTE_HEIGHT = 28.0
REACTION_HEIGHT = 24.0
FILE_HEIGHT = 52.0
FILE_GAP = 4.0
LINE_HEIGHT = 20.0
WIDEST = 560.0
NARROW_SIDE = 12.0


class Spot(msgspec.Struct, frozen=True):
    """A place that can be pressed: link, attachment, action or more."""

    kind: str
    value: str
    rect: QRectF
    words: str = ""


class Row(msgspec.Struct):
    """Measures of one item at one width; coordinates from the row's top left."""

    item: ThreadItem
    day: str
    height: float = 0.0
    bubble: QRectF = msgspec.field(default_factory=QRectF)
    head: QRectF = msgspec.field(default_factory=QRectF)
    laid: Laid | None = None
    text_at: QPointF = msgspec.field(default_factory=QPointF)
    meta: QRectF = msgspec.field(default_factory=QRectF)
    note: QRectF = msgspec.field(default_factory=QRectF)
    reactions: QRectF = msgspec.field(default_factory=QRectF)
    spots: list[Spot] = msgspec.field(default_factory=list)

    def spot_at(self, point: QPointF) -> Spot | None:
        """What would be pressed there."""
        for spot in self.spots:
            if spot.rect.contains(point):
                return spot
        if self.laid is None or not self.laid.links:
            return None
        position = self.text_position(point, exact=True)
        for start, end, address in self.laid.links:
            if start <= position < end:
                return Spot("link", address, QRectF())
        return None

    def text_position(self, point: QPointF, *, exact: bool = False) -> int:
        """The letter under a point, as Qt counts; with `exact`, -1 beside the text."""
        if self.laid is None:
            return -1 if exact else 0
        inner = point - self.text_at
        layout = self.laid.layout
        for place in range(layout.lineCount()):
            line = layout.lineAt(place)
            rect = line.naturalTextRect()
            if inner.y() < rect.bottom() or place == layout.lineCount() - 1:
                if exact and not rect.contains(inner):
                    return -1
                if inner.y() < 0:
                    return 0
                return int(line.xToCursor(inner.x()))
        return 0


def estimate(item: ThreadItem, width: float) -> float:
    """A height before measuring: near enough for the scroll bar."""
    per_line = max(12.0, min(WIDEST, width * 0.7) / 7.2)
    lines = 1 + min(len(item.text), FIRST_CHARACTERS) / per_line if item.text else 0
    extra = (QUOTE_HEIGHT if item.quote else 0) + (REACTION_HEIGHT if item.reactions else 0)
    room = max(80.0, min(WIDEST, (width - 2 * _side(width)) * 0.72) - 2 * PAD_X)
    for file in item.attachments:
        extra += FILE_HEIGHT if file.picture is None else file_size(file, room)[1] + FILE_GAP
    extra += (LINE_HEIGHT if item.note else 0) + (LINE_HEIGHT if item.actions else 0)
    return GAP + PAD_Y * 2 + lines * 19 + extra + (HEAD_HEIGHT if item.head else 0)


def measure(item: ThreadItem, width: float, day: str, limit: int = FIRST_CHARACTERS) -> Row:
    """Lay one item out for a width."""
    row = Row(item, day)
    top = DAY_HEIGHT if day else 0.0
    if item.kind in {"system", "action"}:
        _centred(row, width, top)
    else:
        _bubble(row, width, top, limit)
    return row


def _centred(row: Row, width: float, top: float) -> None:
    item = row.item
    role = "small_strong" if item.kind == "action" else "small"
    words = paint.one_line(item.text) if item.kind == "action" else item.text[:2000]
    room = max(60.0, min(width - 48, WIDEST))
    flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignHCenter)
    box = paint.metrics(role).boundingRect(QRectF(0, 0, room, 10_000), flags, words)
    row.note = QRectF((width - room) / 2, top + 4, room, box.height())
    row.height = top + box.height() + 8 + GAP
    if item.kind == "action":
        place = QRectF((width - box.width()) / 2 - 8, top, box.width() + 16, box.height() + 8)
        row.spots.append(Spot("action", "open", place))


def _side(width: float) -> float:
    """What stays free left and right: on a wide screen question and answer do not drift apart."""
    least = 24.0 if width > 420 else NARROW_SIDE
    return max(least, (width - Size.READING) / 2 + least)


def _bubble(row: Row, width: float, top: float, limit: int) -> None:
    item = row.item
    side = _side(width)
    room = max(80.0, min(WIDEST, (width - 2 * side) * 0.72) - 2 * PAD_X)
    mine = item.kind != "in"
    meta = _meta_width(item)
    head = paint.metrics("caption_strong").horizontalAdvance(item.head[:80]) if item.head else 0.0
    inside = max(min(head, room), meta)
    if item.text:
        row.laid = lay_out(item.text, room, "out_link" if item.kind == "out" else "accent_text", limit)
        inside = max(inside, row.laid.width)
    files = [file_size(file, room) for file in item.attachments]
    quote = paint.metrics("small").horizontalAdvance(item.quote) + 14 if item.quote else 0.0
    inside = max([inside, *(wide for wide, _ in files), min(room, quote)])
    y = top + PAD_Y + (HEAD_HEIGHT if item.head else 0.0)
    beside = row.laid is not None and row.laid.last_width + 12 + meta <= room and not row.laid.hidden
    if row.laid is not None and beside:
        inside = max(inside, row.laid.last_width + (12 + meta if meta else 0))
    inside = min(inside, room) + 0.5
    left = width - side - inside - 2 * PAD_X if mine else side
    row.head = QRectF(left + PAD_X, top + PAD_Y, inside, HEAD_HEIGHT) if item.head else QRectF()
    if item.quote:
        row.spots.append(Spot("quote", item.quoted, QRectF(left + PAD_X, y, inside, QUOTE_HEIGHT - 6), item.quote))
        y += QUOTE_HEIGHT
    for attachment, (wide, high) in zip(item.attachments, files, strict=True):
        row.spots.append(Spot("attachment", attachment.key, QRectF(left + PAD_X, y, wide, high)))
        y += high + FILE_GAP
    if row.laid is not None:
        row.text_at = QPointF(left + PAD_X, y)
        y += row.laid.height
        y = _more(row, left, inside, y)
    if meta:
        y += 0 if beside else 16
        row.meta = QRectF(left + PAD_X + inside - meta, y - 18, meta, 16)
    row.bubble = QRectF(left, top, inside + 2 * PAD_X, y + PAD_Y - top)
    row.height = _below(row, width, side, mine) + GAP


def _more(row: Row, left: float, inside: float, y: float) -> float:
    if row.laid is None or not row.laid.hidden:
        return y
    words = tr("thread.show_more", shown=len(row.item.text) - row.laid.hidden, total=number(len(row.item.text)))
    row.spots.append(Spot("more", row.item.key, QRectF(left + PAD_X, y + 2, max(inside, 200.0), LINE_HEIGHT), words))
    return y + LINE_HEIGHT + 4


def _below(row: Row, width: float, side: float, mine: bool) -> float:
    """What stands under the bubble: why it failed, and what can be done."""
    y = row.bubble.bottom()
    if row.item.reactions:
        wide = 14.0 + 22 * len(row.item.reactions)
        x = row.bubble.right() - wide - 8 if mine else row.bubble.left() + 8
        row.reactions = QRectF(x, y - 6, wide, REACTION_HEIGHT)
        y += REACTION_HEIGHT - 6
    room = min(width - 2 * side, WIDEST)
    if row.item.note:
        flags = int(Qt.TextFlag.TextWordWrap)
        box = paint.metrics("small").boundingRect(QRectF(0, 0, room - 22, 2000), flags, row.item.note[:600])
        wide = box.width() + 24
        row.note = QRectF(width - side - wide if mine else side, y + 6, wide, box.height() + 2)
        y = row.note.bottom()
    right = width - side if mine else side + room
    measure_words = paint.metrics("small_strong").horizontalAdvance
    if row.item.actions:
        widths = [measure_words(action.words) + 12 for action in row.item.actions]
        x = right - sum(widths) - 8 * (len(widths) - 1) if mine else side
        for action, wide in zip(row.item.actions, widths, strict=True):
            row.spots.append(Spot("action", action.key, QRectF(x, y + 4, wide, LINE_HEIGHT), action.words))
            x += wide + 8
        y += LINE_HEIGHT + 4
    return y


def _meta_width(item: ThreadItem) -> float:
    words = " · ".join(part for part in (item.mark, item.time) if part)
    wide = paint.metrics("caption", True).horizontalAdvance(words) if words else 0.0
    return wide + (18 if item.state else 0)


def file_size(file: ThreadAttachment, room: float) -> tuple[float, float]:
    """Width and height of a file in its bubble: a picture keeps its shape, everything else is a line with a name."""
    if file.picture is not None:
        wide, high = file.picture
        scale = min(1.0, room / wide)
        return wide * scale, high * scale
    return max(min(room, _file_width(file)), 120.0), FILE_HEIGHT - FILE_GAP


def _file_width(file: ThreadAttachment) -> float:
    name = paint.metrics("body_strong").horizontalAdvance(paint.one_line(file.name, 60))
    return max(name, paint.metrics("caption").horizontalAdvance(file.note)) + 64
