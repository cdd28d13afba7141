"""What stays inside: memos, and drafts of what is being typed."""

from backend.domain.base import Context, handles, refused
from backend.domain.entitlement import sees_conversation
from backend.domain.entries import add_memo, discard_draft, empty_draft
from omnix_protocol import scopes
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ConversationId, UserId, draft_id, is_id
from omnix_protocol.messages import AddMemo, Draft, DraftSaved, Memo, SaveDraft

MODES = frozenset({"reply", "memo"})


@handles(AddMemo)
async def write_memo(command: AddMemo, ctx: Context) -> Refused | None:
    if not is_id(command.memo_id):
        return refused(Reason.INVALID_FIELD, field="memo_id", detail="not a UUIDv7")
    conversation = await ctx.lock(Conversation, command.conversation_id)
    interaction = await ctx.need(Interaction, command.interaction_id)
    if interaction.conversation_id != conversation.id:
        return refused(Reason.NOT_FOUND, type="Interaction")
    if not await sees_conversation(ctx, conversation):
        return refused(Reason.NOT_ENTITLED)
    limit = (await ctx.tenant()).rules.memo_max
    if not command.text.strip():
        return refused(Reason.EMPTY_TEXT)
    if len(command.text) > limit:
        return refused(Reason.TEXT_TOO_LONG, limit=limit)
    if await ctx.tx.get(Memo, command.memo_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Memo")
    await add_memo(ctx, conversation, command.interaction_id, command.memo_id, command.text)
    await discard_draft(ctx, command.conversation_id, "memo", command.draft_version)
    return None


@handles(SaveDraft)
async def save_draft(command: SaveDraft, ctx: Context) -> DraftSaved | Refused:
    if command.mode not in MODES:
        return refused(Reason.INVALID_FIELD, field="mode", detail="reply or memo")
    user_id = UserId(ctx.acting_user().id)
    conversation = await ctx.need(Conversation, command.conversation_id)
    key = draft_id(user_id, ConversationId(conversation.id), command.mode)
    draft = await ctx.tx.lock(Draft, key)
    # what was being typed survives a change of owner: whoever has a draft here may go on with it
    if draft is None and not await sees_conversation(ctx, conversation):
        return refused(Reason.NOT_ENTITLED)
    if draft is not None and draft.text == command.text:
        return DraftSaved(version=draft.version)
    # two machines of one user: what the other one wrote and this one has not seen is not replaced
    if draft is not None and draft.text and command.base_version not in (None, draft.version):
        return refused(Reason.VERSION_CONFLICT, version=draft.version)
    if not command.text:
        if draft is not None:
            empty_draft(ctx, draft)
        return DraftSaved(version=draft.version + 1 if draft else 0)
    fresh = Draft(
        id=key,
        version=draft.version + 1 if draft else 1,
        conversation_id=command.conversation_id,
        mode=command.mode,
        text=command.text,
        at=ctx.now,
    )
    ctx.put(fresh, scopes.drafts(user_id))
    return DraftSaved(version=fresh.version)
