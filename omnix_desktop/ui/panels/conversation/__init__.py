"""The conversation: its head, its thread, and one composer for each way of writing in it."""

from omnix_desktop.ui.panels.conversation.panel import ConversationPanel

__all__ = ["ConversationPanel"]
