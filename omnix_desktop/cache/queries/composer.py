"""What a composer needs: its draft, and the facts of its conversation that bound what may be sent."""

from datetime import datetime

import msgspec

from omnix_desktop.cache.beside import NOTHING, Beside, read_beside
from omnix_desktop.cache.drafts import Key, read_files
from omnix_desktop.cache.reading import Reader, entities, moment, one
from omnix_protocol import scopes
from omnix_protocol.channels import Channel, ChannelAccount
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.customers import Identity
from omnix_protocol.ids import ConversationId, UserId
from omnix_protocol.messages import Attachment, Draft


class DraftText(msgspec.Struct, frozen=True):
    text: str = ""
    at: datetime | None = None
    files: tuple[Attachment, ...] = ()
    apart: bool = False  # another text stands on another machine of this user
    beside: Beside = NOTHING


class ComposerFacts(msgspec.Struct, frozen=True):
    conversation: Conversation
    interaction: Interaction | None  # the newest one
    account: ChannelAccount | None
    channel: Channel | None  # its capabilities: text limit, attachments, reply window
    handle: str = ""  # of the customer, as the channel writes it
    address: str = ""


def draft(reader: Reader, conversation_id: ConversationId, mode: str) -> DraftText:
    """What is being typed: here, or on another machine, from where sync has taken it over."""
    sql = "SELECT text, at, attachments, apart, beside FROM local.drafts WHERE conversation_id = ? AND mode = ?"
    rows = reader.rows(sql, (conversation_id, mode))
    if not rows:
        return DraftText()
    text, at, files, apart, beside = rows[0]
    return DraftText(text, moment(at), read_files(files), bool(apart), read_beside(beside))


def elsewhere(reader: Reader, user_id: UserId) -> dict[Key, Draft] | None:
    """The user's drafts as the server has them; None where they are not known here, or not all can be read."""
    rows = reader.rows(  # one statement: a damaged file must not look like one without drafts
        "SELECT e.body FROM scopes s LEFT JOIN entities e ON e.type = 'Draft' WHERE s.key = ? AND s.seq IS NOT NULL",
        (scopes.drafts(user_id),),
    )
    bodies = [row for row in rows if row[0] is not None]
    found = entities(Draft, bodies)
    if not rows or len(found) < len(bodies):
        return None
    return {(one.conversation_id, one.mode): one for one in found}


def differing(reader: Reader) -> int:
    """How many drafts have not reached the server, or not come back from it."""
    sql = (
        "SELECT count(*) FROM local.drafts WHERE mode IN ('reply', 'memo') AND (text <> agreed OR offered IS NOT NULL)"
    )
    return int(reader.rows(sql)[0][0])


def drafted(reader: Reader, mode: str) -> frozenset[str]:
    """Where something stands in this mode."""
    return frozenset(row[0] for row in reader.rows("SELECT conversation_id FROM local.drafts WHERE mode = ?", (mode,)))


def facts(reader: Reader, conversation_id: ConversationId) -> ComposerFacts | None:
    conversation = one(reader, Conversation, conversation_id)
    if conversation is None:
        return None
    account = one(reader, ChannelAccount, conversation.channel_account_id)
    identity = one(reader, Identity, conversation.identity_id)
    return ComposerFacts(
        conversation=conversation,
        interaction=one(reader, Interaction, conversation.interaction_id) if conversation.interaction_id else None,
        account=account,
        channel=one(reader, Channel, account.kind) if account else None,
        handle=identity.handle.removeprefix("@") if identity else "",
        address=identity.address if identity else "",
    )
