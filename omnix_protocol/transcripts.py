"""Transcripts by mail (F28): an interaction's messages, without memos, to one address."""

from typing import Annotated, Final

from msgspec import Meta

from omnix_protocol.base import Command
from omnix_protocol.ids import ChannelAccountId, InteractionId, MemoId
from omnix_protocol.messages import DeliveryState
from omnix_protocol.people import Email

MAIL_OFF: Final = "mail_off"
"""The failure of a transcript where the server has no mail of its own."""


class MailTranscript(Command, frozen=True, kw_only=True):
    """By the owner or a team leader and above. A memo of this id notes it and what became of it."""

    memo_id: MemoId
    interaction_id: InteractionId
    to: Email


class AskTranscript(Command, frozen=True, kw_only=True):
    """By a visitor of a web chat: the transcript of their newest interaction, to the address that they gave there.

    Refused before an agent has answered, so that nobody mails strangers their own words through us.
    """

    memo_id: MemoId
    channel_account_id: ChannelAccountId


class RecordTranscript(Command, frozen=True, kw_only=True):
    """By the system: what became of a transcript's mail. States only move forward."""

    memo_id: MemoId
    state: DeliveryState
    failure: Annotated[str, Meta(max_length=500)] = ""
