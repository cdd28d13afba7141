"""Entries of a conversation: messages and memos share its positions, and its scope holds the newest of them."""

from typing import Any, NamedTuple

import msgspec

from backend.domain.base import Context, changed
from omnix_protocol import scopes
from omnix_protocol.channels import WEBCHAT, ChannelAccount
from omnix_protocol.conversations import Conversation
from omnix_protocol.ids import ConversationId, InteractionId, MemoId, UserId, draft_id
from omnix_protocol.messages import DeliveryState, Direction, Draft, Memo, Message, PublicMessage, Transcript


async def next_entry(ctx: Context, conversation: Conversation, **fields: Any) -> Conversation:
    """The conversation with one entry more; what its scope no longer holds leaves it."""
    position = conversation.entries + 1
    if position > scopes.CONVERSATION_WINDOW:
        await _push_out(ctx, conversation, position - scopes.CONVERSATION_WINDOW)
    scope = scopes.conversation(ConversationId(conversation.id))
    return ctx.put(changed(conversation, entries=position, **fields), scope)


async def _push_out(ctx: Context, conversation: Conversation, position: int) -> None:
    messages, memos, _ = await ctx.tx.messages.entries(ConversationId(conversation.id), position + 1, 1)
    for entry in (*messages, *memos):
        ctx.drop(type(entry), entry.id, scopes.conversation(ConversationId(conversation.id)))
        if isinstance(entry, Message) and await ctx.tx.get(PublicMessage, entry.id) is not None:
            ctx.drop(PublicMessage, entry.id, scopes.visitor(conversation.identity_id))


class Author(NamedTuple):
    """Who a memo says it is by."""

    id: str
    name: str


async def add_memo(
    ctx: Context,
    conversation: Conversation,
    interaction_id: InteractionId,
    memo_id: MemoId,
    text: str,
    transcript: Transcript | None = None,
    by: Author | ChannelAccount | None = None,
) -> Memo:
    """A private note by the acting user, or by a bot or a visitor, at the end of the (locked) conversation."""
    author = by or ctx.acting_user()
    conversation = await next_entry(ctx, conversation)
    memo = Memo(
        id=memo_id,
        version=1,
        conversation_id=ConversationId(conversation.id),
        interaction_id=interaction_id,
        position=conversation.entries,
        text=text,
        author_id=UserId(author.id),
        author_name=author.name,
        at=ctx.now,
        transcript=transcript,
    )
    return ctx.put(memo, scopes.conversation(memo.conversation_id))


async def put_message(ctx: Context, message: Message, conversation: Conversation, channel_kind: str) -> Message:
    """The message's new state, and for a web chat what the visitor may see of it."""
    # only a new one names its scope: a changed one stays where it is held, and what has left the window stays out
    ctx.put(message, *([scopes.conversation(message.conversation_id)] if message.version == 1 else []))
    if channel_kind == WEBCHAT:
        shown = await ctx.tx.get(PublicMessage, message.id) if message.version > 1 else None
        public = _public(message, (shown.version if shown else 0) + 1)
        if shown is not None and shown.state is DeliveryState.READ:
            public = msgspec.structs.replace(public, state=DeliveryState.READ)  # a receipt is never taken back
        ctx.put(public, *([scopes.visitor(conversation.identity_id)] if shown is None else []))
    return message


def _public(message: Message, version: int) -> PublicMessage:
    inbound = message.direction is Direction.IN
    return PublicMessage(
        id=message.id,
        version=version,
        position=message.position,
        direction=message.direction,
        said_as=message.provider_id if inbound else "",
        text=message.text,
        attachments=message.attachments,
        author_name=message.author_name,
        at=message.at,
        state=message.state,
        buttons=message.content.buttons if message.content else (),
    )


async def show_read(ctx: Context, conversation: Conversation) -> None:
    """The visitor of a web chat hears that all they wrote was read; the newest of theirs says so for those before."""
    newest = await ctx.tx.messages.newest_inbound(ConversationId(conversation.id))
    public = await ctx.tx.get(PublicMessage, newest.id) if newest is not None else None
    if public is not None and public.state is not DeliveryState.READ:
        ctx.put(changed(public, state=DeliveryState.READ))


async def discard_draft(ctx: Context, conversation_id: ConversationId, mode: str, seen: int | None) -> None:
    """What was typed is sent: the user's draft of it goes, on all their machines.

    A draft later than the one that was `seen` stays: it was typed on another machine meanwhile, and nobody sent it.
    """
    user_id = UserId(ctx.acting_user().id)
    draft = await ctx.tx.get(Draft, draft_id(user_id, conversation_id, mode))
    if draft is not None and draft.text and (seen is None or draft.version <= seen):
        empty_draft(ctx, draft)


def empty_draft(ctx: Context, draft: Draft) -> None:
    """The row stays, empty, so that its versions keep growing when the user types again."""
    ctx.put(changed(draft, text="", at=ctx.now))
    ctx.drop(Draft, draft.id, scopes.drafts(UserId(ctx.acting_user().id)))
