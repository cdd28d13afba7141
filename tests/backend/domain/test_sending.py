"""What goes out: who may, what fits, retries, what became of it, memos and drafts."""

import msgspec
import pytest

from backend.store.files import FileRow
from omnix_protocol import scopes
from omnix_protocol.conversations import Conversation, End, Interaction, Transfer
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import FileId, IdentityId, InteractionId, MemoId, MessageId, draft_id, identity_id, new_id
from omnix_protocol.messages import (
    AddMemo,
    Attachment,
    DeliveryState,
    Draft,
    FileState,
    Memo,
    Message,
    PublicMessage,
    RecordDelivery,
    ResolveUncertain,
    RetrySend,
    SaveDraft,
)
from tests.support.office import Office

PICTURE = Attachment(file_id=FileId(new_id()), name="foto.png", media_type="image/png", size=900)


async def uploaded(company: Office, file: Attachment, owner: str) -> None:
    """The file is there, brought by this person."""
    row = FileRow(file.file_id, file.name, file.media_type, file.size, b"", str(company.actor(owner)), company.clock())
    await company.store.files.add(company.tenant_id, [row])


async def jobs(company: Office) -> list[dict[str, object]]:
    claimed = await company.store.jobs.claim(("send",), 50, company.lease)
    return [msgspec.json.decode(job.payload) for job in claimed]


async def delivered(company: Office, message_id: str, state: DeliveryState, **more: object) -> None:
    record = RecordDelivery(
        channel_account_id=company.account("bot"),
        message_id=MessageId(message_id),
        state=state,
        **more,  # type: ignore[arg-type]  # fields
    )
    await company.done(company.channel("bot"), record)


async def test_a_reply_is_accepted_with_a_job_and_answers_the_customer(company: Office) -> None:
    interaction = await company.serving()
    reply = company.reply(interaction, "Kami cek dulu ya")
    await company.done("ayu", reply)
    message = await company.get(Message, reply.message_id)
    assert (message.state, message.position, message.attempts) == (DeliveryState.ACCEPTED, 2, 1)
    row = await company.get(Interaction, interaction.id)
    assert (row.unanswered_since, row.last_from_customer, row.last_preview) == (None, False, "Kami cek dulu ya")
    assert row.first_reply_at == message.at
    (job,) = await jobs(company)
    assert (job["message_id"], job["attempt"]) == (reply.message_id, 1)
    assert company.jobs_made == 1


async def test_the_same_reply_arriving_twice_is_one_message(company: Office) -> None:
    interaction = await company.serving()
    reply = company.reply(interaction)
    command_id = new_id()
    first = await company.run("ayu", reply, command_id)
    again = await company.run("ayu", reply, command_id)
    assert first == again
    assert first.refused is None
    assert (await company.get(Conversation, interaction.conversation_id)).entries == 2
    assert (await company.barred("ayu", reply)).code == Reason.ALREADY_EXISTS


async def test_only_the_owner_replies_and_only_while_it_is_open(company: Office) -> None:
    interaction = await company.serving()
    assert await company.barred("bima", company.reply(interaction)) == refused(Reason.NOT_OWNER, name="Ayu")
    assert (await company.barred("sari", company.reply(interaction))).code == Reason.NOT_OWNER
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    assert (await company.barred("ayu", company.reply(interaction))).code == Reason.ALREADY_ENDED


async def test_who_did_not_see_anothers_reply_is_told(company: Office) -> None:
    await company.online("bima")
    interaction = await company.serving()
    await company.done("ayu", company.reply(interaction))
    held = await company.get(Interaction, interaction.id)
    move = Transfer(interaction_id=InteractionId(held.id), base_version=held.version, to_user_id=company.user("bima"))
    await company.done("ayu", move)
    assert await company.barred("bima", company.reply(interaction, seen=1)) == refused(
        Reason.REPLIED_MEANWHILE, name="Ayu"
    )
    await company.done("bima", company.reply(interaction, seen=2))


@pytest.mark.parametrize(
    ("account", "text", "files", "reason"),
    [
        ("bot", "  \n", (), refused(Reason.EMPTY_TEXT)),
        ("number", "x" * 1001, (), refused(Reason.TEXT_TOO_LONG, limit=1000)),
        ("bot", "ini fotonya", (PICTURE,), refused(Reason.ATTACHMENTS_UNSUPPORTED, channel="Telegram")),
        (
            "page",
            "",
            (msgspec.structs.replace(PICTURE, size=1001),),
            refused(Reason.ATTACHMENT_TOO_LARGE, limit=1000),
        ),
        (
            "page",
            "",
            (msgspec.structs.replace(PICTURE, media_type="application/x-msdownload"),),
            refused(Reason.ATTACHMENT_TYPE, type="application/x-msdownload"),
        ),
    ],
)
async def test_what_the_channel_cannot_carry_is_refused_with_the_reason(
    company: Office, account: str, text: str, files: tuple[Attachment, ...], reason: object
) -> None:
    interaction = await company.serving(account=account)
    assert await company.barred("ayu", company.reply(interaction, text, attachments=files)) == reason


