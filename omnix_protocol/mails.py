"""New mails: what somebody writes to whom, without having been written to."""

import hashlib
from typing import Annotated

from msgspec import Meta

from omnix_protocol.base import Command
from omnix_protocol.content import ADDRESSES_MAX, Address, Addresses, Line
from omnix_protocol.ids import ChannelAccountId, MessageId
from omnix_protocol.messages import Attachment, Text


class WriteMail(Command, frozen=True, kw_only=True):
    """By who serves the mailbox (S3.22). The result is a PickedUp.

    It begins a conversation with the first of `to`, held by the writer, so that it counts as one picked up and is
    refused at the limit. What is answered to it comes into that conversation, whatever its subject became.
    """

    message_id: MessageId
    channel_account_id: ChannelAccountId
    to: Annotated[tuple[Address, ...], Meta(min_length=1, max_length=ADDRESSES_MAX)]
    cc: Addresses = ()
    bcc: Addresses = ()
    subject: Line = ""
    text: Text = ""
    attachments: tuple[Attachment, ...] = ()


def thread_begun_by(message_id: MessageId) -> str:
    """The thread key of what a new mail begins: 16 hexadecimal digits, which its Message-ID carries."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:16]
