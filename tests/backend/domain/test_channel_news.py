"""What channels tell besides new messages: edits, deletions, reactions, receipts, files, quiet and own messages."""

from datetime import timedelta

import msgspec
import pytest

from backend.runner import SYSTEM
from omnix_protocol import scopes
from omnix_protocol.channels import Queue
from omnix_protocol.content import ActKind, Content, Location, Mail, RemoteFile, Topic
from omnix_protocol.conversations import Conversation, End, Interaction, Status
from omnix_protocol.customers import BlockIdentity, Identity
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import FileId, IdentityId, InteractionId, MessageId
from omnix_protocol.messages import (
    AmendMessage,
    Attachment,
    DeliveryState,
    Direction,
    FetchMedia,
    FileState,
    Message,
    RecordAmendment,
    RecordDelivery,
    RecordMedia,
    RecordReaction,
    RecordSeen,
    ResolveUncertain,
)
from tests.support.office import Office


async def payloads(company: Office, kind: str) -> list[dict[str, object]]:
    claimed = await company.store.jobs.claim((kind,), 50, company.lease)
    return [msgspec.json.decode(job.payload) for job in claimed]


async def sent(company: Office, interaction: Interaction, text: str = "Baik") -> Message:
    """An agent's reply that the provider has taken."""
    reply = company.reply(interaction, text)
    await company.done("ayu", reply)
    record = RecordDelivery(
        channel_account_id=company.account("bot"),
        message_id=reply.message_id,
        provider_id=f"out-{reply.message_id}",
        state=DeliveryState.SENT,
    )
    await company.done(company.channel("bot"), record)
    return await company.get(Message, reply.message_id)


async def test_an_older_revision_never_comes_back(company: Office) -> None:
    edited = await company.writes("dua", provider_id="m1", revision=2)
    await company.writes("satu", provider_id="m1", revision=1)
    await company.writes("nol", provider_id="m1")
    assert (await company.get(Message, edited.message_id)).text == "dua"


async def test_a_deleted_message_says_so_and_keeps_nothing(company: Office) -> None:
    told = await company.writes("Rahasia", provider_id="m1", media=(RemoteFile(reference="f1", name="ktp.jpg"),))
    await company.writes("", provider_id="m1", revision=5, shown_as="deleted")
    message = await company.get(Message, told.message_id)
    assert (message.text, message.shown_as, message.attachments) == ("", "deleted", ())
    assert message.deleted_at is not None
    assert message.position == 1


async def test_a_file_that_the_provider_holds_does_not_hold_the_message_up(company: Office) -> None:
    told = await company.writes("", media=(RemoteFile(reference="f1", name="foto.jpg", size=7),))
    (file,) = (await company.get(Message, told.message_id)).attachments
    assert (file.name, file.size, file.state) == ("foto.jpg", 7, FileState.FETCHING)
    assert await payloads(company, "media") == [{"file_id": file.file_id}]
    there = msgspec.structs.replace(file, media_type="image/jpeg", size=900, state=FileState.THERE)
    await company.done(SYSTEM, RecordMedia(message_id=told.message_id, attachment=there))
    assert (await company.get(Message, told.message_id)).attachments == (there,)


async def test_a_file_that_failed_is_fetched_again_when_somebody_asks(company: Office) -> None:
    interaction = await company.serving(text="", media=(RemoteFile(reference="f1", name="foto.jpg"),))
    message = (await messages(company, interaction))[0]
    await payloads(company, "media")
    again = FetchMedia(message_id=MessageId(message.id), file_id=message.attachments[0].file_id)
    assert await company.barred("ayu", again) == refused(Reason.NOT_RETRYABLE)
    failed = msgspec.structs.replace(message.attachments[0], state=FileState.FAILED, failure="404")
    await company.done(SYSTEM, RecordMedia(message_id=MessageId(message.id), attachment=failed))
    await company.done("ayu", again)
    (file,) = (await company.get(Message, message.id)).attachments
    assert (file.state, file.failure) == (FileState.FETCHING, "")


async def messages(company: Office, interaction: Interaction) -> list[Message]:
    held = await company.holds(scopes.conversation(interaction.conversation_id))
    found = [await company.get(Message, entity_id) for kind, entity_id in held if kind == "Message"]
    return sorted(found, key=lambda message: message.position)


