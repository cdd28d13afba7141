"""Leaves: bytes to protocol words and back. CHANNELS lists them; each is independent of the
others.
"""

from backend.channels.base import Channel
from backend.channels.bot import Bot
from backend.channels.email import Email
from backend.channels.facebook_comments import FacebookComments
from backend.channels.instagram import Instagram
from backend.channels.instagram_comments import InstagramComments
from backend.channels.line import Line
from backend.channels.messenger import Messenger
from backend.channels.sms.channel import Sms
from backend.channels.telegram import Telegram
from backend.channels.voice import Voice
from backend.channels.webchat import WebChat
from backend.channels.whatsapp import WhatsApp
from backend.channels.x import X

CHANNELS: tuple[Channel, ...] = (
    WebChat(),
    WhatsApp(),
    Telegram(),
    Messenger(),
    Instagram(),
    FacebookComments(),
    InstagramComments(),
    Line(),
    Sms(),
    X(),
    Email(),
    Voice(),
    Bot(),
)
BY_KIND: dict[str, Channel] = {channel.kind: channel for channel in CHANNELS}

__all__ = ["BY_KIND", "CHANNELS"]
