"""Signing in, in two steps: which company on which server, then who (S0.1–S0.9)."""

import os

import msgspec
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from omnix_desktop.i18n import language, on_language_change, set_language, tr
from omnix_desktop.models.why import sentence
from omnix_desktop.ports import Door
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.fields import CheckBox, Field, TextLine
from omnix_desktop.ui.widgets.labels import Surface
from omnix_desktop.ui.windows.forgotten import Forgotten
from omnix_desktop.ui.windows.sign_in_card import NewPasswordStep, SignInCard
from omnix_protocol.errors import Refused
from omnix_protocol.sign_in import SignedIn, TenantFound

TENANT, PERSON, NEW_PASSWORD = range(3)
"""The steps; those of a forgotten password come after them."""


class Prefill(msgspec.Struct, frozen=True):
    """What stands in the fields already."""

    server: str = ""
    tenant_code: str = ""
    tenant_name: str = ""
    email: str = ""
    password: str = ""

    def with_environment(self) -> "Prefill":
        """OMNIX_SERVER, OMNIX_TENANT, OMNIX_EMAIL, OMNIX_PASSWORD, for demonstrations."""
        given = os.environ
        return Prefill(
            server=given.get("OMNIX_SERVER", self.server),
            tenant_code=given.get("OMNIX_TENANT", self.tenant_code),
            tenant_name=self.tenant_name if "OMNIX_TENANT" not in given else "",
            email=given.get("OMNIX_EMAIL", self.email),
            password=given.get("OMNIX_PASSWORD", self.password),
        )


