"""Files that a command names: there, the asker's own or the conversation's, and what they are called."""

from backend.domain.base import Context, refused
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import Attachment, FileState


async def barred(
    ctx: Context, attachments: tuple[Attachment, ...], conversation_id: ConversationId | None
) -> Refused | None:
    """Why these may not be sent: nobody passes on a file that they could not see themselves."""
    for attachment in attachments:
        row = await ctx.tx.files.get(attachment.file_id)
        own = row is not None and row.owner == str(ctx.actor)
        shared = row is not None and conversation_id is not None and row.conversation_id == conversation_id
        if row is None or not (own or shared):
            return refused(Reason.NOT_FOUND, type="File")
        if (row.name, row.media_type, row.size) != (attachment.name, attachment.media_type, attachment.size):
            return refused(Reason.INVALID_FIELD, field="attachments", detail="not as it was uploaded")
        if attachment.state is not FileState.THERE or attachment.failure:
            return refused(Reason.INVALID_FIELD, field="attachments", detail="only the server says what became of one")
    return None


async def attach(ctx: Context, attachments: tuple[Attachment, ...], conversation_id: ConversationId | None) -> None:
    """The last thing of a command that is not refused any more: the conversation's people may see these files."""
    if conversation_id is None:
        return
    for attachment in attachments:
        await ctx.tx.files.attach(attachment.file_id, conversation_id)
