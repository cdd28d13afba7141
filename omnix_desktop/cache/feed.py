"""Plain-Python "these ids changed", after commit."""

from collections.abc import Callable
from typing import Final

Changed = frozenset[tuple[str, str]]
"""(type, id) pairs. Besides entities: ("draft", conversation id), ("outbox", lane), ("setting", name)."""

EVERYTHING: Final[Changed] = frozenset({("*", "*")})
"""The replica was begun anew: read again whatever is shown."""

Deliver = Callable[[Callable[[], None]], object]


class Feed:
    """Subscribers are called through `deliver`, e.g. a loop's `call_soon_threadsafe`."""

    def __init__(self, deliver: Deliver = lambda call: call()) -> None:
        self._deliver = deliver
        self._subscribers: tuple[Callable[[Changed], None], ...] = ()

    def deliver_by(self, deliver: Deliver) -> None:
        self._deliver = deliver

    def subscribe(self, callback: Callable[[Changed], None]) -> Callable[[], None]:
        """Returns what ends the subscription."""
        self._subscribers = (*self._subscribers, callback)

        def unsubscribe() -> None:
            self._subscribers = tuple(known for known in self._subscribers if known is not callback)

        return unsubscribe

    def tell(self, changed: Changed) -> None:
        """By the writers, after commit."""
        if changed and self._subscribers:
            self._deliver(lambda: self._call(changed))

    def _call(self, changed: Changed) -> None:
        for callback in self._subscribers:
            callback(changed)
