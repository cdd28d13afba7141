"""A new mail (S3.22): it begins a conversation that its writer holds, and answers to it come into that one."""

from email import message_from_bytes
from typing import Any

import pytest

from backend.channels.base import AccountView, Outbound
from backend.channels.email.channel import _letter
from backend.channels.email.composing import composed
from backend.channels.email.mailbox import mailbox_of
from backend.channels.email.reading import events_of
from omnix_protocol import scopes
from omnix_protocol.channels import ChannelAccount, EditChannelAccount, Queue
from omnix_protocol.content import Content, Mail
from omnix_protocol.conversations import Conversation, Interaction, PickedUp, Status
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import CommandId, MessageId, new_id
from omnix_protocol.mails import WriteMail
from omnix_protocol.messages import DeliveryState, Direction, Message, Received, ReceiveMessage, SendMessage
from omnix_protocol.people import EditRules, Presence, Rules, Tenant
from tests.support.office import Office

ADDRESS = "cs@nusa.example"


def mail(company: Office, **changes: Any) -> WriteMail:
    fields: dict[str, Any] = {
        "message_id": MessageId(new_id()),
        "channel_account_id": company.account("mailbox"),
        "to": ("Siti@contoh.example",),
        "subject": "Tagihan  Maret",
        "text": "Mohon konfirmasi.",
    }
    return WriteMail(**(fields | changes))


async def written(company: Office, who: str = "ayu", **changes: Any) -> tuple[WriteMail, PickedUp]:
    command = mail(company, **changes)
    return command, await company.got(who, command, PickedUp)


async def test_it_begins_a_conversation_that_its_writer_holds(company: Office) -> None:
    command, picked = await written(company, cc=("ani@contoh.example",), bcc=("bos@nusa.example",))
    interaction = await company.get(Interaction, picked.interaction_id)
    conversation = await company.get(Conversation, picked.conversation_id)
    message = await company.get(Message, command.message_id)
    assert (interaction.status, interaction.owner_id, interaction.queue_id) == (
        Status.HANDLING,
        company.user("ayu"),
        company.queue("mailbox", "layanan"),
    )
    assert (interaction.topic, interaction.last_preview, interaction.customer_name) == (
        "Tagihan Maret",
        "Mohon konfirmasi.",
        "siti@contoh.example",
    )
    assert (interaction.unread, interaction.unanswered_since, interaction.last_from_customer) == (0, None, False)
    assert (conversation.interaction_id, conversation.entries) == (interaction.id, 1)
    assert (message.direction, message.state, message.author_name) == (Direction.OUT, DeliveryState.ACCEPTED, "Ayu")
    assert message.content is not None
    assert message.content.mail == Mail(subject="Tagihan Maret", to=command.to, cc=command.cc, bcc=command.bcc)
    assert (await company.get(Presence, company.user("ayu"))).load == 1
    assert (await company.get(Queue, interaction.queue_id)).waiting == 0
    assert ("Interaction", interaction.id) in await company.holds(scopes.agent(company.user("ayu")))
    assert ("Message", message.id) in await company.holds(scopes.conversation(picked.conversation_id))
    (job,) = await company.store.jobs.claim(["send"], 5, company.lease)
    assert command.message_id in job.payload.decode()


async def test_a_repeat_is_the_same_mail(company: Office) -> None:
    command, command_id = mail(company), CommandId(new_id())
    first, again = [await company.run("ayu", command, command_id) for _ in range(2)]
    assert (first.refused, first.body) == (None, again.body)
    assert await company.barred("ayu", command) == Refused(code=Reason.ALREADY_EXISTS, args={"type": "Message"})
    assert len(await company.store.jobs.claim(["send"], 5, company.lease)) == 1


async def test_each_mail_to_somebody_known_is_a_conversation_of_its_own(company: Office) -> None:
    known = await company.writes(sender="siti@contoh.example", account="mailbox")
    _, one = await written(company)
    _, two = await written(company, subject="Lain")
    assert len({known.conversation_id, one.conversation_id, two.conversation_id}) == 3
    theirs = (await company.get(Conversation, known.conversation_id)).customer_id
    assert {one.customer_id, two.customer_id} == {theirs}
    assert (await company.get(Interaction, one.interaction_id)).customer_name == "Siti@Contoh.Example"


async def test_what_is_answered_comes_into_its_conversation_and_tells_the_name(company: Office) -> None:
    command, picked = await written(company)
    answer = await answered(company, command, picked)
    received = await company.got(company.channel("mailbox"), answer, Received)
    assert (received.conversation_id, received.interaction_id) == (picked.conversation_id, picked.interaction_id)
    interaction = await company.get(Interaction, picked.interaction_id)
    assert (interaction.status, interaction.unread, interaction.customer_name) == (Status.HANDLING, 1, "Siti Aminah")
    assert (await company.get(Customer, picked.customer_id)).name == "Siti Aminah"


