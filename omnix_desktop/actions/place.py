"""Where an action happens: the ports, what the screens show, and what can be asked of the screens themselves."""

from typing import Protocol

import msgspec

from omnix_desktop.models.desk import Desk
from omnix_desktop.ports import Ports


class Screen(Protocol):
    """What an action may ask of the windows."""

    def tell(self, words: str, tone: str = "info") -> None:
        """One sentence that goes away by itself."""
        ...

    async def confirm(self, title: str, sentence: str, primary: str) -> bool: ...

    def show_panel(self, panel: str) -> None:
        """Bring a panel to the front and the keyboard into it."""
        ...

    def focus_composer(self, mode: str) -> None: ...

    def open_dialog(self, dialog: str) -> None:
        """One of `ui.dialogs.DIALOGS`, the palette, the account's menu."""
        ...

    def open_window(self, window: str) -> None:
        """One of `ui.windows.WINDOWS`."""
        ...

    def launch(self, address: str) -> bool:
        """Hand an address to the system's program for it; False where it has none."""
        ...

    def copy(self, words: str) -> None:
        """To the clipboard."""
        ...

    def zoom(self, steps: int) -> None:
        """Larger or smaller by steps; 0 is the normal size."""
        ...

    def set_theme(self, mode: str) -> None: ...

    def set_language(self, code: str) -> None: ...

    def reset_layout(self) -> None: ...

    def quit(self) -> None: ...

    def restart(self) -> None:
        """Leave, and begin again with the same options."""
        ...


class Place(msgspec.Struct):
    """Handed to every action."""

    ports: Ports
    desk: Desk
    screen: Screen
