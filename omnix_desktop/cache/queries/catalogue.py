"""What the tenant prepared: rules, people, groups, accounts, quick replies, the category tree."""

import msgspec

from omnix_desktop.cache.reading import Reader, every, one
from omnix_protocol.catalogue import Category, QuickReply
from omnix_protocol.channels import Channel, ChannelAccount, Queue
from omnix_protocol.ids import ChannelAccountId, GroupId, QueueId, UserId
from omnix_protocol.integrations import Integration
from omnix_protocol.people import AuxCode, Group, Presence, Rules, Tenant, User


class AccountFacts(msgspec.Struct, frozen=True):
    account: ChannelAccount
    channel: Channel | None


def tenant(reader: Reader) -> Tenant | None:
    found = every(reader, Tenant)
    return found[0] if found else None


def rules(reader: Reader) -> Rules:
    """The tenant's numbers; the program's own before the first sync."""
    found = tenant(reader)
    return found.rules if found else Rules()


def user(reader: Reader, user_id: UserId) -> User | None:
    return one(reader, User, user_id)


def users(reader: Reader) -> tuple[User, ...]:
    return tuple(sorted(every(reader, User), key=lambda user: (user.name, user.id)))


def presence(reader: Reader, user_id: UserId) -> Presence | None:
    return one(reader, Presence, user_id)


def group(reader: Reader, group_id: GroupId) -> Group | None:
    return one(reader, Group, group_id)


def groups(reader: Reader) -> tuple[Group, ...]:
    return tuple(sorted(every(reader, Group), key=lambda group: (group.name, group.id)))


def queue_group(reader: Reader, queue_id: QueueId) -> Group | None:
    """Whose line it is, where this user may see that queue."""
    queue = one(reader, Queue, queue_id)
    return one(reader, Group, queue.group_id) if queue else None


def account(reader: Reader, account_id: ChannelAccountId) -> AccountFacts | None:
    found = one(reader, ChannelAccount, account_id)
    return None if found is None else AccountFacts(found, one(reader, Channel, found.kind))


def accounts(reader: Reader) -> tuple[AccountFacts, ...]:
    """All of the tenant's, by name, each with what its channel can do."""
    channels = {channel.id: channel for channel in every(reader, Channel)}
    found = sorted(every(reader, ChannelAccount), key=lambda account: (account.name, account.id))
    return tuple(AccountFacts(account, channels.get(account.kind)) for account in found)


def channels(reader: Reader) -> tuple[Channel, ...]:
    """What the server's release can connect, by name."""
    return tuple(sorted(every(reader, Channel), key=lambda channel: (channel.name, channel.id)))


def aux_codes(reader: Reader) -> tuple[AuxCode, ...]:
    return tuple(sorted(every(reader, AuxCode), key=lambda aux: (aux.code, aux.id)))


def quick_replies(reader: Reader, group_ids: tuple[GroupId, ...] = ()) -> tuple[QuickReply, ...]:
    """Active ones of everybody and of these groups, by shortcut."""
    found = (
        reply
        for reply in every(reader, QuickReply)
        if reply.active and (reply.group_id is None or reply.group_id in group_ids)
    )
    return tuple(sorted(found, key=lambda reply: (reply.shortcut, reply.id)))


def integrations(reader: Reader) -> tuple[Integration, ...]:
    """Other programs beside the conversation, in the order of the tenant."""
    found = (it for it in every(reader, Integration) if it.active)
    return tuple(sorted(found, key=lambda it: (it.place, it.id)))


def categories(reader: Reader) -> tuple[Category, ...]:
    """Active nodes of the tree, parents before children, by name."""
    found = (category for category in every(reader, Category) if category.active)
    return tuple(sorted(found, key=lambda category: (category.level, category.name, category.id)))