async def test_what_is_quiet_calls_nobody_and_wakes_nothing(company: Office) -> None:
    interaction = await company.serving()
    await company.writes("Saya sedang cuti", quiet=True)
    row = await company.get(Interaction, interaction.id)
    assert (row.unread, row.last_preview) == (1, "Saya sedang cuti")
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    told = await company.writes("Saya masih cuti", quiet=True)
    assert told.interaction_id == interaction.id
    assert (await company.get(Interaction, interaction.id)).status is Status.RESOLVED


async def test_what_we_wrote_elsewhere_is_ours_and_answers_the_customer(company: Office) -> None:
    interaction = await company.serving()
    told = await company.writes("Dari ponsel", elsewhere=True)
    message = await company.get(Message, told.message_id)
    assert (message.direction, message.state, message.author_name) == (Direction.OUT, DeliveryState.SENT, "")
    row = await company.get(Interaction, interaction.id)
    assert (row.last_from_customer, row.unanswered_since) == (False, None)


async def test_an_own_reply_told_back_stays_the_agents(company: Office) -> None:
    interaction = await company.serving()
    message = await sent(company, interaction, "Dari Ayu")
    await company.writes("Dari Ayu", elsewhere=True, provider_id=message.provider_id)
    assert [it.text for it in await messages(company, interaction)] == ["Halo", "Dari Ayu"]


@pytest.mark.parametrize("state", [DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN])
async def test_an_own_reply_told_back_before_its_sending_was_answered_is_the_one_that_went_out(
    company: Office, state: DeliveryState
) -> None:
    interaction = await company.serving()
    reply = company.reply(interaction, "Dari Ayu")
    await company.done("ayu", reply)
    if state is DeliveryState.UNCERTAIN:
        unclear = RecordDelivery(
            channel_account_id=company.account("bot"), message_id=reply.message_id, state=state, attempt=1
        )
        await company.done(company.channel("bot"), unclear)
    told = await company.writes("Dari Ayu", elsewhere=True, provider_id="out-1")
    assert told.message_id == reply.message_id
    message = await company.get(Message, reply.message_id)
    assert (message.state, message.provider_id) == (DeliveryState.SENT, "out-1")
    await company.writes("Dari Ayu", elsewhere=True, provider_id="out-2")  # once more, by a colleague
    assert [it.text for it in await messages(company, interaction)] == ["Halo", "Dari Ayu", "Dari Ayu"]


async def test_ours_that_names_only_what_it_answers_stands_below_it(company: Office) -> None:
    interaction = await company.serving(provider_id="c1", thread_key="post-1")
    told = await company.writes(
        "Dari halaman", elsewhere=True, sender="halaman", thread_key="post-1", provider_id="c2", reply_to="c1"
    )
    assert [it.text for it in await messages(company, interaction)] == ["Halo", "Dari halaman"]
    assert (await company.get(Message, told.message_id)).direction is Direction.OUT


async def test_a_message_is_taken_away_by_whoever_may(company: Office) -> None:
    told = await company.writes("Kasar", provider_id="c1", thread_key="post-1")
    await company.writes(
        "", elsewhere=True, sender="halaman", thread_key="post-1", provider_id="c1", revision=9, shown_as="deleted"
    )
    assert (await company.get(Message, told.message_id)).deleted_at is not None


async def test_a_blocked_person_is_heard_by_nobody_and_lost_by_nobody(company: Office) -> None:
    interaction = await company.serving()
    conversation = await company.get(Conversation, interaction.conversation_id)
    block = BlockIdentity(identity_id=IdentityId(conversation.identity_id), blocked=True)
    await company.done("ayu", block)
    assert (await company.get(Identity, conversation.identity_id)).blocked
    assert [job["kind"] for job in await payloads(company, "act")] == ["block"]
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    told = await company.writes("Lagi")
    assert told.interaction_id == interaction.id
    assert (await company.get(Message, told.message_id)).text == "Lagi"


async def test_receipts_by_time_reach_all_that_were_sent_before(company: Office) -> None:
    interaction = await company.serving()
    first, second = await sent(company, interaction), await sent(company, interaction)
    company.clock.pass_(minutes=1)
    third = await sent(company, interaction)
    seen = RecordSeen(
        channel_account_id=company.account("bot"),
        address="rina",
        state=DeliveryState.READ,
        until=third.at - timedelta(seconds=30),
    )
    await company.done(company.channel("bot"), seen)
    states = [(await company.get(Message, it.id)).state for it in (first, second, third)]
    assert states == [DeliveryState.READ, DeliveryState.READ, DeliveryState.SENT]


