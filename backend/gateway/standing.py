"""Where one socket stands in each scope that it follows: cursors and names, never payloads."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from backend.gateway.feed import TenantFeed
from backend.store.snapshots import AfterKey


@dataclass(slots=True)
class Snapshot:
    """A scope on its way to the client in pages."""

    scope: str
    seq: int | None = None
    page: int = 0
    after: AfterKey | None = None


class Standing:
    """A followed scope has a cursor, or is on its way as a snapshot; it is dirty while the feed has more of it."""

    def __init__(self, feed: TenantFeed) -> None:
        self._feed = feed
        self.cursors: dict[str, int] = {}
        self.dirty: set[str] = set()
        self.snapshots: deque[Snapshot] = deque()
        self.checked: dict[str, tuple[int, int]] = {}  # what the entitlement was last looked at for

    def follows(self, scope: str) -> bool:
        return scope in self.cursors or any(s.scope == scope for s in self.snapshots)

    def begin(self, scope: str, cursor: int | None, head: int) -> bool:
        """Whether the client has everything up to the head; if not, the rest is due now."""
        self.cursors.pop(scope, None)
        self._drop_snapshot(scope)
        if cursor is None or cursor > head:
            self.snapshots.append(Snapshot(scope))
            return False
        self.cursors[scope] = cursor
        if cursor < head:
            self.dirty.add(scope)
        return cursor == head

    def begin_anew(self, scope: str) -> None:
        """The log no longer reaches back to the cursor: the scope is sent whole."""
        if self.cursors.pop(scope, None) is not None:
            self.dirty.discard(scope)
            self.snapshots.append(Snapshot(scope))

    def arrived(self, snapshot: Snapshot, seq: int) -> None:
        """The first snapshot has been sent to its end."""
        self.snapshots.popleft()
        self.cursors[snapshot.scope] = seq
        if seq < self.loaded(snapshot.scope):
            self.dirty.add(snapshot.scope)

    def forget(self, scope: str) -> None:
        self.cursors.pop(scope, None)
        self.dirty.discard(scope)
        self.checked.pop(scope, None)
        self._drop_snapshot(scope)

    def clean(self) -> None:
        """Forget what is no longer dirty; a scope on its way as a snapshot is looked at when it has arrived."""
        self.dirty = {s for s in self.dirty if s in self.cursors and self.cursors[s] < self.loaded(s)}

    def loaded(self, scope: str) -> int:
        """The newest sequence that the feed has read."""
        log = self._feed.logs.get(scope)
        return log.cursor or 0 if log is not None else 0

    def turns(self, scope: str) -> int:
        """How often this scope came into other hands, as far as the feed has read."""
        log = self._feed.logs.get(scope)
        return log.turns if log is not None else 0

    def is_past(self, until: Mapping[str, int]) -> bool:
        """Whether everything up to here has been sent, as far as it is still followed."""
        if any(snapshot.scope in until for snapshot in self.snapshots):
            return False
        return all(self.cursors.get(scope, seq) >= seq for scope, seq in until.items())

    def all(self) -> list[str]:
        return [*self.cursors, *(s.scope for s in self.snapshots)]

    def _drop_snapshot(self, scope: str) -> None:
        if any(s.scope == scope for s in self.snapshots):
            self.snapshots = deque(s for s in self.snapshots if s.scope != scope)
