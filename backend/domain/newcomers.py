"""Somebody seen for the first time, because they write or are written to: their identity, and a customer for it."""

from backend.domain import people_data
from backend.domain.base import Context
from backend.domain.places import address_space
from omnix_protocol import scopes
from omnix_protocol.channels import Channel, ChannelAccount
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.ids import CustomerId, IdentityId
from omnix_protocol.messages import Sender


async def newcomer(
    ctx: Context, channel: Channel, account: ChannelAccount, identity_key: IdentityId, person: Sender
) -> Identity:
    phone, email = people_data.contact(account.kind, person.address)
    phone, email = phone or people_data.phone(person.phone), email or people_data.email(person.email)
    customer = Customer(
        id=ctx.derive("customer"),
        version=1,
        number=await ctx.tx.next_number("customer"),
        name=person.name,
        phones=(phone,) if phone else (),
        emails=(email,) if email else (),
    )
    customer_id = CustomerId(customer.id)
    ctx.put(customer, scopes.customer(customer_id))
    identity = Identity(
        id=identity_key,
        version=1,
        customer_id=customer_id,
        channel_kind=account.kind,
        channel_account_id=address_space(channel, account),
        address=person.address,
        name=person.name,
        handle=person.handle,
    )
    return ctx.put(identity, scopes.customer(customer_id))
