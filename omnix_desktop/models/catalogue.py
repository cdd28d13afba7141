"""What the tenant prepared, read once and again when it changes: rules, people, accounts, quick replies."""

from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import catalogue as queries
from omnix_desktop.cache.queries.catalogue import AccountFacts
from omnix_desktop.models.source import Refresh, Source
from omnix_protocol.catalogue import Category, QuickReply
from omnix_protocol.channels import Capabilities, Channel
from omnix_protocol.ids import ChannelAccountId, QueueId
from omnix_protocol.integrations import Integration
from omnix_protocol.people import AuxCode, Group, Rules, Tenant, User
from omnix_protocol.rules import pick_up_limit

_TYPES = frozenset(
    {"Tenant", "Channel", "ChannelAccount", "Group", "User", "AuxCode", "Category", "QuickReply", "Integration"}
)


class Catalogue(QObject):
    """Answers from memory; `changed` comes after it was read anew."""

    changed = Signal()

    def __init__(self, source: Source, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._refresh = Refresh(source.feed, _TYPES, self._read, self)
        self._read()

    @property
    def tenant(self) -> Tenant | None:
        return self._tenant

    @property
    def rules(self) -> Rules:
        return self._tenant.rules if self._tenant else Rules()

    @property
    def me(self) -> User | None:
        return self._me

    @property
    def limit(self) -> int:
        """How many interactions this user may handle at once (S0.20)."""
        return pick_up_limit(self.rules, self._me) if self._me else self.rules.pick_up_limit

    def users(self) -> tuple[User, ...]:
        """All people of the tenant, by name."""
        return queries.users(self._source.reader)

    def groups(self) -> tuple[Group, ...]:
        return queries.groups(self._source.reader)

    def group_names(self) -> tuple[str, ...]:
        """Of the groups that this user belongs to."""
        mine = self._me.group_ids if self._me else ()
        return tuple(group.name for group in self._groups if group.id in mine)

    def account(self, account_id: ChannelAccountId) -> AccountFacts | None:
        return self._accounts.get(account_id)

    def accounts(self) -> tuple[AccountFacts, ...]:
        """All of the tenant's, by name."""
        return tuple(self._accounts.values())

    def channels(self) -> tuple[Channel, ...]:
        """What can be connected, by name."""
        return queries.channels(self._source.reader)

    def account_name(self, account_id: ChannelAccountId) -> str:
        """Which of our accounts received it (S0.21)."""
        found = self._accounts.get(account_id)
        return found.account.name if found else ""

    def channel_name(self, kind: str) -> str:
        """What this kind of channel is called."""
        names = (facts.channel.name for facts in self._accounts.values() if facts.channel and facts.channel.id == kind)
        return next(names, kind)

    def queue_group_name(self, queue_id: QueueId) -> str:
        found = queries.queue_group(self._source.reader, queue_id)
        return found.name if found else ""

    def capabilities(self, account_id: ChannelAccountId) -> Capabilities | None:
        found = self._accounts.get(account_id)
        return found.channel.capabilities if found and found.channel else None

    def quick_replies(self) -> tuple[QuickReply, ...]:
        mine = self._me.group_ids if self._me else ()
        return queries.quick_replies(self._source.reader, mine)

    def integrations(self) -> tuple[Integration, ...]:
        """Other programs beside the conversation, in order."""
        return self._integrations

    def categories(self) -> tuple[Category, ...]:
        return queries.categories(self._source.reader)

    def aux_codes(self) -> tuple[AuxCode, ...]:
        return queries.aux_codes(self._source.reader)

    def _read(self) -> None:
        reader = self._source.reader
        self._tenant = queries.tenant(reader)
        self._me = queries.user(reader, self._source.user_id)
        self._groups = queries.groups(reader)
        self._integrations = queries.integrations(reader)
        self._accounts = {facts.account.id: facts for facts in queries.accounts(reader)}
        self.changed.emit()
