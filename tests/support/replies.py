"""An agent's reply, given with all seen that there is."""

from backend.store.store import Store
from omnix_protocol.conversations import Conversation
from omnix_protocol.ids import ConversationId, InteractionId, MessageId, TenantId, new_id
from omnix_protocol.messages import Attachment, SendMessage


async def reply_in(
    store: Store,
    tenant_id: TenantId,
    conversation_id: ConversationId,
    interaction_id: InteractionId,
    text: str,
    files: tuple[Attachment, ...] = (),
) -> SendMessage:
    async with store.read(tenant_id) as tx:
        conversation = await tx.get(Conversation, conversation_id)
    assert conversation is not None
    return SendMessage(
        message_id=MessageId(new_id()),
        conversation_id=conversation_id,
        interaction_id=interaction_id,
        text=text,
        attachments=files,
        seen_position=conversation.entries,
    )
