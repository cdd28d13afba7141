"""Transcripts by mail (F28): asked for by whoever answers, noted in a memo, sent by a job."""

from backend.domain.base import Context, changed, handles, refused
from backend.domain.entries import Author, add_memo
from backend.domain.places import conversation_of
from omnix_protocol import rules
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.customers import Identity
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import IdentityId, InteractionId, is_id
from omnix_protocol.messages import DeliveryState, Memo, Transcript
from omnix_protocol.people import Role
from omnix_protocol.transcripts import AskTranscript, MailTranscript, RecordTranscript

MAIL = "mail"


@handles(MailTranscript)
async def mail_transcript(command: MailTranscript, ctx: Context) -> Refused | None:
    if not is_id(command.memo_id):
        return refused(Reason.INVALID_FIELD, field="memo_id", detail="not a UUIDv7")
    if not rules.is_mail_address(command.to):
        return refused(Reason.INVALID_FIELD, field="to", detail="no mail address")
    interaction = await ctx.need(Interaction, command.interaction_id)
    if interaction.owner_id != ctx.acting_user().id and not ctx.ranks(Role.TEAM_LEADER):
        return refused(Reason.NOT_OWNER, name=interaction.owner_name)
    conversation = await ctx.lock(Conversation, interaction.conversation_id)
    if await ctx.tx.get(Memo, command.memo_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Memo")
    text = f"✉ → {command.to}"
    await add_memo(ctx, conversation, command.interaction_id, command.memo_id, text, Transcript(to=command.to))
    ctx.job(MAIL, {"what": "transcript", "memo_id": command.memo_id})
    return None


@handles(AskTranscript)
async def ask_transcript(command: AskTranscript, ctx: Context) -> Refused | None:
    if not is_id(command.memo_id):
        return refused(Reason.INVALID_FIELD, field="memo_id", detail="not a UUIDv7")
    identity = await ctx.need(Identity, ctx.actor.id)
    conversation_id = conversation_of(command.channel_account_id, IdentityId(identity.id), "")
    conversation = await ctx.lock(Conversation, conversation_id)
    if conversation.interaction_id is None:
        return refused(Reason.NOT_FOUND, type="Interaction")
    interaction = await ctx.need(Interaction, conversation.interaction_id)
    if not rules.is_mail_address(identity.handle):
        return refused(Reason.INVALID_FIELD, field="email", detail="no mail address")
    if interaction.first_reply_at is None:
        return refused(Reason.STILL_PENDING)
    if await ctx.tx.get(Memo, command.memo_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Memo")
    author = Author(identity.id, identity.name or interaction.customer_name)
    await add_memo(
        ctx,
        conversation,
        InteractionId(interaction.id),
        command.memo_id,
        f"✉ → {identity.handle}",
        Transcript(to=identity.handle),
        author,
    )
    ctx.job(MAIL, {"what": "transcript", "memo_id": command.memo_id})
    return None


@handles(RecordTranscript)
async def record_transcript(command: RecordTranscript, ctx: Context) -> Refused | None:
    memo = await ctx.lock(Memo, command.memo_id)
    known = memo.transcript
    if known is None:
        return refused(Reason.NOT_FOUND, type="Transcript")
    if known.state is DeliveryState.SENT:
        return None  # a letter that the mail server took is out; what else it says comes as mail
    state = rules.next_delivery_state(known.state, command.state)
    if state is not known.state:
        ctx.put(changed(memo, transcript=Transcript(to=known.to, state=state, failure=command.failure)))
    return None
