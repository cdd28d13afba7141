"""The channel panel: accounts that this user serves, by group, with what waits and how long (S0.13–S0.17)."""

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import queue as queries
from omnix_desktop.cache.queries.queue import QueueAccount
from omnix_desktop.i18n import tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.due import NO_PILL, Pill, wait_pill
from omnix_desktop.models.paged_list import PagedList
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.tick import Tick
from omnix_protocol.channels import ChannelAccount, ChannelGroup
from omnix_protocol.ids import ChannelAccountId

_ORDER = (ChannelGroup.VOICE, ChannelGroup.LIVE, ChannelGroup.SOCIAL, ChannelGroup.OTHER)
_TYPES = frozenset({"Queue", "Channel", "ChannelAccount"})


class ChannelRow(msgspec.Struct, frozen=True):
    """A group's head (no account) or an account with what waits for it."""

    key: str
    name: str
    kind: str = ""
    account_id: ChannelAccountId | None = None
    waiting: int = 0
    wait: Pill = NO_PILL
    fault: str = ""
    folded: bool = False


class ChannelKind(msgspec.Struct, frozen=True):
    """A kind of channel that this user serves, and whether its accounts are listed (S3.17)."""

    kind: str
    name: str
    shown: bool


class ChannelList(PagedList[ChannelRow]):
    """The rows of the channel panel; `total_changed` tells what waits, `served_changed` that accounts are others."""

    total_changed = Signal(int)
    served_changed = Signal()

    def __init__(self, source: Source, catalogue: Catalogue, tick: Tick, parent: QObject | None = None) -> None:
        super().__init__(_spoken, parent)
        self._source, self._catalogue, self._tick = source, catalogue, tick
        self._accounts: tuple[QueueAccount, ...] = ()
        self._folded: set[ChannelGroup] = set()
        self._hidden: set[str] = set()
        self._total = 0
        self._refresh = Refresh(source.feed, _TYPES, self._read, self)
        tick.second.connect(lambda _now: self.retell())
        catalogue.changed.connect(self.retell)
        self._read()

    @property
    def total(self) -> int:
        return self._total

    @property
    def served(self) -> tuple[ChannelAccount, ...]:
        """Accounts that work and that this user serves, by name."""
        return tuple(row.account for row in self._accounts)

    @property
    def narrowed(self) -> bool:
        """Whether accounts of some kind are not listed; what waits there is counted all the same."""
        return any(not kind.shown for kind in self.kinds())

    def kinds(self) -> list[ChannelKind]:
        """By name."""
        names = {row.account.kind: row.channel_name for row in self._accounts}
        found = [ChannelKind(kind, name, kind not in self._hidden) for kind, name in names.items()]
        return sorted(found, key=lambda kind: kind.name.casefold())

    def show_kind(self, kind: str, shown: bool) -> None:
        """List this kind's accounts, or leave them out, for as long as the program runs."""
        (self._hidden.discard if shown else self._hidden.add)(kind)
        self.retell()

    def hint(self, row: ChannelRow) -> str:
        return tr("channels.fault", name=row.name, fault=row.fault) if row.fault else ""

    def toggle(self, key: str) -> None:
        """Fold a group, or unfold it."""
        group = ChannelGroup(key)
        self._folded ^= {group}
        self.retell()

    def retell(self) -> None:
        """Count the waits anew; only rows that say something else are painted."""
        self.show([row for group in _ORDER for row in self._group(group)])

    def _read(self) -> None:
        before = self.served
        self._accounts = tuple(row for row in queries.accounts(self._source.reader) if row.account.active)
        if self.served != before:
            self.served_changed.emit()
        total = sum(row.waiting for row in self._accounts)
        self.retell()
        if total != self._total:
            self._total = total
            self.total_changed.emit(total)

    def _group(self, group: ChannelGroup) -> list[ChannelRow]:
        members = [row for row in self._accounts if row.group is group and row.account.kind not in self._hidden]
        if not members:
            return []
        folded = group in self._folded
        waiting = sum(row.waiting for row in members)
        head = ChannelRow(group.value, tr(f"channels.group_{group.value}"), waiting=waiting, folded=folded)
        return [head] if folded else [head, *(self._account(row) for row in members)]

    def _account(self, row: QueueAccount) -> ChannelRow:
        return ChannelRow(
            key=row.account.id,
            name=row.account.name,
            kind=row.account.kind,
            account_id=ChannelAccountId(row.account.id),
            waiting=row.waiting,
            wait=wait_pill(self._catalogue.rules, row.oldest_at if row.waiting else None, self._tick.now()),
            fault=row.account.fault,
        )


def _spoken(row: ChannelRow) -> str:
    if row.account_id is None:
        return row.name
    said = tr("channels.row_spoken", name=row.name, n=row.waiting)
    parts = [said, tr("channels.longest", clock=row.wait.words) if row.wait.words else "", row.fault]
    return ", ".join(part for part in parts if part)
