"""A conversation in the inbox: who, what they said last, what is unread, and the time that is left."""

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from omnix_desktop.ui.delegates.base import RowDelegate
from omnix_desktop.ui.theme import draw_icon
from omnix_desktop.ui.widgets import paint

LEAST_PREVIEW = 24.0
"""Points that must be left for what was said last."""


class Pill(msgspec.Struct, frozen=True):
    """Words in a tone: outline, neutral, accent, good, soon, bad."""

    words: str
    tone: str = "outline"


class InboxRow(msgspec.Struct, frozen=True):
    """What an inbox row shows; the first pill is the time that is left."""

    name: str
    preview: str = ""
    time: str = ""
    unread: int = 0
    pills: tuple[Pill, ...] = ()
    channel_icon: str = ""
    seed: str = ""
    state_icon: str = ""
    state_colour: str = "muted"
    topic: str = ""  # a mail's subject, before what was said last

    def spoken(self) -> str:
        """For Qt's AccessibleTextRole."""
        parts = (self.name, *(pill.words for pill in self.pills), self.topic, self.preview[:200], self.time)
        return ", ".join(part for part in parts if part)


class InboxDelegate(RowDelegate[InboxRow]):
    """83 px: two lines and a row of pills, or two lines alone when there are none."""

    HEIGHT = 83

    def paint_row(self, painter: QPainter, rect: QRectF, row: InboxRow, selected: bool) -> None:
        top = rect.y() + 12
        ground = "accent_soft" if selected else "panel"
        circle = QRectF(rect.x() + 12, top, 36, 36)
        paint.draw_avatar(painter, circle, row.name, row.seed, row.channel_icon, ground)
        left, right = circle.right() + 12, rect.right() - 12
        end = Qt.AlignmentFlag.AlignRight
        time_width = paint.metrics("caption", True).horizontalAdvance(row.time)
        line = QRectF(left, top - 2, right - left, 20)
        paint.text(painter, line, row.time, "caption", "muted", align=end, tabular=True, elide=False)
        paint.text(painter, line.adjusted(0, 0, -time_width - 8, 0), row.name, "body_strong")
        self._second_line(painter, line.translated(0, 19), row)
        x = left
        for pill in row.pills:
            if x + paint.pill_width(pill.words) > right + 1:
                break
            x += paint.draw_pill(painter, x, top + 40, pill.words, pill.tone) + 6

    def _second_line(self, painter: QPainter, line: QRectF, row: InboxRow) -> None:
        taken = paint.draw_count(painter, line.right(), line.center().y(), row.unread) + 8 if row.unread else 0.0
        words = line.adjusted(0, 0, -taken, 0)
        if row.state_icon:
            draw_icon(painter, row.state_icon, words.x(), words.center().y() - 7, row.state_colour, 14)
            words.setLeft(words.left() + 18)
        if row.topic:
            paint.text(painter, words, row.topic, "body", "text")
            taken_by_it = paint.metrics("body").horizontalAdvance(row.topic)
            words.setLeft(min(words.right(), words.left() + taken_by_it))
        said = f" · {row.preview}" if row.topic and row.preview else row.preview
        if said and words.width() > LEAST_PREVIEW:
            paint.text(painter, words, said, "body", "muted")
