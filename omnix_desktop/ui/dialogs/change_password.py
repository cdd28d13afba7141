"""Changing one's own password: the old one, the new one twice."""

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.fields import Field, TextLine
from omnix_desktop.ui.widgets.new_password import NewPassword


class ChangePasswordDialog(Dialog):
    """What is wrong stands under the field that it concerns."""

    def __init__(self, place: Place, parent: QWidget, tasks: Tasks | None = None) -> None:
        super().__init__(
            tr("password.title"),
            primary=tr("password.submit"),
            cancel=tr("shell.cancel"),
            sentence=tr("password.sentence"),
            width=420,
            parent=parent,
        )
        self.setObjectName("change_password_dialog")
        self._place = place
        self._tasks = tasks or Tasks("change password")
        self._old = TextLine(password=True)
        self._old.setObjectName("old_password")
        self._old_field = Field(tr("password.old"), self._old, required=True)
        self._new = NewPassword()
        self.body.addWidget(self._old_field)
        self.body.addWidget(self._new)
        self.body.addStretch(1)
        self._old.submitted.connect(self._new.setFocus)
        self._new.submitted.connect(self.submit)
        self._old.edit.setFocus()

    def submit(self) -> None:
        if not self.primary_button.isEnabled():
            return
        old = self._old.text()
        self.set_problem("")
        self._old_field.set_error("" if old else tr("password.old_missing"))
        new = self._new.checked(old)
        if not old:
            self._old.edit.setFocus()
        elif new is not None:
            self.primary_button.setEnabled(False)
            self._tasks.start(self._change(old, new), "change password")

    async def _change(self, old: str, new: str) -> None:
        refused = await self._place.ports.account.change_password(old, new)
        if refused is None:
            self._place.screen.tell(tr("password.changed"), "good")
        if not isValid(self):
            return  # closed meanwhile
        self.primary_button.setEnabled(True)
        if refused is None:
            self.accept()
        elif refused.code == "wrong_credentials":
            self._old_field.set_error(tr("password.old_wrong"))
            self._old.edit.selectAll()
            self._old.edit.setFocus()
        elif refused.code == "invalid_field":
            self._new.refuse(tr("password.same"))
        else:
            self.set_problem(sentence(refused))
