"""Telegram's Bot API (https://core.telegram.org/bots/api): updates by webhook or long polling, all media, edits."""

from backend.channels.telegram.channel import Telegram
from backend.channels.telegram.wire import webhook_secret

__all__ = ["Telegram", "webhook_secret"]
