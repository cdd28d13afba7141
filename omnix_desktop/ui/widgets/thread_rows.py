"""The rows of a thread: items, heights (estimated until seen), and where each begins."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate

from omnix_desktop.ui.widgets.thread_item import ThreadItem
from omnix_desktop.ui.widgets.thread_row import Row, estimate, measure
from omnix_desktop.ui.widgets.thread_text import FIRST_CHARACTERS, MORE_CHARACTERS

MARGIN = 12.0
_KEPT = 400


class Rows:
    """Measures a row when it is first seen and forgets those not seen for long; heights stay."""

    def __init__(self) -> None:
        self.items: list[ThreadItem] = []
        self.width = 0.0
        self._heights: list[float] = []
        self._tops: list[float] | None = None
        self._places: dict[str, int] | None = None
        self._laid: OrderedDict[str, Row] = OrderedDict()
        self._limits: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.items)

    def reset(self, items: Sequence[ThreadItem]) -> None:
        """Other items altogether; layouts are kept for whoever comes back to the ones before."""
        self.items = list(items)
        for key in self._limits:
            self._laid.pop(key, None)
        self._limits.clear()
        self._estimate_all()

    def extend(self, items: Sequence[ThreadItem]) -> None:
        """More at the end."""
        self.items.extend(items)
        self._heights.extend(estimate(item, self.width) for item in items)
        self._moved()

    def prepend(self, items: Sequence[ThreadItem]) -> None:
        """Older ones on top; the former first may lose its day."""
        self.items[:0] = items
        self._heights[:0] = [estimate(item, self.width) for item in items]
        self._moved()

    def replace(self, key: str, item: ThreadItem) -> int | None:
        """Another state of one row; answers its place."""
        place = self.place(key)
        if place is None:
            return None
        self.items[place] = item
        self._laid.pop(key, None)
        if item.key != key:
            self._places = None
        self.row(place)
        return place

    def remove(self, key: str) -> int | None:
        """One row less; answers where it was."""
        place = self.place(key)
        if place is None:
            return None
        del self.items[place], self._heights[place]
        self._laid.pop(key, None)
        self._moved()
        return place

    def set_width(self, width: float) -> None:
        """Another width: everything is to be measured again when seen."""
        if width != self.width:
            self.width = width
            self._laid.clear()
            self._estimate_all()

    def forget_layouts(self) -> None:
        """Colours or words changed: lay out again what is seen."""
        self._laid.clear()

    def show_more(self, key: str) -> None:
        """Some more of a very long text."""
        self._limits[key] = self._limits.get(key, FIRST_CHARACTERS) + MORE_CHARACTERS
        self._laid.pop(key, None)

    def place(self, key: str) -> int | None:
        """Where an item stands."""
        if self._places is None:
            self._places = {item.key: place for place, item in enumerate(self.items)}
        return self._places.get(key)

    def row(self, place: int) -> Row:
        """The measured row; its height becomes exact."""
        item = self.items[place]
        found = self._known(place)
        if found is None:
            found = measure(item, self.width, self._day(place), self._limits.get(item.key, FIRST_CHARACTERS))
            self._laid[item.key] = found
            if len(self._laid) > _KEPT:
                self._laid.popitem(last=False)
        else:
            self._laid.move_to_end(item.key)
        if found.height != self._heights[place]:
            self._heights[place] = found.height
            self._tops = None
        return found

    def measured(self, place: int) -> bool:
        """Whether the row's layout is at hand."""
        return self._known(place) is not None

    def _known(self, place: int) -> Row | None:
        """The layout of this very item, in this place: whether it wears its day depends on the one above."""
        item = self.items[place]
        found = self._laid.get(item.key)
        return found if found is not None and found.item == item and found.day == self._day(place) else None

    def tops(self) -> list[float]:
        """Where each row begins, and at the end where the last one stops."""
        if self._tops is None:
            self._tops = list(accumulate(self._heights, initial=MARGIN))
        return self._tops

    def total(self) -> float:
        """Height of everything."""
        return self.tops()[-1] + MARGIN

    def at(self, y: float) -> int:
        """The row that covers a height, or the nearest."""
        return min(max(0, bisect_right(self.tops(), y) - 1), max(0, len(self.items) - 1))

    def _day(self, place: int) -> str:
        day = self.items[place].day
        return day if day and (place == 0 or self.items[place - 1].day != day) else ""

    def _estimate_all(self) -> None:
        width = self.width
        self._heights = [estimate(item, width) for item in self.items]
        self._moved()

    def _moved(self) -> None:
        self._tops = None
        self._places = None
