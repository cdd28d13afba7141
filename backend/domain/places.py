"""Where an address belongs: its identity and its conversation, known before either is made."""

from omnix_protocol.channels import Channel, ChannelAccount
from omnix_protocol.ids import (
    ChannelAccountId,
    ConversationId,
    IdentityId,
    TenantId,
    derived_id,
    identity_id,
)


def address_space(channel: Channel, account: ChannelAccount) -> ChannelAccountId | None:
    """The account, where an address means something to it alone."""
    return ChannelAccountId(account.id) if channel.capabilities.addresses_per_account else None


def identity_of(tenant_id: TenantId, channel: Channel, account: ChannelAccount, address: str) -> IdentityId:
    return identity_id(tenant_id, account.kind, address_space(channel, account), address)


def conversation_of(account_id: ChannelAccountId, identity_key: IdentityId, thread_key: str) -> ConversationId:
    return ConversationId(derived_id(account_id, "conversation", identity_key, thread_key))