async def answered(company: Office, command: WriteMail, picked: PickedUp) -> ReceiveMessage:
    """The mail as the channel writes it, answered by a program that changes its subject."""
    settings = {"address": ADDRESS, "imap_host": "imap.nusa.example", "smtp_host": "smtp.nusa.example"}
    account = AccountView(company.tenant_id, command.channel_account_id, "email", settings, {"password": "x"})
    message = await company.get(Message, command.message_id)
    conversation = await company.get(Conversation, picked.conversation_id)
    identity = await company.get(Identity, conversation.identity_id)
    assert message.content is not None
    outbound = Outbound(
        message_id=command.message_id,
        attempt=1,
        address=identity.address,
        thread_key=conversation.thread_key,
        text=message.text,
        content=message.content,
        topic=conversation.topic,
    )
    sent = message_from_bytes(composed(_letter(mailbox_of(account), outbound, [])))
    assert (sent["Subject"], sent["To"], sent["In-Reply-To"]) == ("Tagihan Maret", "Siti@contoh.example", None)
    head = f"From: Siti Aminah <siti@contoh.example>\r\nSubject: Soal lain\r\nReferences: {sent['Message-ID']}\r\n"
    ((_, answer),) = events_of(account, ADDRESS, f"{head}Message-ID: <b@contoh.example>\r\n\r\nBaik".encode())
    assert isinstance(answer, ReceiveMessage)
    return answer


@pytest.mark.parametrize(
    ("changes", "code", "args"),
    [
        ({"to": ("siti",)}, Reason.INVALID_FIELD, {"field": "to", "detail": "siti is no mail address"}),
        (
            {"cc": ("a@b.example", "x y@z")}, Reason.INVALID_FIELD,
            {"field": "cc", "detail": "x y@z is no mail address"},
        ),
        ({"bcc": ("a@b\r\nX: y",)}, Reason.INVALID_FIELD, {"field": "bcc", "detail": "a@b\r\nX: y is no mail address"}),
        (
            {"bcc": ("büdi\u2028@b",)}, Reason.INVALID_FIELD,
            {"field": "bcc", "detail": "büdi\u2028@b is no mail address"},
        ),
        ({"text": "  "}, Reason.EMPTY_TEXT, {}),
        ({"text": "x" * 5000}, Reason.TEXT_TOO_LONG, {"limit": 4000}),
        ({"message_id": "x"}, Reason.INVALID_FIELD, {"field": "message_id", "detail": "not a UUIDv7"}),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said(company: Office, changes: Any, code: Reason, args: dict[str, Any]) -> None:
    assert await company.barred("ayu", mail(company, **changes)) == Refused(code=code, args=args)


async def test_an_answer_names_nobody_who_is_no_address(company: Office) -> None:
    _, picked = await written(company, cc=("büdi@bücher.example",))
    head = Mail(subject="Re: Tagihan", bcc=("a@b.example", "ani.b.example"))
    reply = SendMessage(
        message_id=MessageId(new_id()), conversation_id=picked.conversation_id, interaction_id=picked.interaction_id,
        text="Baik", seen_position=1, content=Content(mail=head),
    )  # fmt: skip
    assert await company.barred("ayu", reply) == Refused(
        code=Reason.INVALID_FIELD, args={"field": "bcc", "detail": "ani.b.example is no mail address"}
    )


async def test_only_who_serves_the_mailbox_writes_from_it(company: Office) -> None:
    assert (await company.barred("citra", mail(company))).code == Reason.NOT_ENTITLED
    stranger = await company.barred(company.channel("mailbox"), mail(company))
    assert stranger.code == Reason.NOT_ENTITLED
    await written(company, "sari")  # a supervisor oversees all
    account = company.account("number")
    assert await company.barred("ayu", mail(company, channel_account_id=account)) == Refused(
        code=Reason.PART_UNSUPPORTED, args={"part": "mail", "channel": "Whatsapp"}
    )


async def test_not_from_a_paused_account_nor_beyond_the_limit(company: Office) -> None:
    tenant = await company.get(Tenant, company.tenant_id)
    await company.done("sari", EditRules(base_version=tenant.version, rules=Rules(pick_up_limit=1)))
    await written(company)
    assert await company.barred("ayu", mail(company)) == Refused(code=Reason.LIMIT_REACHED, args={"limit": 1})
    account = await company.get(ChannelAccount, company.account("mailbox"))
    pause = EditChannelAccount(
        channel_account_id=company.account("mailbox"), base_version=account.version, active=False
    )
    await company.done("adi", pause)
    assert (await company.barred("tono", mail(company))).code == Reason.CHANNEL_INACTIVE
