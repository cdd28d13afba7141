"""One file per dialog. DIALOGS lists those that an action opens by name."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.ui.dialogs.bot_talks import BotTalksDialog
from omnix_desktop.ui.dialogs.change_password import ChangePasswordDialog
from omnix_desktop.ui.dialogs.channels import ChannelsDialog
from omnix_desktop.ui.dialogs.integrations import IntegrationsDialog
from omnix_desktop.ui.dialogs.limits import LimitsDialog
from omnix_desktop.ui.dialogs.mail_transcript import MailTranscriptDialog
from omnix_desktop.ui.dialogs.reset_password import ResetPasswordDialog
from omnix_desktop.ui.dialogs.sessions import SessionsDialog
from omnix_desktop.ui.dialogs.shortcuts import ShortcutsDialog
from omnix_desktop.ui.dialogs.telephone import TelephoneDialog
from omnix_desktop.ui.dialogs.transfer import TransferDialog
from omnix_desktop.ui.dialogs.unsent import UnsentDialog

DIALOGS: dict[str, Callable[[Place, QWidget], QDialog]] = {
    "transfer": TransferDialog,
    "unsent": UnsentDialog,
    "shortcuts": ShortcutsDialog,
    "sessions": SessionsDialog,
    "change_password": ChangePasswordDialog,
    "channels": ChannelsDialog,
    "limits": LimitsDialog,
    "reset_password": ResetPasswordDialog,
    "mail_transcript": MailTranscriptDialog,
    "integrations": IntegrationsDialog,
    "telephone": TelephoneDialog,
    "bot_talks": BotTalksDialog,
}
