"""The tenant's channel accounts as an administrator sees them: state, what to do about it, traffic."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries.catalogue import AccountFacts
from omnix_desktop.i18n import format_datetime, number, tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.channel_icons import channel_icon
from omnix_protocol.channels import ChannelAccount, FaultKind
from omnix_protocol.ids import ChannelAccountId
from omnix_protocol.traffic import AccountTraffic, ChannelTrafficAnswer


class AccountRow(msgspec.Struct, frozen=True):
    key: ChannelAccountId
    icon: str
    name: str
    detail: str  # kind and address
    state: str
    tone: str
    fault: str = ""
    advice: str = ""
    traffic: str = ""
    active: bool = True
    given_up: int = 0

    def spoken(self) -> str:
        return ", ".join(filter(None, (self.name, self.detail, self.state, self.fault, self.advice, self.traffic)))


class ChannelAccounts(QObject):
    """Follows the catalogue; traffic comes by question."""

    changed = Signal()

    def __init__(self, catalogue: Catalogue, parent: QObject) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._traffic: dict[str, AccountTraffic] | None = None
        self.elsewhere = 0
        catalogue.changed.connect(self.changed)

    def told(self, traffic: ChannelTrafficAnswer) -> None:
        self._traffic = {row.channel_account_id: row for row in traffic.accounts}
        self.elsewhere = traffic.elsewhere
        self.changed.emit()

    def rows(self) -> Sequence[AccountRow]:
        """What does not work first, then by name."""
        found = [self._row(facts) for facts in self._catalogue.accounts()]
        return sorted(found, key=lambda row: ({"bad": 0, "soon": 1}.get(row.tone, 2), row.name.lower(), row.key))

    def given_up(self) -> int:
        """Of all accounts, and of none."""
        return self.elsewhere + sum(row.given_up for row in (self._traffic or {}).values())

    def _row(self, facts: AccountFacts) -> AccountRow:
        account = facts.account
        kind = facts.channel.name if facts.channel else account.kind
        state, tone = _state(facts)
        traffic = AccountTraffic(channel_account_id=ChannelAccountId(account.id))
        known = self._traffic is not None
        traffic = (self._traffic or {}).get(account.id, traffic)
        return AccountRow(
            key=ChannelAccountId(account.id),
            icon=channel_icon(account.kind),
            name=account.name,
            detail=f"{kind} · {account.address}" if account.address else kind,
            state=state,
            tone=tone,
            fault=account.fault if account.active else "",
            advice=_advice(account),
            traffic=_traffic(traffic) if known else "",
            active=account.active,
            given_up=traffic.given_up,
        )


def _advice(account: ChannelAccount) -> str:
    """What to do about it, where there is anything to do."""
    if not account.active:
        return tr("channel_admin.paused_means")
    if not account.fault:
        return ""
    refused = account.fault_kind is FaultKind.REFUSED
    return tr("channel_admin.advice_refused" if refused else "channel_admin.advice_test")


def _state(facts: AccountFacts) -> tuple[str, str]:
    if not facts.account.active:
        return tr("channel_admin.paused"), "soon"
    if facts.account.fault:
        return tr("channel_admin.faulty"), "bad"
    return tr("channel_admin.works"), "good"


def _traffic(row: AccountTraffic) -> str:
    """One line: what came and went within a day, and only then what is wrong."""
    parts = [
        tr("channel_admin.received", n=row.received_day, shown=number(row.received_day)),
        tr("channel_admin.sent", n=row.sent_day, shown=number(row.sent_day)),
    ]
    for name, count in (
        ("failed", row.failed_day),
        ("uncertain", row.uncertain_day),
        ("waiting", row.waiting),
        ("given_up", row.given_up),
    ):
        if count:
            parts.append(tr(f"channel_admin.{name}", n=count, shown=number(count)))
    if row.last_received_at is not None:
        parts.append(tr("channel_admin.last", time=format_datetime(row.last_received_at)))
    return " · ".join(parts)
