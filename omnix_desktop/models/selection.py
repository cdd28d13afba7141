"""Which conversation is on the screen: one place that says it, everything else listens."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from omnix_protocol.ids import ConversationId, CustomerId, InteractionId


@dataclass(frozen=True, slots=True)
class Opened:
    """What the panels show together."""

    conversation_id: ConversationId
    interaction_id: InteractionId
    customer_id: CustomerId


class Selection(QObject):
    """The opened conversation, or none; `changed` comes after it is in force."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened: Opened | None = None

    @property
    def opened(self) -> Opened | None:
        return self._opened

    def open(self, what: Opened | None) -> None:
        if what != self._opened:
            self._opened = what
            self.changed.emit()
