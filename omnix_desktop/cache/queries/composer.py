"""What a composer needs: its draft, and the facts of its conversation that bound what may be sent."""

from dataclasses import dataclass
from datetime import datetime

from omnix_desktop.cache.reading import Reader, entities, moment, one
from omnix_protocol.channels import Channel, ChannelAccount
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import Draft


@dataclass(frozen=True, slots=True)
class DraftText:
    text: str = ""
    at: datetime | None = None
    here: bool = True  # False: typed on another machine of this user


@dataclass(frozen=True, slots=True)
class ComposerFacts:
    conversation: Conversation
    interaction: Interaction | None  # the newest one
    account: ChannelAccount | None
    channel: Channel | None  # its capabilities: text limit, attachments, reply window


def draft(reader: Reader, conversation_id: ConversationId, mode: str) -> DraftText:
    """What was being typed here; where nothing was, what the user was typing elsewhere."""
    rows = reader.rows(
        "SELECT text, at FROM local.drafts WHERE conversation_id = ? AND mode = ?", (conversation_id, mode)
    )
    if rows:
        return DraftText(rows[0][0], moment(rows[0][1]))
    elsewhere = reader.rows("SELECT body FROM entities WHERE type = 'Draft'")
    for found in entities(Draft, elsewhere):
        if found.conversation_id == conversation_id and found.mode == mode:
            return DraftText(found.text, found.at, here=False)
    return DraftText()


def drafted(reader: Reader, mode: str) -> frozenset[str]:
    """Where something stands in this mode."""
    return frozenset(row[0] for row in reader.rows("SELECT conversation_id FROM local.drafts WHERE mode = ?", (mode,)))


def facts(reader: Reader, conversation_id: ConversationId) -> ComposerFacts | None:
    conversation = one(reader, Conversation, conversation_id)
    if conversation is None:
        return None
    account = one(reader, ChannelAccount, conversation.channel_account_id)
    return ComposerFacts(
        conversation=conversation,
        interaction=one(reader, Interaction, conversation.interaction_id) if conversation.interaction_id else None,
        account=account,
        channel=one(reader, Channel, account.kind) if account else None,
    )
