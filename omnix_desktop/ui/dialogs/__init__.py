"""One file per dialog. DIALOGS lists those that an action opens by name."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.ui.dialogs.shortcuts import ShortcutsDialog
from omnix_desktop.ui.dialogs.transfer import TransferDialog
from omnix_desktop.ui.dialogs.unsent import UnsentDialog

DIALOGS: dict[str, Callable[[Place, QWidget], QDialog]] = {
    "transfer": TransferDialog,
    "unsent": UnsentDialog,
    "shortcuts": ShortcutsDialog,
}
