"""Leaves: bytes to protocol words and back. CHANNELS lists them; each is independent of the
others.
"""

from backend.channels.base import Channel
from backend.channels.telegram import Telegram
from backend.channels.webchat import WebChat

CHANNELS: tuple[Channel, ...] = (WebChat(), Telegram())
BY_KIND: dict[str, Channel] = {channel.kind: channel for channel in CHANNELS}

__all__ = ["BY_KIND", "CHANNELS"]