async def test_each_side_has_one_reaction(company: Office) -> None:
    interaction = await company.serving(provider_id="m1")
    for emoji in ("👍", "❤️"):
        await company.done(
            company.channel("bot"),
            RecordReaction(channel_account_id=company.account("bot"), provider_id="m1", emoji=emoji),
        )
    (message,) = await messages(company, interaction)
    assert [(it.emoji, it.ours) for it in message.reactions] == [("❤️", False)]
    react = AmendMessage(message_id=MessageId(message.id), kind=ActKind.REACT, emoji="🙏")
    await company.done("ayu", react)
    await amended(company, message, DeliveryState.SENT)
    assert {(it.emoji, it.ours) for it in (await company.get(Message, message.id)).reactions} == {
        ("❤️", False),
        ("🙏", True),
    }


async def amended(company: Office, message: Message, state: DeliveryState, number: int = 1, failure: str = "") -> None:
    record = RecordAmendment(
        channel_account_id=company.account("bot"),
        message_id=MessageId(message.id),
        number=number,
        state=state,
        failure=failure,
    )
    await company.done(company.channel("bot"), record)


async def test_an_edit_shows_when_the_provider_has_made_it(company: Office) -> None:
    message = await sent(company, await company.serving(), "Bsok")
    edit = AmendMessage(message_id=MessageId(message.id), kind=ActKind.EDIT, text="Besok")
    await company.done("ayu", edit)
    pending = await company.get(Message, message.id)
    assert pending.text == "Bsok"
    assert pending.amendment is not None
    assert pending.amendment.state is DeliveryState.ACCEPTED
    assert await company.barred("ayu", edit) == refused(Reason.STILL_PENDING)
    assert [job["number"] for job in await payloads(company, "act")] == [1]
    await amended(company, message, DeliveryState.SENT)
    made = await company.get(Message, message.id)
    assert (made.text, made.amendment) == ("Besok", None)


async def test_an_amendment_that_the_provider_refuses_says_why_and_changes_nothing(company: Office) -> None:
    message = await sent(company, await company.serving())
    await company.done("ayu", AmendMessage(message_id=MessageId(message.id), kind=ActKind.DELETE))
    await amended(company, message, DeliveryState.FAILED, failure="too old")
    kept = await company.get(Message, message.id)
    assert (kept.text, kept.deleted_at) == ("Baik", None)
    assert kept.amendment is not None
    assert (kept.amendment.state, kept.amendment.failure) == (DeliveryState.FAILED, "too old")
    await company.done("ayu", AmendMessage(message_id=MessageId(message.id), kind=ActKind.DELETE))
    await amended(company, message, DeliveryState.SENT, number=1)  # an answer to the first, late: of no account
    assert (await company.get(Message, message.id)).deleted_at is None
    await amended(company, message, DeliveryState.SENT, number=2)
    assert (await company.get(Message, message.id)).deleted_at is not None


@pytest.mark.parametrize("kind", [ActKind.EDIT, ActKind.DELETE])
async def test_a_customers_message_is_not_ours_to_change(company: Office, kind: ActKind) -> None:
    interaction = await company.serving(provider_id="m1")
    (message,) = await messages(company, interaction)
    change = AmendMessage(message_id=MessageId(message.id), kind=kind, text="Lain")
    assert (await company.barred("ayu", change)).code == Reason.CANNOT_BE_DONE


async def test_a_topic_names_the_conversation_and_its_row(company: Office) -> None:
    told = await company.writes("Isi", topic=Topic(title="Tagihan Maret"), thread_key="t1")
    conversation = await company.get(Conversation, told.conversation_id)
    assert conversation.topic == Topic(title="Tagihan Maret")
    assert (await company.get(Interaction, told.interaction_id)).topic == "Tagihan Maret"


async def test_an_answer_names_the_message_that_it_answers(company: Office) -> None:
    first = await company.writes("Kapan?", provider_id="m1")
    second = await company.writes("Itu maksud saya", provider_id="m2", reply_to="m1")
    assert (await company.get(Message, second.message_id)).reply_to == first.message_id


