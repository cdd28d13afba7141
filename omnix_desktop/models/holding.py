"""What the server does not send by itself: the opened conversation and its customer, followed while they are open."""

from PySide6.QtCore import QObject

from omnix_desktop.models.selection import Selection
from omnix_desktop.ports import Follows
from omnix_protocol import scopes


class Holding(QObject):
    """Holds the scopes of what is opened; those of what was opened before are let go afterwards."""

    def __init__(self, selection: Selection, follows: Follows, parent: QObject) -> None:
        super().__init__(parent)
        self._selection, self._follows = selection, follows
        self._held: tuple[str, ...] = ()
        selection.settled.connect(self._hold)
        self._hold()

    def _hold(self) -> None:
        opened, before = self._selection.opened, self._held
        self._held = (
            (scopes.conversation(opened.conversation_id), scopes.customer(opened.customer_id)) if opened else ()
        )
        for scope in self._held:
            self._follows.hold(scope)
        for scope in before:
            self._follows.let_go(scope)
