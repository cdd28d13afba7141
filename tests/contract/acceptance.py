"""The order in which the server accepted what came, read from what it stored before it answered."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from backend.channels import BY_KIND
from backend.channels.base import AccountView, Unreadable
from backend.store.store import Store
from omnix_protocol.ids import TenantId
from omnix_protocol.messages import ReceiveMessage

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Accepted:
    """By account: how much was stored, the providers' ids in the order in which they came first, what is no word."""

    kept: Counter[str] = field(default_factory=Counter)
    ids: dict[str, dict[str, None]] = field(default_factory=dict)
    unreadable: Counter[str] = field(default_factory=Counter)


async def accepted(store: Store, tenant_id: TenantId, views: Mapping[str, AccountView]) -> Accepted:
    """Of these accounts."""
    found, after = Accepted(), ""
    while page := await store.raw.page(tenant_id, LONG_AGO, after, 500):
        for raw in page:
            view = views.get(raw.channel_account_id)
            if view is None:
                continue
            found.kept[view.id] += 1
            try:
                events = BY_KIND[raw.kind].parse(view, raw.body)
            except Unreadable:
                found.unreadable[view.id] += 1
                continue
            ids = found.ids.setdefault(view.id, {})
            for _, command in events:
                if isinstance(command, ReceiveMessage):
                    ids.setdefault(command.provider_id)
        after = page[-1].id
    return found
