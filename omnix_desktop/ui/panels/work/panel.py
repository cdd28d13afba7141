"""What both docks share: one form on the screen, bound to its interaction, and those already made (S0.41, S0.42)."""

from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.actions.work import submission_refusal, submit
from omnix_desktop.i18n import tr
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.work_form import CaseForm, TicketForm
from omnix_desktop.ui.panels.work.entries import Entries
from omnix_desktop.ui.panels.work.made import MadeList
from omnix_desktop.ui.panels.work.whose import Whose
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label, Line, Surface
from omnix_desktop.ui.widgets.panel import Panel
from omnix_desktop.ui.widgets.structure import EmptyState

F = TypeVar("F", CaseForm, TicketForm)


class WorkPanel(Panel, Generic[F]):
    """An untouched form follows the selection; a begun one stays and says for whom it is (P3)."""

    def __init__(self, name: str, desk: Desk, commands: Commands, whose: Whose) -> None:
        super().__init__(name)
        self._name, self._desk, self._commands = name, desk, commands
        self.form: F | None = None
        self._asked = False  # Submit was pressed: say what is missing
        self.whose = whose
        self._elsewhere = Banner("", "soon")
        self._elsewhere.setObjectName(f"{name}_elsewhere")
        self.entries = self.make_entries()
        self.made = MadeList(name, commands.place)
        self._empty = EmptyState("clipboard-list", "")
        self._empty.setObjectName(f"{name}_empty")
        self._saved = ElidedLabel("", "caption", "muted")
        self._saved.setObjectName(f"{name}_saved")
        self._reason = Label("", "small", "bad", wrap=True)
        self._reason.setObjectName(f"{name}_reason")
        self._discard = IconButton("trash-2", "", size=32)
        self._discard.setObjectName(f"{name}_discard")
        self._submit = Button("", "primary", shortcut="Ctrl+Return")
        self._submit.setObjectName(f"{name}_submit")
        self._stack = QStackedWidget()
        self._lay_out()
        self._listen()

    # what a case and a ticket do differently

    def make_entries(self) -> Entries:
        raise NotImplementedError

    def form_for(self, opened: Opened) -> F:
        raise NotImplementedError

    def fill(self, form: F) -> None:
        """Show the form's values."""
        raise NotImplementedError

    def offer_words(self) -> None:
        """The customer may have written something meanwhile; it can be inserted."""
        raise NotImplementedError

    # what they share

    def retranslate(self) -> None:
        super().retranslate()
        self._submit.set_text(tr("case.submit" if self._name == "case" else "ticket.submit"))
        self._discard.describe(tr("work.discard"))
        self._empty.set_texts(tr("work.nothing"), tr("work.nothing_why"))
        self.entries.retranslate()
        self.made.set_title(tr("case.made" if self._name == "case" else "ticket.made"))
        if self.form is not None:
            self._refill()
        self._follow()

    def focus_first(self) -> None:
        if self.form is None:
            self.setFocus()
        else:
            self.entries.focus("subject")

    def submit(self) -> None:
        """Where something is missing, it is named and the keyboard goes there."""
        form = self.form
        if form is None:
            return
        self._asked = True
        if submit(self._commands.place, form):
            self._asked = False
        else:
            problems = form.problems()
            self.entries.focus(next(iter(problems), ""))
        self._tell()

    def event(self, event: QEvent) -> bool:
        # Ctrl+Enter is this form's while the keyboard is in it, not the composer's
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _submits(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _submits(event):
            self.submit()
        else:
            super().keyPressEvent(event)

    def bind(self, form: F | None) -> None:
        """Another form on the screen; the one before keeps what stands in it."""
        if form is self.form:
            return
        before, self.form, self._asked = self.form, form, False
        if before is not None:
            before.changed.disconnect(self._tell)
            before.replaced.disconnect(self._refill)
            before.flush()
            self._desk.forms.let_go(before)
        if form is not None:
            form.changed.connect(self._tell)
            form.replaced.connect(self._refill)
            self._refill()
        self._stack.setCurrentIndex(0 if form is None else 1)

    def _listen(self) -> None:
        self._submit.clicked.connect(self.submit)
        self._discard.clicked.connect(lambda: self.form.clear() if self.form else None)
        self._elsewhere.activated.connect(self._take_opened)
        self._desk.selection.settled.connect(self._follow)
        self._desk.forms.wanted.connect(lambda name: self._take_opened() if name == self._name else None)
        self._desk.catalogue.changed.connect(self.entries.retranslate)
        self._desk.status.linked.connect(self._tell)
        self._desk.conversation.changed.connect(self._tell)
        self._desk.conversation.changed.connect(self.offer_words)

    def showEvent(self, event: QShowEvent) -> None:
        self._follow()  # what was opened while nobody looked
        super().showEvent(event)

    def _follow(self) -> None:
        if not self.isVisible():
            return
        if self.form is None or not self.form.begun:
            self._take_opened()
        self._tell()

    def _take_opened(self) -> None:
        opened = self._desk.selection.opened
        self.bind(self.form_for(opened) if opened else None)
        self._tell()

    def _refill(self) -> None:
        if self.form is not None:
            self.fill(self.form)
            self._tell()

    def _tell(self) -> None:
        form = self.form
        if form is None or not self.isVisible():
            return
        self.whose.tell(form)
        self.made.tell(form)
        self._tell_elsewhere(form)
        problems = form.problems()
        missing = form.missing()
        shown = {name: str(why) for name, why in problems.items() if self._asked or name not in missing}
        self.entries.show_problems(shown)
        why = submission_refusal(self._commands.place, form)
        names = ", ".join(self.entries.label(name) for name in missing) if self._asked else ""
        self._reason.setText(str(why) if why else tr("work.incomplete", fields=names, n=len(missing)) if names else "")
        self._reason.setVisible(bool(self._reason.text()))
        self._submit.setEnabled(why is None)
        self._discard.setVisible(form.begun)
        self._saved.setText("" if not form.begun else tr("work.draft" if form.saved else "work.drafting"))

    def _tell_elsewhere(self, form: F) -> None:
        opened, now = self._desk.selection.opened, self._desk.conversation.head
        if opened is None or now is None or opened.interaction_id == form.opened.interaction_id:
            self._elsewhere.show_sentence("")
            return
        name = form.customer.name if form.customer else tr("customer.no_name")
        words = tr("work.elsewhere", customer=name)
        self._elsewhere.show_sentence(words, "soon", tr("work.go_to_opened", customer=now.name))

    def _lay_out(self) -> None:
        inside = Surface("panel")
        form = QVBoxLayout(inside)
        form.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        form.setSpacing(Space.M)
        for part in (self._elsewhere, self.whose, self.entries, self.made):
            form.addWidget(part)
        form.addStretch(1)
        area = QScrollArea()
        area.setObjectName(f"{self._name}_area")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(Line())
        column.addWidget(self._foot())
        self._stack.addWidget(self._empty)
        self._stack.addWidget(page)
        self.column.addWidget(self._stack)

    def _foot(self) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.S)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._saved, 1)
        row.addWidget(self._discard)
        row.addWidget(self._submit)
        column.addWidget(self._reason)
        column.addLayout(row)
        return foot


def _submits(event: QKeyEvent) -> bool:
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return bool(control) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
