"""Selected text of a thread: from a letter in one row to a letter in another."""

from omnix_desktop.ui.widgets.thread_rows import Rows
from omnix_desktop.ui.widgets.thread_text import clean, cut, utf16

Spot = tuple[int, int]
"""Row and letter."""


class Selection:
    """Two ends; the text between them is taken whole from the items, also where it was never laid out."""

    def __init__(self) -> None:
        self._anchor: Spot | None = None
        self._end: Spot | None = None

    def start(self, spot: Spot) -> None:
        """Where the mouse went down."""
        self._anchor, self._end = spot, None

    def reach(self, spot: Spot) -> None:
        """Where it is now."""
        if self._anchor is not None:
            self._end = spot

    def take(self, row: int, start: int, end: int) -> None:
        """A word, or a whole row."""
        self._anchor, self._end = (row, start), (row, end)

    def clear(self) -> None:
        """Nothing."""
        self._anchor = self._end = None

    def shift(self, rows: int) -> None:
        """Rows were put on top."""
        if self._anchor is not None:
            self._anchor = (self._anchor[0] + rows, self._anchor[1])
        if self._end is not None:
            self._end = (self._end[0] + rows, self._end[1])

    def _ends(self) -> tuple[Spot, Spot] | None:
        if self._anchor is None or self._end is None or self._anchor == self._end:
            return None
        return min(self._anchor, self._end), max(self._anchor, self._end)

    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self._ends() is None

    def within(self, row: int, length: int) -> tuple[int, int] | None:
        """The selected letters of a row."""
        ends = self._ends()
        if ends is None or not ends[0][0] <= row <= ends[1][0]:
            return None
        start = ends[0][1] if row == ends[0][0] else 0
        end = ends[1][1] if row == ends[1][0] else length
        return start, min(end, length)

    def text(self, rows: Rows) -> str:
        """What copying takes."""
        ends = self._ends()
        if ends is None:
            return ""
        pieces = []
        for place in range(ends[0][0], min(ends[1][0] + 1, len(rows))):
            words = clean(rows.items[place].text)
            piece = self.within(place, utf16(words))
            if piece and words:
                pieces.append(cut(words, *piece))
        return "\n".join(pieces)
