"""Bots: a small one of our own, and others' by a signed webhook."""

from backend.channels.bot.channel import Bot
from backend.channels.bot.words import Turn

__all__ = ["Bot", "Turn"]
