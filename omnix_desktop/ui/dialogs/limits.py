"""The pick-up limits: the tenant's, and each person's own (S0.20)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.people import set_limit, set_tenant_limit
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.limits import TENANT, Limits
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.dialogs.limit_row import LimitRowView, head_row
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.fields import Field, SearchField, TextLine
from omnix_desktop.ui.widgets.labels import Label, Line
from omnix_protocol import scopes
from omnix_protocol.errors import Refused
from omnix_protocol.ids import BoardId, UserId

SHOWN = 40
"""People shown at once; the search finds the others."""
HEIGHT = 300
NARROW = 88


class LimitsDialog(Dialog):
    """Saves only what was changed, one by one; each row says what became of it."""

    def __init__(self, place: Place, parent: QWidget, tasks: Tasks | None = None) -> None:
        super().__init__(
            tr("limits.title"),
            primary=tr("limits.save"),
            cancel=tr("shell.close"),
            sentence=tr("limits.sentence"),
            width=660,
            parent=parent,
        )
        self.setObjectName("limits_dialog")
        self._place, self._tasks = place, tasks or Tasks("limits")
        desk = place.desk
        self._scope = scopes.board(BoardId(place.ports.account.me.tenant_id))
        place.ports.follows.hold(self._scope)
        self.limits = Limits(desk.source, desk.catalogue, lambda: desk.status.offline() is None, self)
        self._saving = False
        self._views: dict[str, LimitRowView] = {}
        self._lay_out()
        self.limits.changed.connect(self._fill)
        desk.status.linked.connect(self._fill)
        self.finished.connect(self._let_go)
        self._fill()
        self._search.setFocus()

    def submit(self) -> None:
        if self._saving or not self.primary_button.isEnabled():
            return
        self._saving = True
        self._tell()
        self._tasks.start(self._save(self.limits.changes()), "save limits")

    async def _save(self, changes: dict[str, int | None]) -> None:
        for key, limit in changes.items():
            refused = await self._save_one(key, limit)
            if not isValid(self):
                return  # closed meanwhile
            if refused is None:
                self.limits.saved(key)
            else:
                self.limits.refused(key, sentence(refused))
        self._saving = False
        self._fill()

    async def _save_one(self, key: str, limit: int | None) -> Refused | None:
        base = self.limits.base
        if key != TENANT:
            return await set_limit(self._place, UserId(key), limit)
        return await set_tenant_limit(self._place, base, limit) if base is not None and limit is not None else None

    def _lay_out(self) -> None:
        self._tenant = TextLine()
        self._tenant.setObjectName("limit_tenant")
        self._tenant.setFixedWidth(NARROW)
        self._tenant.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._tenant_field = Field(tr("limits.tenant"), self._tenant, required=True)
        self._tenant.edit.textEdited.connect(lambda words: self._typed(TENANT, words))
        self._search = SearchField(tr("limits.search"))
        self._search.setObjectName("limits_search")
        self._search.changed.connect(lambda _words: self._fill())
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        area.setMinimumHeight(HEIGHT)
        area.setWidget(inside)
        self._more = Label("", "small", "muted")
        people = QVBoxLayout()
        people.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, area.verticalScrollBar().sizeHint().width(), Space.XS)
        head.addWidget(head_row(), 1)
        people.addLayout(head)
        people.addWidget(Line())
        people.addWidget(area, 1)
        for part in (self._tenant_field, self._search):
            self.body.addWidget(part)
        self.body.addLayout(people, 1)
        self.body.addWidget(self._more)

    def _typed(self, key: str, words: str) -> None:
        self.limits.type(key, words)
        self._tell()

    def _fill(self) -> None:
        """The people who fit the search, without touching what is being typed."""
        found = self.limits.rows(self._search.text())
        shown = {row.key: row for row in found[:SHOWN]}
        for key in [key for key in self._views if key not in shown]:
            view = self._views.pop(key)
            self._rows.removeWidget(view)
            view.hide()
            view.deleteLater()
        for place, (key, row) in enumerate(shown.items()):
            view = self._views.get(key) or self._made(key)
            self._rows.insertWidget(place, view)
            view.show_row(row)
        none = not found
        rest = len(found) - len(shown)
        self._more.setText(tr("limits.none") if none else tr("limits.more", n=rest))
        self._more.setVisible(none or rest > 0)
        self._tell()

    def _made(self, key: str) -> LimitRowView:
        view = self._views[key] = LimitRowView(key)
        view.typed.connect(self._typed)
        view.submitted.connect(self.submit)
        return view

    def _tell(self) -> None:
        """What stands in each field, what is wrong with it or became of it, and whether there is something to save."""
        limits = self.limits
        self._tenant.set_text(limits.text(TENANT))
        said, tone = limits.said.get(TENANT, ("", "bad"))
        self._tenant_field.set_error(limits.wrong(TENANT) or (said if tone == "bad" else ""))
        followers = tr("limits.followers", n=limits.users_of_tenants_limit())
        self._tenant_field.set_helper(f"{said}. {followers}" if said and tone == "good" else followers)
        for key, view in self._views.items():
            wrong = limits.wrong(key)
            view.show_limit(limits.text(key), str(limits.tenant_limit), *((wrong, "bad") if wrong else self._said(key)))
        why = self._place.desk.status.offline()
        self.set_problem(tr("limits.offline", reason=str(why)) if why else "")
        ready = bool(limits.changes()) and not limits.faults() and why is None and not self._saving
        self.primary_button.setEnabled(ready)
        nothing = tr("limits.nothing") if not ready and why is None and not self._saving else ""
        self.primary_button.setToolTip(str(why) if why else nothing)

    def _said(self, key: str) -> tuple[str, str]:
        return self.limits.said.get(key, ("", "muted"))

    def _let_go(self) -> None:
        self._place.ports.follows.let_go(self._scope)
