"""Telephone calls: told by a signed webhook, or heard from Asterisk's manager interface (AMI)."""

from backend.channels.voice.channel import Voice

__all__ = ["Voice"]
