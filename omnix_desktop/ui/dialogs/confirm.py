"""Asking before something of consequence (promise 9)."""

from PySide6.QtWidgets import QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.widgets.dialog import Dialog


class Confirm(Dialog):
    """One sentence and two answers; Return says yes, Escape no."""

    def __init__(self, title: str, sentence: str, primary: str, parent: QWidget) -> None:
        super().__init__(title, primary=primary, cancel=tr("shell.cancel"), sentence=sentence, width=420, parent=parent)
        self.setObjectName("confirm")
        self.primary_button.setFocus()
