"""The server's own outgoing mail: letters in two languages, and the one way by which they leave."""

from backend.post.letter import Letter
from backend.post.smtp import NotSent, Post, Sent, Unknown

__all__ = ["Letter", "NotSent", "Post", "Sent", "Unknown"]
