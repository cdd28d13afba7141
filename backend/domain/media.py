"""Files that providers still hold: a message names them at once, a job fetches them, and what became of it is shown."""

import msgspec

from backend.domain.base import Context, changed, handles, refused
from backend.domain.entitlement import sees_conversation
from backend.domain.entries import put_message
from backend.store.reads.files import Expected
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.content import Content, RemoteFile
from omnix_protocol.conversations import Conversation
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import FileId, MessageId, file_id_of
from omnix_protocol.messages import Attachment, FetchMedia, FileState, Message, ReceiveMessage, RecordMedia


async def awaited(
    ctx: Context, command: ReceiveMessage, message_id: MessageId, known: tuple[Attachment, ...] = ()
) -> tuple[Attachment, ...]:
    """All files of a message: those that came with the command, and those that a job is now to fetch."""
    there = {attachment.file_id: attachment for attachment in known}
    files = list(command.attachments)
    for remote in command.media:
        file_id = file_id_of(message_id, remote.reference)
        if file_id in there:
            files.append(there[file_id])
            continue
        if not remote.body:
            files.append(_fetching(file_id, remote))
        await ctx.tx.files.expect(Expected(file_id, message_id, command.channel_account_id, remote))
        ctx.job("media", {"file_id": file_id}, key=file_id)
    return tuple(files)


def _fetching(file_id: FileId, remote: RemoteFile) -> Attachment:
    return Attachment(
        file_id=file_id,
        name=remote.name or "file",
        media_type=remote.media_type or "application/octet-stream",
        size=remote.size,
        state=FileState.FETCHING,
    )


@handles(RecordMedia)
async def record_media(command: RecordMedia, ctx: Context) -> Refused | None:
    """What the job found out. A message that was deleted meanwhile keeps nothing of it."""
    seen = await ctx.need(Message, command.message_id)
    conversation = await ctx.need(Conversation, seen.conversation_id)
    account = await ctx.need(ChannelAccount, conversation.channel_account_id)
    message = await ctx.lock(Message, command.message_id)
    files = tuple(
        command.attachment if held.file_id == command.attachment.file_id else held for held in message.attachments
    )
    expected = await ctx.tx.files.expected(command.attachment.file_id)
    content = message.content
    if command.attachment.state in (FileState.THERE, FileState.REFUSED):
        await ctx.tx.files.arrived(command.attachment.file_id)
    if command.attachment.state is FileState.THERE:
        await ctx.tx.files.attach(command.attachment.file_id, message.conversation_id)
        if expected is not None and expected.remote.body:
            content = _with_html(message, command.attachment.file_id)
    if (files, content) != (message.attachments, message.content):
        await put_message(ctx, changed(message, attachments=files, content=content), conversation, account.kind)
    return None


def _with_html(message: Message, file_id: FileId) -> Content | None:
    """A mail whose HTML can be shown now."""
    content = message.content
    if content is None or content.mail is None or message.deleted_at is not None:
        return content
    return msgspec.structs.replace(content, mail=msgspec.structs.replace(content.mail, html_id=file_id))


@handles(FetchMedia)
async def fetch_media(command: FetchMedia, ctx: Context) -> Refused | None:
    seen = await ctx.need(Message, command.message_id)
    conversation = await ctx.need(Conversation, seen.conversation_id)
    if not await sees_conversation(ctx, conversation):
        return refused(Reason.NOT_ENTITLED)
    account = await ctx.need(ChannelAccount, conversation.channel_account_id)
    message = await ctx.lock(Message, command.message_id)
    failed = next((it for it in message.attachments if it.file_id == command.file_id), None)
    if failed is None or failed.state is not FileState.FAILED:
        return refused(Reason.NOT_RETRYABLE)
    if await ctx.tx.files.expected(command.file_id) is None:
        return refused(Reason.NOT_FOUND, type="File")
    waiting = msgspec.structs.replace(failed, state=FileState.FETCHING, failure="")
    files = tuple(waiting if held is failed else held for held in message.attachments)
    await put_message(ctx, changed(message, attachments=files), conversation, account.kind)
    ctx.job("media", {"file_id": command.file_id}, key=command.file_id)
    return None
