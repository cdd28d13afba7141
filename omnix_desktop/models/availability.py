"""Whether this person takes work: ready, away with a reason, or without a connection."""

from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import catalogue as queries
from omnix_desktop.i18n import tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.status import Status
from omnix_protocol.ids import AuxCodeId
from omnix_protocol.people import AuxCode, PresenceState

_TONES = {PresenceState.ONLINE: "good", PresenceState.AUX: "soon", PresenceState.OFFLINE: "faint"}


class Availability(QObject):
    """As the server has it; `changed` when it says something else."""

    changed = Signal()

    def __init__(self, source: Source, catalogue: Catalogue, status: Status, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._catalogue, self._status = source, catalogue, status
        self.state = PresenceState.OFFLINE
        self.aux_code_id: AuxCodeId | None = None
        self.words = ""
        self._refresh = Refresh(source.feed, frozenset({"Presence"}), self.retell, self)
        status.linked.connect(self.retell)
        catalogue.changed.connect(self.retell)
        self.retell()

    @property
    def tone(self) -> str:
        """The token of the dot."""
        return _TONES[self.state]

    def codes(self) -> tuple[AuxCode, ...]:
        """The tenant's reasons for being away."""
        return self._catalogue.aux_codes()

    def retell(self) -> None:
        known = queries.presence(self._source.reader, self._source.user_id)
        state = known.state if known else PresenceState.OFFLINE
        if self._status.offline() is not None:
            state = PresenceState.OFFLINE  # whatever was last known, nobody is given work here
        aux = known.aux_code_id if known and state is PresenceState.AUX else None
        words = tr(f"presence.{state.value}")
        name = next((code.name for code in self.codes() if code.id == aux), "") if aux else ""
        words = f"{words} · {name}" if name else words
        if (state, aux, words) != (self.state, self.aux_code_id, self.words):
            self.state, self.aux_code_id, self.words = state, aux, words
            self.changed.emit()
