"""How many interactions the tenant and each person may handle, and what is being changed about that (S0.20)."""

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import wallboard as board_queries
from omnix_desktop.i18n import tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.source import Refresh, Source
from omnix_protocol.people import LIMIT_MAX, PresenceState, Tenant, User
from omnix_protocol.reports import BoardAgent
from omnix_protocol.rules import pick_up_limit

TENANT = ""
"""The key of the tenant's own limit among those of people."""
_TONES = {PresenceState.ONLINE: "good", PresenceState.AUX: "soon", PresenceState.OFFLINE: "muted"}


class LimitRow(msgspec.Struct, frozen=True):
    """A person as the list shows them; `load` is empty where the wallboard's figures are not here yet."""

    key: str
    name: str
    role: str
    state: str
    tone: str
    load: str
    full: bool


class Limits(QObject):
    """What stands in the fields: typed, else sent, else as the server has it."""

    changed = Signal()

    def __init__(self, source: Source, catalogue: Catalogue, known: Callable[[], bool], parent: QObject) -> None:
        """`known` is whether the figures of the board are those of now."""
        super().__init__(parent)
        self._source, self._catalogue, self._known = source, catalogue, known
        self._typed: dict[str, str] = {}
        self._sent: dict[str, str] = {}
        self.said: dict[str, tuple[str, str]] = {}  # what became of it: words and tone
        self._base: Tenant | None = None
        self._refresh = Refresh(source.feed, frozenset({"Tenant", "User", "Board", "AuxCode"}), self._read, self)
        self._read()

    @property
    def base(self) -> Tenant | None:
        """The tenant as it was when its limit was typed."""
        return self._base

    @property
    def tenant_limit(self) -> int:
        return self._catalogue.rules.pick_up_limit

    def rows(self, typed: str = "") -> list[LimitRow]:
        """Active people whose name or address holds what is typed."""
        wanted = typed.strip().lower()
        return [
            self._row(user)
            for user in self._users.values()
            if wanted in user.name.lower() or wanted in user.email.lower()
        ]

    def users_of_tenants_limit(self) -> int:
        return sum(user.pick_up_limit is None for user in self._users.values())

    def text(self, key: str) -> str:
        return self._typed.get(key, self._sent.get(key, self._stored(key)))

    def type(self, key: str, words: str) -> None:
        self.said.pop(key, None)
        if words.strip() == self._sent.get(key, self._stored(key)):
            self._typed.pop(key, None)
        else:
            self._typed[key] = words.strip()

    def wrong(self, key: str) -> str:
        """What is wrong with what stands in the field."""
        words = self.text(key)
        if not words:
            return tr("limits.missing") if key == TENANT else ""
        number = int(words) if words.isdecimal() and len(words) < 6 else -1
        return "" if 0 <= number <= LIMIT_MAX else tr("limits.wrong", most=LIMIT_MAX)

    def changes(self) -> dict[str, int | None]:
        """What would be saved; only while nothing is wrong."""
        return {key: int(words) if words else None for key, words in self._typed.items() if not self.wrong(key)}

    def faults(self) -> bool:
        return any(self.wrong(key) for key in self._typed)

    def saved(self, key: str) -> None:
        self._sent[key] = self._typed.pop(key, self.text(key))
        self.said[key] = (tr("limits.saved"), "good")

    def refused(self, key: str, words: str) -> None:
        """It stays typed; saved once more it is on top of what is there now."""
        self.said[key] = (words, "bad")
        self._base = self._catalogue.tenant if key == TENANT else self._base

    def _read(self) -> None:
        self._users = {user.id: user for user in self._catalogue.users() if user.active}
        board = board_queries.board(self._source.reader)
        self._agents: dict[str, BoardAgent] = {one.user_id: one for one in board.agents} if board else {}
        if TENANT not in self._typed:
            self._base = self._catalogue.tenant
        for key in [key for key, words in self._sent.items() if words == self._stored(key)]:
            del self._sent[key]
        self.changed.emit()

    def _stored(self, key: str) -> str:
        if key == TENANT:
            return str(self.tenant_limit)
        user = self._users.get(key)
        return "" if user is None or user.pick_up_limit is None else str(user.pick_up_limit)

    def _row(self, user: User) -> LimitRow:
        agent = self._agents.get(user.id) if self._known() else None
        limit = pick_up_limit(self._catalogue.rules, user)
        state = agent.state if agent else PresenceState.OFFLINE
        words = tr(f"presence.{state.value}") if self._agents and self._known() else ""
        if agent and agent.aux_name and state is PresenceState.AUX:
            words = f"{words} · {agent.aux_name}"
        load = agent.load if agent else 0
        return LimitRow(
            key=user.id,
            name=user.name,
            role=tr(f"people.role_{user.role}"),
            state=words,
            tone=_TONES[state],
            load=f"{load}/{limit}" if words else "",
            full=bool(words) and load >= limit,
        )
