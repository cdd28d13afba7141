"""What was given up: what came in and could not be read, what should go out and did not; run one or all again."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.channels import failed_page, run_again, run_all_again
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import file_size, format_datetime, has_key, tr
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.card_list import CardList
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.progress import ProgressLine
from omnix_desktop.ui.widgets.structure import Card, EmptyState
from omnix_protocol.errors import Refused
from omnix_protocol.ids import ChannelAccountId, JobId
from omnix_protocol.traffic import FailedJob

HEIGHT = 400
KNOWN_SHOWN = 240


class FailedJobsDialog(Dialog):
    """Of one account, or of all; newest first."""

    def __init__(
        self, place: Place, parent: QWidget, account_id: ChannelAccountId | None = None, tasks: Tasks | None = None
    ) -> None:
        name = place.desk.catalogue.account_name(account_id) if account_id else ""
        super().__init__(
            tr("channel_admin.failed_title_of", name=name) if name else tr("channel_admin.failed_title"),
            primary=tr("shell.close"),
            cancel="",
            sentence=tr("channel_admin.failed_sentence"),
            width=720,
            parent=parent,
        )
        self.setObjectName("failed_jobs_dialog")
        self.cancel_button.hide()
        self._place, self._account_id, self._tasks = place, account_id, tasks or Tasks("failed jobs")
        self._shown: list[FailedJob] = []
        self._away = False
        self._lay_out()
        place.desk.status.linked.connect(self._linked)
        self._linked()
        self._start(self._ask(None), "failed jobs")

    def _lay_out(self) -> None:
        self._all = Button(tr("channel_admin.run_all"), "plain", icon="rotate-ccw")
        self._all.setObjectName("failed_run_all")
        self._all.clicked.connect(lambda: self._start(self._run_all(), "run all again"))
        self.extra.addWidget(self._all)
        self._progress = ProgressLine()
        self._area = CardList(HEIGHT)
        self._rows = self._area.rows
        self._more = Button(tr("channel_admin.failed_more"), "quiet", icon="chevron-down")
        self._more.setObjectName("failed_more")
        self._more.clicked.connect(lambda: self._start(self._ask(self._shown[-1].job_id), "more failed jobs"))
        self._rows.insertWidget(0, self._more)
        self._empty = EmptyState("circle-check", tr("channel_admin.failed_none"), tr("channel_admin.failed_none_why"))
        self._empty.setMinimumHeight(HEIGHT)
        for part in (self._progress, self._area, self._empty):
            self.body.addWidget(part)
        self._more.hide()
        self._empty.hide()

    async def _ask(self, before_id: JobId | None) -> None:
        """The newest, or those that follow."""
        answer = await failed_page(self._place, self._account_id, before_id)
        if not isValid(self):
            return  # closed meanwhile
        self._progress.hide()
        if isinstance(answer, Refused):
            self.set_problem(sentence(answer))
            return
        if before_id is None:
            self._clear()
        for job in answer.rows:
            self._rows.insertWidget(len(self._shown), self._card(job))
            self._shown.append(job)
        self._more.setVisible(answer.more)
        self._area.setVisible(bool(self._shown))
        self._empty.setVisible(not self._shown)
        self._tell()

    def _clear(self) -> None:
        for _ in self._shown:
            item = self._rows.takeAt(0)
            card = item.widget() if item is not None else None
            if card is not None:
                card.hide()
                card.deleteLater()
        self._shown = []

    def _card(self, job: FailedJob) -> QWidget:
        card = Card()
        account = self._place.desk.catalogue.account_name(job.channel_account_id) if job.channel_account_id else ""
        key = f"channel_admin.job_{job.kind}"
        kind = tr(key) if has_key(key) else job.kind
        size = file_size(job.size) if job.size else ""
        facts = " · ".join(filter(None, (account, kind, format_datetime(job.at), size)))
        again = Button(tr("channel_admin.run_one"), "plain", icon="rotate-ccw", small=True)
        again.setObjectName(f"failed_run_{job.job_id}")
        again.setAccessibleName(tr("channel_admin.run_named", what=facts))
        again.clicked.connect(lambda: self._start(self._run_one(job.job_id), "run again"))
        head = QHBoxLayout()
        head.addWidget(ElidedLabel(facts, "small", "muted"), 1)
        head.addWidget(again)
        card.column.addLayout(head)
        card.column.addWidget(Label(job.why, "body", "text", wrap=True))
        if job.known:
            words = job.known if len(job.known) <= KNOWN_SHOWN else f"{job.known[:KNOWN_SHOWN]}…"
            card.column.addWidget(Label(_breakable(words), "caption", "muted", wrap=True, selectable=True))
        card.setAccessibleName(f"{facts}, {job.why}")
        return card

    async def _run_one(self, job_id: JobId) -> None:
        self._told(await run_again(self._place, job_id))

    async def _run_all(self) -> None:
        sure = tr("channel_admin.run_all_sure")
        if await self._place.screen.confirm(tr("channel_admin.run_all_title"), sure, tr("channel_admin.run_all")):
            self._told(await run_all_again(self._place, self._account_id))

    def _told(self, answer: object) -> None:
        if not isValid(self):
            return
        if isinstance(answer, Refused):
            self.set_problem(sentence(answer))
            return
        count = getattr(answer, "jobs", 0)
        self.problem.show_sentence(tr("channel_admin.ran", n=count), "info")
        self._start(self._ask(None), "failed jobs")

    def _linked(self) -> None:
        """Without a connection it says so; with one again it asks anew."""
        why, was_away = self._place.desk.status.offline(), self._away
        self._away = why is not None
        if why is not None:
            self.set_problem(tr("channel_admin.offline", reason=str(why)))
        elif was_away:
            self.set_problem("")
            self._start(self._ask(None), "failed jobs")
        self._tell()

    def _tell(self) -> None:
        self._all.setEnabled(not self._away and bool(self._shown))

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(work, name)


def _breakable(words: str) -> str:
    """Raw bytes have no blanks to break lines at: zero-width ones stand behind what separates."""
    for mark in (",", "{", "}", "&", "=", "/"):
        words = words.replace(mark, f"{mark}\u200b")
    return words
