"""E-mail: IMAP in, SMTP out; whatever arrives becomes something readable and nothing executable."""

from backend.channels.email.channel import Email

__all__ = ["Email"]
