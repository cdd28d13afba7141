"""The docks for cases (FCR) and tickets (N-FCR)."""

from omnix_desktop.ui.panels.work.case import CasePanel
from omnix_desktop.ui.panels.work.ticket import TicketPanel

__all__ = ["CasePanel", "TicketPanel"]
