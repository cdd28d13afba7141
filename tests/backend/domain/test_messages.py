"""What comes in: identities, customers, conversations, positions; each message exists once."""

import asyncio

import pytest

from omnix_protocol import scopes
from omnix_protocol.channels import EditChannelAccount
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.errors import Reason
from omnix_protocol.ids import IdentityId, identity_id
from omnix_protocol.messages import Message, PublicMessage, Received, ReceiveMessage, Sender
from tests.support.office import Office

SLICE = 6


async def test_what_was_no_text_is_told_by_its_kind(company: Office) -> None:
    received = await company.writes("", shown_as="location")
    row = await company.get(Interaction, received.interaction_id)
    assert (row.last_preview, row.last_shown_as) == ("", "location")
    await company.writes("Di sini")
    row = await company.get(Interaction, received.interaction_id)
    assert (row.last_preview, row.last_shown_as) == ("Di sini", "")
    await company.writes("", shown_as="sticker")
    row = await company.get(Interaction, received.interaction_id)
    assert (row.last_preview, row.last_shown_as) == ("", "sticker")


async def test_a_first_message_makes_identity_customer_conversation_and_interaction(company: Office) -> None:
    received = await company.writes("Internet saya mati", from_=Sender(address="777", name="Rina", handle="rina_s"))
    interaction = await company.get(Interaction, received.interaction_id)
    customer = await company.get(Customer, interaction.customer_id)
    identity = await company.get(Identity, identity_id(company.tenant_id, "telegram", None, "777"))
    assert (customer.name, customer.number, customer.phones) == ("Rina", 1, ())
    assert (identity.customer_id, identity.handle) == (customer.id, "rina_s")
    assert (interaction.customer_name, interaction.last_preview, interaction.unread) == (
        "Rina",
        "Internet saya mati",
        1,
    )
    assert interaction.unanswered_since == interaction.created_at
    assert await company.holds(scopes.customer(interaction.customer_id)) == {
        ("Customer", customer.id),
        ("Identity", identity.id),
    }
    assert await company.holds(scopes.conversation(received.conversation_id)) == {
        ("Conversation", received.conversation_id),
        ("Interaction", received.interaction_id),
        ("Message", received.message_id),
    }


async def test_a_telephone_channels_sender_brings_the_number(company: Office) -> None:
    received = await company.writes(sender="6281234567890", account="number")
    interaction = await company.get(Interaction, received.interaction_id)
    assert (await company.get(Customer, interaction.customer_id)).phones == ("+6281234567890",)


async def test_the_same_message_told_twice_exists_once(company: Office) -> None:
    first = await company.writes("Halo", provider_id="m1")
    again = await company.writes("Halo", provider_id="m1")
    assert again == first
    assert (await company.get(Conversation, first.conversation_id)).entries == 1


async def test_all_at_once_they_get_one_conversation_and_positions_without_a_hole(company: Office) -> None:
    async def write(number: int) -> Received:
        return await company.writes(str(number), provider_id=f"m{number}")

    received = await asyncio.gather(*(write(number) for number in range(SLICE)))
    assert len({item.conversation_id for item in received}) == 1
    assert len({item.interaction_id for item in received}) == 1
    positions = [(await company.get(Message, item.message_id)).position for item in received]
    assert sorted(positions) == list(range(1, SLICE + 1))
    interaction = await company.get(Interaction, received[0].interaction_id)
    assert interaction.unread == SLICE


async def test_another_thread_is_another_conversation_of_the_same_customer(company: Office) -> None:
    one = await company.writes(thread_key="utas-1")
    two = await company.writes(thread_key="utas-2")
    assert one.conversation_id != two.conversation_id
    first = await company.get(Interaction, one.interaction_id)
    assert first.customer_id == (await company.get(Interaction, two.interaction_id)).customer_id


async def test_a_visitor_sees_messages_and_nothing_else_and_speaks_for_nobody_else(company: Office) -> None:
    received = await company.writes("Halo", sender="v1", account="page", provider_id="said-1")
    visitor = identity_id(company.tenant_id, "webchat", company.account("page"), "v1")
    assert await company.holds(scopes.visitor(visitor)) == {("PublicMessage", received.message_id)}
    public = await company.get(PublicMessage, received.message_id)
    assert (public.text, public.said_as) == ("Halo", "said-1")
    other = ReceiveMessage(
        channel_account_id=company.account("page"), provider_id="x", sender=Sender(address="v2"), text="Halo"
    )
    from_v1 = await company.run(company.visitor(visitor), other)
    assert from_v1.refused is not None
    assert from_v1.refused.code == Reason.NOT_ENTITLED
    own = ReceiveMessage(
        channel_account_id=company.account("page"), provider_id="y", sender=Sender(address="v1"), text="Lagi"
    )
    assert (await company.run(company.visitor(visitor), own)).refused is None


async def test_a_channel_speaks_for_its_own_account_only(company: Office) -> None:
    command = ReceiveMessage(
        channel_account_id=company.account("number"), provider_id="1", sender=Sender(address="1"), text="Halo"
    )
    assert (await company.barred(company.channel("bot"), command)).code == Reason.NOT_ENTITLED


async def test_what_was_refused_to_a_channel_is_run_again_when_the_fault_is_mended(company: Office) -> None:
    off = EditChannelAccount(channel_account_id=company.account("bot"), base_version=3, active=False)
    await company.done("adi", off)
    command = ReceiveMessage(
        channel_account_id=company.account("bot"), provider_id="1", sender=Sender(address="1"), text="Halo"
    )
    command_id = company.id("webhook")
    refused = await company.run(company.channel("bot"), command, command_id)
    assert refused.refused is not None
    assert refused.refused.code == Reason.CHANNEL_INACTIVE
    on = EditChannelAccount(channel_account_id=company.account("bot"), base_version=4, active=True)
    await company.done("adi", on)
    assert (await company.run(company.channel("bot"), command, command_id)).refused is None


async def test_a_long_conversation_shows_its_newest_and_answers_for_the_rest(
    company: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scopes, "CONVERSATION_WINDOW", 3)
    told = [await company.writes(str(number), sender="v1", account="page") for number in range(5)]
    held = await company.holds(scopes.conversation(told[0].conversation_id))
    assert {key for kind, key in held if kind == "Message"} == {item.message_id for item in told[2:]}
    visitor = identity_id(company.tenant_id, "webchat", company.account("page"), "v1")
    shown = await company.holds(scopes.visitor(IdentityId(visitor)))
    assert {key for _, key in shown} == {item.message_id for item in told[2:]}


async def test_news_of_what_has_left_the_window_does_not_bring_it_back(
    company: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scopes, "CONVERSATION_WINDOW", 3)
    told = [await company.writes(str(n), sender="v1", account="page", provider_id=f"p{n}") for n in range(5)]
    edited = await company.writes("lain", sender="v1", account="page", provider_id="p0")
    assert edited.message_id == told[0].message_id
    assert (await company.get(Message, edited.message_id)).text == "lain"
    assert (await company.get(PublicMessage, edited.message_id)).text == "lain"
    visitor = identity_id(company.tenant_id, "webchat", company.account("page"), "v1")
    for scope in (scopes.conversation(edited.conversation_id), scopes.visitor(IdentityId(visitor))):
        assert edited.message_id not in {key for _, key in await company.holds(scope)}
