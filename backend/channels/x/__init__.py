"""X: direct messages both ways, and mentions as comments in their thread."""

from backend.channels.x.channel import X

__all__ = ["X"]
