"""Which conversation is on the screen: one place that says it, everything else listens."""

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from omnix_protocol.ids import ConversationId, CustomerId, InteractionId

AFTER_MS = 10
"""Long enough for the conversation to be painted first, too short to be seen."""


class Opened(msgspec.Struct, frozen=True):
    """What the panels show together."""

    conversation_id: ConversationId
    interaction_id: InteractionId
    customer_id: CustomerId


class Selection(QObject):
    """The opened conversation, or none; `changed` comes after it is in force.

    The conversation itself listens to `changed`; what stands beside it listens to `settled`, which comes when the
    conversation has been painted, and once for a hand that walks through many.
    """

    changed = Signal()
    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened: Opened | None = None
        self._after = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._after.timeout.connect(self.settled)

    @property
    def opened(self) -> Opened | None:
        return self._opened

    def open(self, what: Opened | None) -> None:
        if what != self._opened:
            self._opened = what
            self._after.start()
            self.changed.emit()

    def stop(self) -> None:
        """The screens go: nobody follows any more."""
        self._after.stop()

    def settle(self) -> None:
        """Nothing on the screen is about what was opened before: whoever acts now acts on what is opened."""
        if self._after.isActive():
            self._after.stop()
            self.settled.emit()
