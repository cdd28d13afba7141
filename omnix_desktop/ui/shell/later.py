"""What nobody sees at the first paint: fetched when first asked for, at the latest when nothing else is to do."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
from PySide6.QtWidgets import QDialog, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.actions.place import Place
from omnix_desktop.models.desk import Desk
from omnix_desktop.ports import Door
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.panels.conversation.panel import MakesMails
from omnix_desktop.ui.widgets.panel import Panel
from omnix_protocol.sign_in import SignedIn

MakesPanel = Callable[[Desk, Commands], Panel]


class Entrance(msgspec.Struct, frozen=True):
    """What a sign-in window begins with, and whom it tells."""

    door: Door
    prefill: tuple[str, str, str, str]
    tasks: Tasks
    notice: str
    entered: Callable[[SignedIn, str, bool], None]
    closed: Callable[[], None]


class Opens(Protocol):
    """Makes something over a window and opens it."""

    def __call__(self, commands: Commands, over: QWidget) -> None: ...


class Later(msgspec.Struct, frozen=True):
    """Each by its name; `shell.fetched` holds them."""

    panels: Mapping[str, MakesPanel]
    dialogs: Mapping[str, Callable[[Place, QWidget], QDialog]]
    windows: Mapping[str, Callable[[Place], QWidget]]
    confirm: Callable[[str, str, str, QWidget], QDialog]
    palette: Opens
    mails: MakesMails
    sign_in: Callable[[Entrance], QWidget]


Fetch = Callable[[], Later]
