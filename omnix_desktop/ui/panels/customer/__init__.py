"""The customer's dock: profile or its form above, the journey below."""

from omnix_desktop.ui.panels.customer.panel import CustomerPanel

__all__ = ["CustomerPanel"]
