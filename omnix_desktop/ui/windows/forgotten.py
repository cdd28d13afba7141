"""A forgotten password on the sign-in card (S0.7): the address, then the mailed code and a password of one's own."""

from collections.abc import Awaitable
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.models.why import sentence
from omnix_desktop.ports import Door
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.fields import Field, TextLine
from omnix_desktop.ui.widgets.new_password import NewPassword
from omnix_desktop.ui.windows.sign_in_card import SignInCard
from omnix_protocol.errors import Refused
from omnix_protocol.rules import is_mail_address
from omnix_protocol.sign_in import RESET_CODE_LENGTH


class _Step(QWidget):
    """Parts below each other; buttons are as wide as the card."""

    def __init__(self, *parts: QWidget | QHBoxLayout) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for part in parts:
            if isinstance(part, QHBoxLayout):
                column.addLayout(part)
                continue
            if isinstance(part, Button):
                part.setSizePolicy(part.sizePolicy().Policy.Expanding, part.sizePolicy().Policy.Fixed)
            column.addWidget(part)
        column.addStretch(1)


class Forgotten(QObject):
    """`reset` gives address and new password, to sign in with; `back` leads to signing in as it was."""

    reset = Signal(str, str)
    back = Signal()

    def __init__(self, card: SignInCard, door: Door, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._card, self._door, self._tasks = card, door, tasks
        self._turn = 0
        """Counts the ways back: an answer that comes after one is for nobody."""
        self._email = TextLine()
        self._email.setObjectName("forgotten_email")
        self._email_field = Field("", self._email, required=True)
        self._send = _button("forgotten_send", "primary", "mail")
        self._code = TextLine()
        self._code.setObjectName("forgotten_code")
        self._code_field = Field("", self._code, required=True)
        self._password = NewPassword("forgotten_password")
        self._save = _button("forgotten_save", "primary", "log-in")
        self._again = _button("forgotten_again", "link", "rotate-ccw")
        self._backs = _button("forgotten_back", "link", "arrow-left"), _button("forgotten_other", "link", "arrow-left")
        self._first = _Step(self._email_field, self._send, self._backs[0])
        ways = QHBoxLayout()
        ways.addWidget(self._backs[1])
        ways.addStretch(1)
        ways.addWidget(self._again)
        self._second = _Step(self._code_field, self._password, self._save, ways)
        for step in (self._first, self._second):
            card.steps.addWidget(step)
        self._connect()
        self.retranslate()

    def retranslate(self) -> None:
        self._email_field.set_label(tr("sign_in.email"))
        self._send.set_text(tr("sign_in.code_send"))
        self._code_field.set_label(tr("sign_in.code", n=RESET_CODE_LENGTH))
        self._password.retranslate()
        self._save.set_text(tr("sign_in.change_and_enter"))
        self._again.set_text(tr("sign_in.code_again"))
        for button in self._backs:
            button.set_text(tr("sign_in.back"))
        self._greet()

    def begin(self, server: str, tenant_code: str, email: str) -> None:
        """Asks the server first whether it mails codes; where it does not, the card says who helps."""
        self._email.set_text(email)
        self._busy(True)
        self._tasks.start(self._look(server, tenant_code), "whether codes are mailed")

    async def _look(self, server: str, tenant_code: str) -> None:
        begun_at = self._card.steps.currentWidget()
        found = await self._door.find_tenant(server, tenant_code)
        self._busy(False)
        if self._card.steps.currentWidget() is not begun_at:
            return
        if isinstance(found, Refused):
            self._refuse(found)
        elif not found.mails_codes:
            self._card.banner.show_sentence(tr("sign_in.forgotten_how"), "info")
        else:
            self._show(self._first)
            self._email.edit.setFocus()

    def _submit_email(self) -> None:
        email = self._email.text().strip()
        self._email_field.set_error("" if is_mail_address(email) else tr("sign_in.email_wrong"))
        if is_mail_address(email) and self._send.isEnabled():
            self._ask(email, again=False)

    def _ask(self, email: str, *, again: bool) -> None:
        self._busy(True)
        self._tasks.start(self._asked(email, again), "ask for a code")

    async def _asked(self, email: str, again: bool) -> None:
        if not await self._taken(self._door.ask_reset_code(email)):
            return
        if again:
            self._card.banner.show_sentence(tr("sign_in.code_sent_again"), "good")
        else:
            self._show(self._second)
            self._password.clear()
        self._code.set_text("")
        self._code_field.set_error("")
        self._code.edit.setFocus()

    def _submit_code(self) -> None:
        code = "".join(self._code.text().split())
        whole = len(code) == RESET_CODE_LENGTH and code.isascii() and code.isdigit()
        self._code_field.set_error("" if whole else tr("sign_in.code_length", n=RESET_CODE_LENGTH))
        password = self._password.checked("")
        if not whole:
            self._code.edit.setFocus()
        elif password is not None and self._save.isEnabled():
            self._busy(True)
            self._backs[1].setEnabled(False)  # it cannot be taken back
            self._tasks.start(self._reset(self._email.text().strip(), code, password), "reset the password")

    async def _reset(self, email: str, code: str, password: str) -> None:
        if await self._taken(self._door.reset_with_code(email, code, password)):
            self._password.clear()
            self.reset.emit(email, password)

    async def _taken(self, answer: Awaitable[Refused | None]) -> bool:
        turn = self._turn
        refused = await answer
        if turn != self._turn:
            return False
        self._busy(False)
        if refused is None:
            self._card.banner.show_sentence("")
            return True
        self._refuse(refused)
        return False

    def _refuse(self, refused: Refused) -> None:
        if refused.code == "wrong_code":
            self._code_field.set_error(sentence(refused))
            self._code.edit.selectAll()
            self._code.edit.setFocus()
        else:
            self._card.banner.show_sentence(sentence(refused), "bad")

    def _show(self, step: QWidget) -> None:
        self._card.steps.setCurrentWidget(step)
        self._card.hint.hide()
        self._card.banner.show_sentence("")
        self._greet()

    def _greet(self) -> None:
        step = self._card.steps.currentWidget()
        if step is self._first:
            self._card.say(tr("sign_in.forgotten"), tr("sign_in.code_how"))
        elif step is self._second:
            self._card.say(tr("sign_in.new_password"), tr("sign_in.code_sent", email=self._email.text().strip()))

    def _busy(self, busy: bool) -> None:
        self._card.progress.setVisible(busy)
        for button in (self._send, self._save, self._again):
            button.setEnabled(not busy)
        self._backs[1].setEnabled(True)

    def _go_back(self) -> None:
        self._turn += 1
        self._busy(False)
        if self._card.steps.currentWidget() is self._second:
            self._show(self._first)
        else:
            self.back.emit()

    def _connect(self) -> None:
        self._email.submitted.connect(self._submit_email)
        self._send.clicked.connect(self._submit_email)
        self._code.submitted.connect(self._password.setFocus)
        self._password.submitted.connect(self._submit_code)
        self._save.clicked.connect(self._submit_code)
        self._again.clicked.connect(lambda: self._ask(self._email.text().strip(), again=True))
        for button in self._backs:
            button.clicked.connect(self._go_back)


def _button(name: str, kind: Literal["primary", "link"], icon: str) -> Button:
    made = Button("", kind, icon=icon)
    made.setObjectName(name)
    return made