async def test_free_text_ends_with_the_window(company: Office) -> None:
    interaction = await company.serving(account="number")
    company.clock.pass_(hours=23, minutes=59)
    await company.done("ayu", company.reply(interaction))
    company.clock.pass_(minutes=2)
    assert (await company.barred("ayu", company.reply(interaction))).code == Reason.WINDOW_CLOSED


async def test_states_only_move_forward_and_late_receipts_are_no_fault(company: Office) -> None:
    interaction = await company.serving()
    reply = company.reply(interaction)
    await company.done("ayu", reply)
    await delivered(company, reply.message_id, DeliveryState.SENT, provider_id="prov-1", attempt=1)
    named = RecordDelivery(channel_account_id=company.account("bot"), provider_id="prov-1", state=DeliveryState.READ)
    await company.done(company.channel("bot"), named)
    await delivered(company, reply.message_id, DeliveryState.DELIVERED)
    await delivered(company, reply.message_id, DeliveryState.FAILED, failure="late")
    message = await company.get(Message, reply.message_id)
    assert (message.state, message.provider_id, message.failure) == (DeliveryState.READ, "prov-1", "")
    unknown = RecordDelivery(channel_account_id=company.account("bot"), provider_id="?", state=DeliveryState.READ)
    assert (await company.barred(company.channel("bot"), unknown)).code == Reason.NOT_FOUND
    foreign = RecordDelivery(
        channel_account_id=company.account("number"), message_id=reply.message_id, state=DeliveryState.READ
    )
    assert (await company.barred(company.channel("number"), foreign)).code == Reason.NOT_FOUND


async def test_a_retry_really_sends_again_and_an_older_attempt_no_longer_counts(company: Office) -> None:
    interaction = await company.serving()
    reply = company.reply(interaction)
    await company.done("ayu", reply)
    assert (await company.barred("ayu", RetrySend(message_id=reply.message_id))).code == Reason.NOT_RETRYABLE
    await delivered(company, reply.message_id, DeliveryState.FAILED, failure="400 bad", attempt=1)
    assert (await company.get(Message, reply.message_id)).failure == "400 bad"
    assert (await company.barred("bima", RetrySend(message_id=reply.message_id))).code == Reason.NOT_OWNER
    await company.done("ayu", RetrySend(message_id=reply.message_id))
    await delivered(company, reply.message_id, DeliveryState.FAILED, failure="old news", attempt=1)
    message = await company.get(Message, reply.message_id)
    assert (message.state, message.attempts, message.failure) == (DeliveryState.ACCEPTED, 2, "")
    assert [job["attempt"] for job in await jobs(company)] == [1, 2]


@pytest.mark.parametrize(("went_out", "state"), [(True, DeliveryState.SENT), (False, DeliveryState.FAILED)])
async def test_what_is_uncertain_is_resolved_by_the_owner(
    company: Office, went_out: bool, state: DeliveryState
) -> None:
    interaction = await company.serving()
    reply = company.reply(interaction)
    await company.done("ayu", reply)
    resolve = ResolveUncertain(message_id=reply.message_id, went_out=went_out)
    assert (await company.barred("ayu", resolve)).code == Reason.NOT_RETRYABLE
    await delivered(company, reply.message_id, DeliveryState.UNCERTAIN, attempt=1)
    assert (await company.barred("bima", resolve)).code == Reason.NOT_OWNER
    await company.done("ayu", resolve)
    assert (await company.get(Message, reply.message_id)).state is state


