"""What a web chat's visitor is told and may ask for: read receipts, the form's contacts, a transcript by mail."""

from omnix_protocol.content import Content
from omnix_protocol.conversations import Interaction, MarkRead
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.errors import Reason
from omnix_protocol.ids import InteractionId, MemoId, identity_id, new_id
from omnix_protocol.messages import DeliveryState, Memo, Message, PublicMessage, Received, ReceiveMessage, Sender
from omnix_protocol.transcripts import AskTranscript
from tests.support.office import Office

FORM = Sender(
    address="v1", name="Rina", handle="rina@contoh.example", email="rina@contoh.example", phone="0812 3456 789"
)


async def says(company: Office, text: str, sender: Sender = FORM, content: Content | None = None) -> Received:
    command = ReceiveMessage(
        channel_account_id=company.account("page"), provider_id=new_id(), sender=sender, text=text, content=content
    )
    return await company.got(company.channel("page"), command, Received)


async def customer(company: Office) -> Customer:
    visitor = identity_id(company.tenant_id, "webchat", company.account("page"), "v1")
    return await company.get(Customer, (await company.get(Identity, visitor)).customer_id)


async def test_what_the_form_said_is_on_the_customers_card(company: Office) -> None:
    await says(company, "Halo")
    known = await customer(company)
    assert (known.name, known.phones, known.emails) == ("Rina", ("+628123456789",), ("rina@contoh.example",))


async def test_a_later_form_fills_what_is_empty_and_replaces_nothing(company: Office) -> None:
    await says(company, "Halo", Sender(address="v1", phone="0812 1111 111"))
    await says(company, "Lagi")
    known = await customer(company)
    assert (known.phones, known.emails) == (("+628121111111",), ("rina@contoh.example",))


async def test_a_contact_that_is_none_is_left_out(company: Office) -> None:
    await says(company, "Halo", Sender(address="v1", phone="lapar", email="bukan alamat"))
    known = await customer(company)
    assert (known.phones, known.emails) == ((), ())


async def test_a_pressed_button_is_a_message_that_names_it(company: Office) -> None:
    received = await says(company, "Ya", content=Content(chosen="yes"))
    message = await company.get(Message, received.message_id)
    assert message.content == Content(chosen="yes")


async def test_the_visitor_hears_that_the_agent_has_read(company: Office) -> None:
    first, last = await says(company, "satu"), await says(company, "dua")
    await company.takes("ayu", first.interaction_id)
    await company.done("ayu", MarkRead(conversation_id=first.conversation_id, position=1))
    assert (await company.get(PublicMessage, last.message_id)).state is DeliveryState.RECEIVED
    await company.done("ayu", MarkRead(conversation_id=first.conversation_id, position=2))
    assert (await company.get(PublicMessage, last.message_id)).state is DeliveryState.READ
    assert (await company.get(Message, last.message_id)).state is DeliveryState.RECEIVED


async def asked(company: Office) -> tuple[AskTranscript, InteractionId]:
    received = await says(company, "Halo")
    await company.takes("ayu", received.interaction_id)
    command = AskTranscript(memo_id=MemoId(new_id()), channel_account_id=company.account("page"))
    return command, received.interaction_id


async def test_a_visitor_has_the_transcript_mailed_to_the_address_of_the_form(company: Office) -> None:
    command, interaction_id = await asked(company)
    await company.done("ayu", company.reply(await company.get(Interaction, interaction_id)))
    visitor = company.visitor(identity_id(company.tenant_id, "webchat", company.account("page"), "v1"))
    assert (await company.run(visitor, command)).refused is None
    memo = await company.get(Memo, command.memo_id)
    assert memo.transcript is not None
    assert (memo.transcript.to, memo.author_name) == ("rina@contoh.example", "Rina")
    assert (await company.store.jobs.counts())["mail", "due"] == 1


async def test_nothing_is_mailed_before_an_agent_has_answered(company: Office) -> None:
    command, _ = await asked(company)
    visitor = company.visitor(identity_id(company.tenant_id, "webchat", company.account("page"), "v1"))
    assert (await company.barred(visitor, command)).reason is Reason.STILL_PENDING
    assert ("mail", "due") not in await company.store.jobs.counts()


async def test_agents_ask_by_their_own_command_and_not_by_this(company: Office) -> None:
    command, _ = await asked(company)
    assert (await company.barred("ayu", command)).reason is Reason.NOT_ENTITLED
