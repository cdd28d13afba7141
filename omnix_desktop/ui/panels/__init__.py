"""One file per dock. Panels do not know each other; PANELS lists where each stands. Those that the first paint
shows are made in `shell.main_window`, the others in `shell.fetched`.
"""

import msgspec


class PanelPlace(msgspec.Struct, frozen=True):
    """A panel's drawing on the rail, and where it stands before the user has moved anything."""

    name: str
    icon: str
    width: int
    behind: str = ""  # a tab behind this one
    shown: bool = True


PANELS: tuple[PanelPlace, ...] = (
    PanelPlace("channels", "inbox", 248),
    PanelPlace("interactions", "messages-square", 304),
    PanelPlace("calls", "phone", 304, behind="interactions", shown=False),
    PanelPlace("conversation", "message-square-text", 480),
    PanelPlace("customer", "user-round", 312),
    PanelPlace("integrations", "external-link", 312, behind="customer", shown=False),
    PanelPlace("case", "clipboard-check", 312, behind="customer", shown=False),
    PanelPlace("ticket", "ticket", 312, behind="customer", shown=False),
)