class SignInWindow(Surface):
    """`signed_in` gives who, the password (for the key where there is no keychain) and whether to remember."""

    signed_in = Signal(object, str, bool)
    closed = Signal()

    def __init__(self, door: Door, prefill: Prefill, tasks: Tasks, notice: str = "") -> None:
        super().__init__("window")
        self.setObjectName("sign_in")
        self._door, self._tasks = door, tasks
        self._tenant = TenantFound(code=prefill.tenant_code, name=prefill.tenant_name, locale="id")
        self._notice = notice
        self._done = False
        self._server = _line("sign_in_server", prefill.server)
        self._code = _line("sign_in_tenant", prefill.tenant_code)
        self._email = _line("sign_in_email", prefill.email)
        self._password = _line("sign_in_password", prefill.password, password=True)
        self._fields = {
            "server": Field("", self._server),
            "tenant": Field("", self._code, required=True),
            "email": Field("", self._email, required=True),
            "password": Field("", self._password, required=True),
        }
        self._remember = CheckBox()
        self._remember.setObjectName("sign_in_remember")
        self._remember.setChecked(True)
        self._forgotten = Button("", "link")
        self._forgotten.setObjectName("sign_in_forgotten")
        self._switch = Button("", "link", icon="arrow-right-left")
        self._switch.setObjectName("sign_in_switch_tenant")
        self._next = Button("", "primary")
        self._next.setObjectName("sign_in_next")
        self._enter = Button("", "primary", icon="log-in")
        self._enter.setObjectName("sign_in_enter")
        self._language = Button("", "quiet", icon="languages", small=True)
        self._language.setObjectName("sign_in_language")
        self._own = NewPasswordStep()
        self._waiting: SignedIn | None = None  # signed in, but not before the password is their own
        self._card = SignInCard()
        self._lay_out()
        self._by_code = Forgotten(self._card, door, tasks, self)
        self._connect()
        forget = on_language_change(self.retranslate)
        self.destroyed.connect(lambda: forget())
        self.retranslate()
        self._show_step(PERSON if prefill.tenant_name else TENANT)

    def sizeHint(self) -> QSize:
        return QSize(960, 700)

    def retranslate(self) -> None:
        self.setWindowTitle(tr("sign_in.window"))
        self.setAccessibleName(tr("sign_in.window"))
        for name, field in self._fields.items():
            field.set_label(tr(f"sign_in.{name}"))
        self._remember.setText(tr("sign_in.remember"))
        self._forgotten.set_text(tr("sign_in.forgotten"))
        self._switch.set_text(tr("sign_in.switch"))
        self._next.set_text(tr("sign_in.next"))
        self._enter.set_text(tr("sign_in.enter"))
        self._language.set_text("English" if language() == "id" else "Bahasa Indonesia")
        self._own.retranslate()
        self._by_code.retranslate()
        self._code.edit.setPlaceholderText(tr("sign_in.tenant_hint"))
        self._server.edit.setPlaceholderText("https://")
        self._greet()
        if self._notice:
            self._card.banner.show_sentence(self._notice, "soon")

    def _greet(self) -> None:
        step = self._card.steps.currentIndex()
        if step == TENANT:
            self._card.say(tr("sign_in.title"), tr("sign_in.which_company"))
        elif step == PERSON:
            self._card.say(tr("sign_in.welcome"), tr("sign_in.at_tenant", tenant=self._tenant.name))
        elif step == NEW_PASSWORD and self._waiting is not None:
            self._card.say(tr("sign_in.new_password"), tr("sign_in.new_password_why", name=self._waiting.user_name))

    def _show_step(self, step: int) -> None:
        self._card.steps.setCurrentIndex(step)
        self._greet()
        self._card.hint.setVisible(step == PERSON and not self._door.can_remember())
        if step == TENANT:
            (self._code if self._server.text() else self._server).edit.setFocus()
        elif step == PERSON:
            self._show_person()
        else:
            self._card.banner.show_sentence("")
            self._own.begin(self._password.text())

    def _show_person(self) -> None:
        self._remember.setEnabled(self._door.can_remember())
        if not self._door.can_remember():
            self._remember.setChecked(False)
        self._remember.setToolTip("" if self._door.can_remember() else tr("sign_in.no_keychain"))
        self._card.hint.setText("" if self._door.can_remember() else tr("sign_in.no_keychain"))
        (self._password if self._email.text() else self._email).edit.setFocus()

    def _submit_tenant(self) -> None:
        server, code = self._server.text().strip().rstrip("/"), self._code.text().strip()
        self._fields["server"].set_error("" if _is_address(server) else tr("sign_in.server_wrong"))
        self._fields["tenant"].set_error("" if code else tr("sign_in.tenant_missing"))
        if code and _is_address(server):
            self._busy(True)
            self._tasks.start(self._find(server, code), "find tenant")

    async def _find(self, server: str, code: str) -> None:
        answer = await self._door.find_tenant(server, code)
        self._busy(False)
        if isinstance(answer, Refused):
            self._refuse(answer, unknown="sign_in.tenant_unknown")
            return
        self._tenant = answer
        self._card.banner.show_sentence("")
        self._show_step(PERSON)

    def _submit_person(self) -> None:
        email, password = self._email.text().strip(), self._password.text()
        self._fields["email"].set_error("" if "@" in email else tr("sign_in.email_wrong"))
        self._fields["password"].set_error("" if password else tr("sign_in.password_missing"))
        if "@" in email and password:
            self._busy(True)
            self._tasks.start(self._sign_in(email, password), "sign in")

    async def _sign_in(self, email: str, password: str) -> None:
        answer = await self._door.sign_in(email, password)
        self._busy(False)
        if isinstance(answer, Refused):
            self._refuse(answer)
            self._password.edit.selectAll()
            self._password.edit.setFocus()
            return
        if answer.must_change_password:
            self._waiting = answer
            self._show_step(NEW_PASSWORD)
            return
        self._let_in(answer, password)

    def _let_in(self, who: SignedIn, password: str) -> None:
        self._done = True
        self.signed_in.emit(who, password, self._remember.isChecked())

    def _submit_own(self, password: str) -> None:
        if self._waiting is not None:
            self._busy(True)
            self._tasks.start(self._change(self._waiting, self._own.given, password), "change password")

    async def _change(self, who: SignedIn, given: str, password: str) -> None:
        refused = await self._door.change_password(who, given, password)
        self._busy(False)
        if refused is None:
            self._let_in(msgspec.structs.replace(who, must_change_password=False), password)
        elif refused.code in ("wrong_credentials", "not_signed_in"):
            self._begin_again(tr("sign_in.given_no_more"))
        elif refused.code == "invalid_field":
            self._own.password.refuse(tr("password.same"))
        else:
            self._refuse(refused)

    def _enter_anew(self, email: str, password: str) -> None:
        """The password was reset: sign in with it as if it had been typed."""
        self._begin_again("")
        self._email.set_text(email)
        self._password.set_text(password)
        self._submit_person()

    def _begin_again(self, words: str) -> None:
        """What was given opens nothing any more: sign in with what was given since."""
        self._waiting = None
        self._password.set_text("")
        self._show_step(PERSON)
        self._card.banner.show_sentence(words, "bad" if words else "info")

    def _refuse(self, refused: Refused, unknown: str = "") -> None:
        words = tr(unknown) if unknown and refused.code == "not_found" else sentence(refused)
        if refused.code == "offline":
            words = tr("sign_in.offline", server=self._server.text())
        self._card.banner.show_sentence(words, "bad")
        seconds = refused.args.get("seconds")
        if refused.code == "locked_out" and isinstance(seconds, int):
            self._card.count_down(seconds, self._enter if self._waiting is None else self._own.enter)

    def _busy(self, busy: bool) -> None:
        self._card.progress.setVisible(busy)
        for button in (self._next, self._enter, self._own.enter):
            button.setEnabled(not busy)

    def _lay_out(self) -> None:
        first = _page(self._fields["server"], self._fields["tenant"], self._next)
        below = QHBoxLayout()
        below.addWidget(self._remember)
        below.addStretch(1)
        below.addWidget(self._forgotten)
        second = _page(self._fields["email"], self._fields["password"], below, self._enter, self._switch)
        for step in (first, second, self._own):
            self._card.steps.addWidget(step)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._card)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)
        column.addWidget(self._language, 0, Qt.AlignmentFlag.AlignHCenter)

    def _connect(self) -> None:
        self._next.clicked.connect(self._submit_tenant)
        self._enter.clicked.connect(self._submit_person)
        for line in (self._server, self._code):
            line.submitted.connect(self._submit_tenant)
        self._email.submitted.connect(self._password.edit.setFocus)
        self._password.submitted.connect(self._submit_person)
        self._switch.clicked.connect(lambda: self._show_step(TENANT))
        self._own.chosen.connect(self._submit_own)
        self._own.back.connect(lambda: self._begin_again(""))
        self._forgotten.clicked.connect(
            lambda: self._by_code.begin(
                self._server.text().strip().rstrip("/"), self._tenant.code, self._email.text().strip()
            )
        )
        self._by_code.back.connect(lambda: self._begin_again(""))
        self._by_code.reset.connect(self._enter_anew)
        self._language.clicked.connect(lambda: set_language("en" if language() == "id" else "id"))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._done:
            self.closed.emit()
        event.accept()


def _line(name: str, words: str, *, password: bool = False) -> TextLine:
    line = TextLine(password=password)
    line.setObjectName(name)
    line.set_text(words)
    if password:
        line.edit.setEchoMode(QLineEdit.EchoMode.Password)
    return line


def _page(*parts: QWidget | QHBoxLayout) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.M)
    for part in parts:
        if isinstance(part, QHBoxLayout):
            column.addLayout(part)
        elif isinstance(part, Button):
            part.setSizePolicy(part.sizePolicy().Policy.Expanding, part.sizePolicy().Policy.Fixed)
            column.addWidget(part)
        else:
            column.addWidget(part)
    column.addStretch(1)
    return page


def _is_address(server: str) -> bool:
    return server.startswith(("http://", "https://")) and len(server) > len("https://")
