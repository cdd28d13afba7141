"""The web chat: its provider is this server itself, its client our own page; words, terms and rules of both."""

from backend.channels.webchat.channel import WebChat

__all__ = ["WebChat"]
