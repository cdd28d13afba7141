"""What a bot does in an interaction that it answers first, and how a person gets it and gives it back (S3.9-S3.15)."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from omnix_protocol.base import Command, Query
from omnix_protocol.content import Button
from omnix_protocol.conversations import Note
from omnix_protocol.ids import ChannelAccountId, InteractionId
from omnix_protocol.messages import Text
from omnix_protocol.reports import PageSize, QueuePageAnswer

BOT = "bot"
"""The kind of channel account that is a bot; other accounts name one as their `bot_id`."""
BUTTONS_MAX = 13


class BotSay(Command, frozen=True, kw_only=True):
    """By a bot, while it answers. Buttons beyond what the channel can show become numbered lines of the text."""

    channel_account_id: ChannelAccountId  # the bot's own
    interaction_id: InteractionId
    text: Text
    buttons: Annotated[tuple[Button, ...], Meta(max_length=BUTTONS_MAX)] = ()


class HandToPerson(Command, frozen=True, kw_only=True):
    """By a bot, or for one that cannot be reached: the interaction waits for an agent, with a note of what went on."""

    channel_account_id: ChannelAccountId  # the bot's own
    interaction_id: InteractionId
    note: Note = ""  # becomes a memo


class BotEnd(Command, frozen=True, kw_only=True):
    """By a bot, while it answers: the interaction is resolved."""

    channel_account_id: ChannelAccountId  # the bot's own
    interaction_id: InteractionId


class GiveToBot(Command, frozen=True, kw_only=True):
    """By the owner: the account's bot goes on with it. Taking it from the bot is PickUp (S3.9)."""

    interaction_id: InteractionId


class BotTalks(Query, frozen=True, kw_only=True):
    """What bots are answering in the lines that the asker serves (S3.4), newest first.

    The next page begins before the last row's `created_at` and `id`.
    """

    answer: ClassVar[type[Struct]] = QueuePageAnswer
    before_at: datetime | None = None
    before_id: InteractionId | None = None
    limit: PageSize = 100
