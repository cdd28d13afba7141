"""LINE's Messaging API: signed webhooks, the reply token before a push, media by message id."""

from backend.channels.line.channel import Line

__all__ = ["Line"]
