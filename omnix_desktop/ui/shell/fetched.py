"""All that `Later` names. Nothing imports it but the program's start, where and when it says so."""

from PySide6.QtWidgets import QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.ui.dialogs import DIALOGS
from omnix_desktop.ui.dialogs.confirm import Confirm
from omnix_desktop.ui.panels.calls import CallsPanel
from omnix_desktop.ui.panels.conversation.mails import Mails
from omnix_desktop.ui.panels.customer import CustomerPanel
from omnix_desktop.ui.panels.integrations import IntegrationsPanel
from omnix_desktop.ui.panels.work import CasePanel, TicketPanel
from omnix_desktop.ui.shell.later import Entrance, Later
from omnix_desktop.ui.shell.palette import Palette
from omnix_desktop.ui.windows import WINDOWS
from omnix_desktop.ui.windows.sign_in import Prefill, SignInWindow


def _open_palette(commands: Commands, over: QWidget) -> None:
    Palette(commands, over).open_over(over)


def _sign_in(entrance: Entrance) -> QWidget:
    prefill = Prefill(*entrance.prefill).with_environment()
    made = SignInWindow(entrance.door, prefill, entrance.tasks, entrance.notice)
    made.signed_in.connect(entrance.entered)
    made.closed.connect(entrance.closed)
    return made


LATER = Later(
    panels={
        "calls": CallsPanel,
        "customer": CustomerPanel,
        "integrations": IntegrationsPanel,
        "case": CasePanel,
        "ticket": TicketPanel,
    },
    dialogs=DIALOGS,
    windows=WINDOWS,
    confirm=Confirm,
    palette=_open_palette,
    mails=Mails,
    sign_in=_sign_in,
)
