"""A new password, typed twice, with its rules under it and one sentence for what is wrong."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.fields import CheckBox, Field, TextLine
from omnix_protocol.sign_in import PASSWORD_MIN


class NewPassword(QWidget):
    """`checked` gives the password where it may be taken; `submitted` comes with Return in the last field."""

    submitted = Signal()

    def __init__(self, name: str = "new_password") -> None:
        super().__init__()
        self._new = TextLine(password=True)
        self._new.setObjectName(name)
        self._again = TextLine(password=True)
        self._again.setObjectName(f"{name}_again")
        self._new_field = Field("", self._new, required=True, helper=" ")
        self._again_field = Field("", self._again, required=True)
        self._seen = CheckBox()
        self._seen.setObjectName(f"{name}_seen")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for part in (self._new_field, self._again_field, self._seen):
            column.addWidget(part)
        self._seen.toggled.connect(self._show)
        self._new.submitted.connect(self._again.edit.setFocus)
        self._again.submitted.connect(self.submitted)
        self._new.changed.connect(self._count)
        self.setFocusProxy(self._new.edit)
        self.retranslate()

    def retranslate(self) -> None:
        self._new_field.set_label(tr("password.new"))
        self._new_field.set_helper(tr("password.rules", n=PASSWORD_MIN))
        self._again_field.set_label(tr("password.again"))
        self._seen.setText(tr("password.show"))

    def checked(self, old: str) -> str | None:
        """The new password, or nothing after its fields have said why not."""
        new, again = self._new.text(), self._again.text()
        wrong = ""
        if len(new) < PASSWORD_MIN:
            wrong = tr("password.too_short", n=PASSWORD_MIN)
        elif new == old:
            wrong = tr("password.same")
        differs = "" if wrong or new == again else tr("password.differs")
        self._new_field.set_error(wrong)
        self._again_field.set_error(differs)
        if wrong or differs:
            (self._new if wrong else self._again).edit.setFocus()
            return None
        return new

    def refuse(self, words: str) -> None:
        """What the server found wrong with it."""
        self._new_field.set_error(words)
        self._new.edit.setFocus()

    def clear(self) -> None:
        """Nothing typed stays behind."""
        for line, field in ((self._new, self._new_field), (self._again, self._again_field)):
            line.set_text("")
            field.set_error("")
        self._seen.setChecked(False)

    def _show(self, seen: bool) -> None:
        mode = self._new.edit.EchoMode.Normal if seen else self._new.edit.EchoMode.Password
        for line in (self._new, self._again):
            line.edit.setEchoMode(mode)

    def _count(self, typed: str) -> None:
        enough = len(typed) >= PASSWORD_MIN
        self._new_field.set_counter(f"{len(typed)}/{PASSWORD_MIN}" if typed and not enough else "", "soon")
