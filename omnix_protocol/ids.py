"""Identifiers: UUIDv7 made by whoever asks, UUIDv8 derived from what is already known, one NewType per thing named."""

import hashlib
import os
import re
import threading
import time
from typing import NewType

TenantId = NewType("TenantId", str)
UserId = NewType("UserId", str)
GroupId = NewType("GroupId", str)
AuxCodeId = NewType("AuxCodeId", str)
ChannelAccountId = NewType("ChannelAccountId", str)
QueueId = NewType("QueueId", str)
CustomerId = NewType("CustomerId", str)
IdentityId = NewType("IdentityId", str)
ConversationId = NewType("ConversationId", str)
InteractionId = NewType("InteractionId", str)
MessageId = NewType("MessageId", str)
MemoId = NewType("MemoId", str)
FileId = NewType("FileId", str)
CaseId = NewType("CaseId", str)
TicketId = NewType("TicketId", str)
CategoryId = NewType("CategoryId", str)
QuickReplyId = NewType("QuickReplyId", str)
IntegrationId = NewType("IntegrationId", str)
BoardId = NewType("BoardId", str)
CommandId = NewType("CommandId", str)
CommitId = NewType("CommitId", str)
SessionId = NewType("SessionId", str)
SecretId = NewType("SecretId", str)
JobId = NewType("JobId", str)

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_SEPARATOR = b"\x1f"


def _canonical(value: bytes, version: int) -> str:
    number = int.from_bytes(value[:16], "big")
    number &= ~(0xF << 76) & ~(0x3 << 62)
    number |= (version << 76) | (0x2 << 62)
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_ticking = threading.Lock()
_last = (0, 0)  # millisecond and count within it


def new_id() -> str:
    """A fresh UUIDv7 in canonical text, later in order than every one this process made before.

    Its time is for index locality and for order within one process, and is trusted for nothing else.
    """
    global _last  # noqa: PLW0603  # the process's one clock of ids
    now = time.time_ns() // 1_000_000
    with _ticking:
        millisecond, count = _last
        if now > millisecond:
            millisecond, count = now, 0
        elif count < 0xFFF:
            count += 1
        else:
            millisecond, count = millisecond + 1, 0
        _last = millisecond, count
    return _canonical(millisecond.to_bytes(6, "big") + count.to_bytes(2, "big") + os.urandom(8), 7)


def derived_id(*parts: str) -> str:
    """The UUIDv8 that these parts always give: the same event arriving twice asks for the same thing.

    A channel derives command ids from (channel account, event kind, provider id, revision).
    """
    joined = _SEPARATOR.join(part.encode("utf-8", "surrogatepass") for part in parts)
    return _canonical(hashlib.sha256(joined).digest(), 8)


def identity_id(
    tenant_id: TenantId, channel_kind: str, account_id: ChannelAccountId | None, address: str
) -> IdentityId:
    """The one identity of an address on a channel; known before its first message, so that a visitor can follow it."""
    return IdentityId(derived_id(tenant_id, "identity", channel_kind, account_id or "", address))


def draft_id(user_id: UserId, conversation_id: ConversationId, mode: str) -> str:
    """The one draft of a user in a conversation's reply or memo."""
    return derived_id(user_id, "draft", conversation_id, mode)


def file_id_of(message_id: MessageId, reference: str) -> FileId:
    """The one file of a message that the provider names so; a mail's HTML names its pictures by their references."""
    return FileId(derived_id(message_id, "file", reference))


def is_id(text: str) -> bool:
    """Whether the text is a canonical UUIDv7 or UUIDv8."""
    return _CANONICAL.fullmatch(text) is not None