async def test_what_a_channel_cannot_send_is_refused_before_it_is_tried(company: Office) -> None:
    interaction = await company.serving()
    place = Content(location=Location(latitude=-6.2, longitude=106.8))
    barred = await company.barred("ayu", company.reply(interaction, content=place))
    assert barred == refused(Reason.PART_UNSUPPORTED, part="location", channel="Telegram")


async def test_a_file_of_a_message_deleted_meanwhile_is_not_kept(company: Office) -> None:
    told = await company.writes("", provider_id="m1", media=(RemoteFile(reference="f1", name="ktp.jpg"),))
    (file,) = (await company.get(Message, told.message_id)).attachments
    await company.writes("", provider_id="m1", revision=5, shown_as="deleted")
    there = Attachment(file_id=file.file_id, name="ktp.jpg", media_type="image/jpeg", size=9)
    await company.done(SYSTEM, RecordMedia(message_id=told.message_id, attachment=there))
    assert (await company.get(Message, told.message_id)).attachments == ()


async def test_the_html_of_a_mail_can_be_shown_once_it_is_there(company: Office) -> None:
    mail = Content(mail=Mail(subject="Tagihan"))
    body = RemoteFile(reference="html", body=True, inside=True)
    told = await company.writes("Isi", content=mail, media=(body,))
    assert (await company.get(Message, told.message_id)).attachments == ()
    (job,) = await payloads(company, "media")
    file_id = FileId(str(job["file_id"]))
    there = Attachment(file_id=file_id, name="mail.html", media_type="text/html", size=9)
    await company.done(SYSTEM, RecordMedia(message_id=told.message_id, attachment=there))
    message = await company.get(Message, told.message_id)
    assert message.content is not None
    assert message.content.mail is not None
    assert (message.content.mail.html_id, message.attachments) == (file_id, ())


async def test_what_is_quiet_calls_nobody_in_a_new_thread_either(company: Office) -> None:
    interaction = await company.serving()
    conversation = await company.get(Conversation, interaction.conversation_id)
    await company.done("ayu", BlockIdentity(identity_id=IdentityId(conversation.identity_id), blocked=True))
    waiting = (await company.get(Queue, interaction.queue_id)).waiting
    told = await company.writes("Perihal lain", thread_key="utas baru")
    begun = await company.get(Interaction, told.interaction_id)
    assert (begun.status, begun.unread, begun.unanswered_since) == (Status.RESOLVED, 0, None)
    assert (await company.get(Queue, interaction.queue_id)).waiting == waiting
    assert (await company.get(Message, told.message_id)).text == "Perihal lain"


async def test_a_reaction_that_was_overtaken_does_not_come_back(company: Office) -> None:
    interaction = await company.serving(provider_id="m1")
    now = company.clock()
    for emoji, seconds in (("❤️", 10), ("👍", 5)):
        reaction = RecordReaction(
            channel_account_id=company.account("bot"),
            provider_id="m1",
            emoji=emoji,
            provider_at=now + timedelta(seconds=seconds),
        )
        await company.done(company.channel("bot"), reaction)
    (message,) = await messages(company, interaction)
    assert [it.emoji for it in message.reactions] == ["❤️"]


async def test_what_an_agent_gave_up_is_sent_when_the_provider_says_that_it_has_it(company: Office) -> None:
    interaction = await company.serving()
    reply = company.reply(interaction, "Sampai?")
    await company.done("ayu", reply)

    async def told(state: DeliveryState, provider_id: str = "") -> None:
        record = RecordDelivery(
            channel_account_id=company.account("bot"), message_id=reply.message_id, state=state, provider_id=provider_id
        )
        await company.done(company.channel("bot"), record)

    await told(DeliveryState.UNCERTAIN)
    await company.done("ayu", ResolveUncertain(message_id=reply.message_id, went_out=False))
    await told(DeliveryState.SENT, "out1")
    assert (await company.get(Message, reply.message_id)).state is DeliveryState.SENT
    await told(DeliveryState.FAILED)  # the network's later word, once it was named
    await told(DeliveryState.SENT, "out1")
    assert (await company.get(Message, reply.message_id)).state is DeliveryState.FAILED


async def test_a_receipt_by_time_for_somebody_unknown_is_no_fault(company: Office) -> None:
    seen = RecordSeen(
        channel_account_id=company.account("bot"), address="nobody", state=DeliveryState.READ, until=company.clock()
    )
    await company.done(company.channel("bot"), seen)
