"""WhatsApp through Meta's Cloud API: webhooks in, calls of the Graph API out."""

from backend.channels.whatsapp.channel import WhatsApp

__all__ = ["WhatsApp"]
