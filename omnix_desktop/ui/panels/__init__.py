"""One file per dock. Panels do not know each other; PANELS lists them explicitly, so that
PyInstaller sees them.
"""

from collections.abc import Callable

import msgspec

from omnix_desktop.actions.live import Commands
from omnix_desktop.models.desk import Desk
from omnix_desktop.ui.panels.channels import ChannelsPanel
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.customer import CustomerPanel
from omnix_desktop.ui.panels.interactions import InteractionsPanel
from omnix_desktop.ui.panels.work import CasePanel, TicketPanel
from omnix_desktop.ui.widgets.panel import Panel


class PanelPlace(msgspec.Struct, frozen=True):
    """A panel, its drawing on the rail, and where it stands before the user has moved anything."""

    name: str
    icon: str
    make: Callable[[Desk, Commands], Panel]
    width: int
    behind: str = ""  # a tab behind this one
    shown: bool = True


PANELS: tuple[PanelPlace, ...] = (
    PanelPlace("channels", "inbox", ChannelsPanel, 248),
    PanelPlace("interactions", "messages-square", InteractionsPanel, 304),
    PanelPlace("conversation", "message-square-text", ConversationPanel, 480),
    PanelPlace("customer", "user-round", CustomerPanel, 312),
    PanelPlace("case", "clipboard-check", CasePanel, 312, behind="customer", shown=False),
    PanelPlace("ticket", "ticket", TicketPanel, 312, behind="customer", shown=False),
)
