"""Every shortcut there is, read from the registry."""

from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from omnix_desktop.actions.base import ACTIONS
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.badges import Badge
from omnix_desktop.ui.widgets.buttons import shown_keys
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.labels import Label

_TYPED = (("Return", "shortcuts.send"), ("Shift+Return", "shortcuts.newline"), ("/", "shortcuts.quick_reply"))


class ShortcutsDialog(Dialog):
    """Two columns: what, and with which keys."""

    def __init__(self, _place: Place, parent: QWidget) -> None:
        super().__init__(tr("shortcuts.title"), primary=tr("shell.close"), cancel="", width=460, parent=parent)
        self.setObjectName("shortcuts_dialog")
        self.cancel_button.hide()
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, Space.S, 0)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(0, 1)
        known = [(shown.shortcut, shown.label) for shown in ACTIONS.values() if shown.shortcut]
        for row, (keys, label) in enumerate([*_TYPED, *known]):
            grid.addWidget(Label(tr(label)), row, 0)
            grid.addWidget(Badge(shown_keys(keys), "outline"), row, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumHeight(380)
        area.setWidget(inside)
        self.body.addWidget(area)