async def test_a_web_chats_reply_is_with_the_visitor_and_no_memo_ever_is(company: Office) -> None:
    interaction = await company.serving(sender="v1", account="page")
    await uploaded(company, PICTURE, "ayu")
    reply = company.reply(interaction, "Baik", attachments=(PICTURE,))
    await company.done("ayu", reply)
    memo = AddMemo(
        memo_id=MemoId(new_id()),
        conversation_id=interaction.conversation_id,
        interaction_id=InteractionId(interaction.id),
        text="rahasia",
    )
    await company.done("ayu", memo)
    assert await jobs(company) == []
    public = await company.get(PublicMessage, reply.message_id)
    assert (public.state, public.author_name, public.attachments) == (DeliveryState.SENT, "Ayu", (PICTURE,))
    visitor = identity_id(company.tenant_id, "webchat", company.account("page"), "v1")
    seen = RecordDelivery(
        channel_account_id=company.account("page"), message_id=reply.message_id, state=DeliveryState.READ
    )
    assert (await company.run(company.visitor(IdentityId(new_id())), seen)).refused == refused(Reason.NOT_ENTITLED)
    assert (await company.run(company.visitor(visitor), seen)).refused is None
    assert (await company.get(PublicMessage, reply.message_id)).state is DeliveryState.READ
    assert {kind for kind, _ in await company.holds(scopes.visitor(visitor))} == {"PublicMessage"}


async def test_memos_share_positions_with_messages(company: Office) -> None:
    interaction = await company.serving()
    memo = AddMemo(
        memo_id=MemoId(new_id()),
        conversation_id=interaction.conversation_id,
        interaction_id=InteractionId(interaction.id),
        text="Pelanggan prioritas",
    )
    assert (await company.barred("citra", memo)).code == Reason.NOT_ENTITLED
    await company.done("ayu", memo)
    await company.writes("lagi")
    assert (await company.get(Memo, memo.memo_id)).position == 2
    assert (await company.get(Conversation, interaction.conversation_id)).entries == 3
    assert (await company.barred("ayu", msgspec.structs.replace(memo, text=" "))).code == Reason.EMPTY_TEXT
    long = msgspec.structs.replace(memo, memo_id=MemoId(new_id()), text="x" * 10_001)
    assert await company.barred("ayu", long) == refused(Reason.TEXT_TOO_LONG, limit=10_000)


async def test_a_draft_is_the_users_own_until_it_is_sent_or_emptied(company: Office) -> None:
    interaction = await company.serving()
    scope = scopes.drafts(company.user("ayu"))
    key = draft_id(company.user("ayu"), interaction.conversation_id, "reply")
    draft = SaveDraft(conversation_id=interaction.conversation_id, mode="reply", text="Selamat")
    assert (await company.barred("citra", draft)).code == Reason.NOT_ENTITLED
    await company.done("ayu", draft)
    assert await company.holds(scope) == {("Draft", key)}
    await company.done("ayu", company.reply(interaction, "Selamat pagi"))
    assert await company.holds(scope) == set()
    assert (await company.get(Draft, key)).text == ""
    await company.done("ayu", draft)
    await company.done("ayu", msgspec.structs.replace(draft, text=""))
    assert await company.holds(scope) == set()
    assert (await company.barred("ayu", msgspec.structs.replace(draft, mode="x"))).code == Reason.INVALID_FIELD


async def test_a_draft_typed_on_another_machine_meanwhile_is_neither_replaced_nor_taken_along(company: Office) -> None:
    interaction = await company.serving()
    key = draft_id(company.user("ayu"), interaction.conversation_id, "reply")
    draft = SaveDraft(conversation_id=interaction.conversation_id, mode="reply", text="di kantor", base_version=0)
    await company.done("ayu", draft)
    unseen = msgspec.structs.replace(draft, text="di rumah")
    assert await company.barred("ayu", unseen) == refused(Reason.VERSION_CONFLICT, version=1)
    assert (await company.barred("ayu", msgspec.structs.replace(unseen, text=""))).code == Reason.VERSION_CONFLICT
    await company.done("ayu", msgspec.structs.replace(unseen, base_version=1))
    await company.done("ayu", msgspec.structs.replace(company.reply(interaction, "Pagi"), draft_version=1))
    assert (await company.get(Draft, key)).text == "di rumah"
    await company.done("ayu", msgspec.structs.replace(company.reply(interaction, "Siang"), draft_version=2))
    assert (await company.get(Draft, key)).text == ""
    await company.done("ayu", msgspec.structs.replace(unseen, base_version=2))  # nothing stands there any more


@pytest.mark.parametrize("claim", [{"state": FileState.FAILED}, {"failure": "Scanned: clean"}])
async def test_what_became_of_a_file_is_the_servers_to_say(company: Office, claim: dict[str, object]) -> None:
    interaction = await company.serving(account="page")
    await uploaded(company, PICTURE, "ayu")
    told = msgspec.structs.replace(PICTURE, **claim)
    barred = await company.barred("ayu", company.reply(interaction, "", attachments=(told,)))
    assert barred.code == Reason.INVALID_FIELD
