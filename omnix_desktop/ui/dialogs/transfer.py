"""Passing an interaction on: to an agent who is there and has room, or to a group's queue (S0.29)."""

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from omnix_desktop.actions.conversations import transfer_targets, transfer_to
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.paged_list import ROW_ROLE, Index, PagedList
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.delegates.agent_row import AgentDelegate, AgentRow
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.fields import Field, SearchField, TextArea
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.tabs import Tabs
from omnix_protocol.errors import Refused
from omnix_protocol.ids import GroupId, UserId
from omnix_protocol.people import PresenceState
from omnix_protocol.reports import TransferTargetsAnswer

NOTE = 64


class Target(msgspec.Struct, frozen=True):
    """An agent or a group, and why not."""

    key: str
    name: str
    group: bool
    load: str = ""
    state: str = ""
    tone: str = "muted"
    able: bool = True


class Targets(PagedList[Target]):
    """Those whose name fits what is typed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(lambda target: f"{target.name}, {target.state}, {target.load}", parent)
        self._all: tuple[Target, ...] = ()

    def take(self, targets: tuple[Target, ...]) -> None:
        self._all = targets
        self.narrow("")

    def narrow(self, typed: str) -> None:
        self.show(target for target in self._all if typed.lower() in target.name.lower())


class TransferDialog(Dialog):
    """Two lists, one note; the server has the last word on who has room."""

    def __init__(self, place: Place, parent: QWidget) -> None:
        it = place.desk.conversation.interaction
        name = it.customer_name if it else ""
        super().__init__(
            tr("transfer.title", customer=name), primary=tr("transfer.submit"), cancel=tr("shell.cancel"), parent=parent
        )
        self.setObjectName("transfer_dialog")
        self._place = place
        self._tasks = Tasks("transfer")
        self._answer = TransferTargetsAnswer()
        self.tabs = Tabs()
        self.tabs.setObjectName("transfer_tabs")
        self.tabs.add(tr("transfer.agents"))
        self.tabs.add(tr("transfer.groups"))
        self._search = SearchField(tr("transfer.search"))
        self._search.setObjectName("transfer_search")
        self._targets = Targets(self)
        self.list = RowList(AgentDelegate(_painted), AgentDelegate.HEIGHT, tr("transfer.list"))
        self.list.setObjectName("transfer_list")
        self.list.setModel(self._targets)
        self.list.setMinimumHeight(AgentDelegate.HEIGHT * 5)
        self._note = TextArea(lines=2)
        self._note.setObjectName("transfer_note")
        self._note.setFixedHeight(NOTE)
        for part in (self.tabs, self._search, self.list, Field(tr("transfer.note"), self._note)):
            self.body.addWidget(part)
        self.tabs.chosen.connect(lambda _place: self._fill())
        self._search.changed.connect(self._narrow)
        self.list.chosen.connect(lambda _index: self._choose())
        self.list.opened.connect(lambda _index: self.submit())
        self.primary_button.setEnabled(False)
        self._tasks.start(self._ask(), "targets")

    def submit(self) -> None:
        target = self._chosen()
        if target is not None and target.able:
            self.primary_button.setEnabled(False)
            self._tasks.start(self._transfer(target), "transfer")

    def _chosen(self) -> Target | None:
        found: Target | None = self.list.marked().data(ROW_ROLE)
        return found

    def _narrow(self, typed: str) -> None:
        self._targets.narrow(typed)
        self._choose()

    def _choose(self) -> None:
        target = self._chosen()
        self.primary_button.setEnabled(target is not None and target.able)

    async def _ask(self) -> None:
        answer = await transfer_targets(self._place)
        if isinstance(answer, Refused):
            self.set_problem(sentence(answer))
        elif answer is not None:
            self._answer = answer
            self._fill()
            self._search.setFocus()

    async def _transfer(self, target: Target) -> None:
        refusal = await transfer_to(
            self._place,
            user_id=None if target.group else UserId(target.key),
            group_id=GroupId(target.key) if target.group else None,
            name=target.name,
            note=self._note.text().strip(),
        )
        if refusal is None:
            self.accept()
            return
        self.set_problem(sentence(refusal))
        self.primary_button.setEnabled(True)

    def _fill(self) -> None:
        if self.tabs.currentIndex() == 1:
            self._targets.take(
                tuple(_group(one.group_id, one.name, one.online, one.waiting) for one in self._answer.groups)
            )
            return
        made = []
        for agent in self._answer.agents:
            there = agent.state is PresenceState.ONLINE
            full = agent.load >= agent.limit
            state = "full" if there and full else agent.state.value
            tone = "soon" if state in ("full", "aux") else "good" if there else "muted"
            made.append(
                Target(
                    key=agent.user_id,
                    name=agent.name,
                    group=False,
                    load=f"{agent.load}/{agent.limit}",
                    state=tr(f"presence.{state}"),
                    tone=tone,
                    able=there and not full,
                )
            )
        self._targets.take(tuple(made))


def _group(group_id: GroupId, name: str, online: int, waiting: int) -> Target:
    state = tr("transfer.group_state", online=online)
    return Target(group_id, name, True, load=tr("transfer.group_waiting", n=waiting), state=state, tone="muted")


def _painted(index: Index) -> AgentRow | None:
    target: Target | None = index.data(ROW_ROLE)
    if target is None:
        return None
    return AgentRow(name=target.name, state=target.state, colour=target.tone, load=target.load, enabled=target.able)
