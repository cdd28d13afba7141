"""A new mail (S3.22) in a window of its own, so that conversations can be looked at while it is written."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.mails import send_mail
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.models.mail_addresses import addresses_in
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.dialogs.confirm import Confirm
from omnix_desktop.ui.panels.conversation.attachments import Attachments
from omnix_desktop.ui.theme import Size, Space, font
from omnix_desktop.ui.widgets.address_chips import AddressChips
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.fields import ComboBox, TextArea
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label, Line, Surface
from omnix_protocol.content import ADDRESSES_MAX, LINE_MAX

SIZE = (640, 560)
TEXT_HEIGHT = 180
_LINES = ("to", "cc", "bcc")


class NewMailWindow(Surface):
    """Closing keeps what is written; it stands here again the next time."""

    def __init__(self, place: Place, tasks: Tasks | None = None) -> None:
        super().__init__("panel")
        self.setObjectName("new_mail")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(480, 420)
        self._place, self._mail = place, place.desk.new_mail
        self._tasks = tasks or Tasks("new mail")
        self._problem = Banner("", "bad")
        self._problem.setObjectName("new_mail_problem")
        self._mailboxes = ComboBox()
        self._mailboxes.setObjectName("new_mail_from")
        self.lines = {name: AddressChips(f"new_mail_{name}", addresses_in, most=ADDRESSES_MAX) for name in _LINES}
        self._more = Button("", "link", small=True)
        self._more.setObjectName("new_mail_copies")
        self._subject = QLineEdit()
        self._subject.setObjectName("new_mail_subject")
        self._subject.setFrame(False)
        self._subject.setFixedHeight(26)
        self._subject.setFont(font("body_strong"))
        self._subject.setTextMargins(-2, 0, 0, 0)
        self._subject.setMaxLength(LINE_MAX)
        self._text = TextArea(lines=10)
        self._text.setObjectName("new_mail_text")
        self._text.setMinimumHeight(TEXT_HEIGHT)
        self._text.setMaximumHeight(1 << 20)  # all that the window gives
        self.files = Attachments(place)
        self._attach = IconButton("paperclip", "")
        self._attach.setObjectName("new_mail_attach")
        self._captions = {name: Label("", "small", "muted") for name in ("from", *_LINES, "subject")}
        self._saved = ElidedLabel("", "caption", "muted")
        self._saved.setObjectName("new_mail_saved")
        self._discard = Button("", "plain", icon="trash-2")
        self._discard.setObjectName("new_mail_discard")
        self._send = Button("", "primary", icon="send", shortcut="Ctrl+Return")
        self._send.setObjectName("new_mail_send")
        self._lay_out()
        self._listen()
        self.resize(*SIZE)
        self.retranslate()
        self.files.show_files(self._mail)
        self._show_values()
        self.lines["to"].line.setFocus()

    def retranslate(self) -> None:
        self.setWindowTitle(tr("new_mail.title"))
        self.setAccessibleName(tr("new_mail.title"))
        self._captions["from"].setText(tr("new_mail.from"))
        for name in (*_LINES, "subject"):
            self._captions[name].setText(tr(f"composer.mail_{name}"))
        for name, line in self.lines.items():
            line.set_words(tr(f"composer.mail_{name}"), tr("composer.mail_add"))
        self._mailboxes.setAccessibleName(tr("new_mail.from"))
        self._more.set_text(tr("composer.mail_copies"))
        self._subject.setAccessibleName(tr("composer.mail_subject"))
        self._subject.setPlaceholderText(tr("composer.mail_no_subject"))
        self._text.setAccessibleName(tr("new_mail.text"))
        self._text.edit.setPlaceholderText(tr("new_mail.write_here"))
        self._attach.describe(tr("composer.attach"))
        self._discard.set_text(tr("new_mail.discard"))
        self._send.set_text(tr("new_mail.send"))
        self._tell()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._mail.flush()
        self._mail.unfinished = ""
        self._forget_language()
        super().closeEvent(event)

    def _listen(self) -> None:
        mail = self._mail
        for name, line in self.lines.items():
            line.changed.connect(lambda values, name=name: mail.fill(**{name: values}))
            line.unfinished.connect(lambda _text: self._look_for_unfinished())
        self._mailboxes.activated.connect(lambda _at: mail.fill(account_id=self._mailboxes.currentData()))
        self._subject.textEdited.connect(lambda words: mail.fill(subject=words))
        self._text.changed.connect(lambda words: mail.fill(text=words))
        self._more.clicked.connect(self._open_copies)
        self._attach.clicked.connect(self.files.choose)
        self._send.clicked.connect(self._submit)
        self._discard.clicked.connect(self._ask_to_discard)
        mail.changed.connect(self._tell)
        mail.replaced.connect(self._show_values)
        mail.failed.connect(self._not_kept)
        mail.went.connect(self.close)
        for signal in (self._place.desk.catalogue.changed, self._place.desk.channels.served_changed):
            signal.connect(self._show_mailboxes)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._submit)
        for keys in ("Escape", "Ctrl+W"):
            QShortcut(QKeySequence(keys), self, self.close)
        self._forget_language = on_language_change(self.retranslate)

    def _show_values(self) -> None:
        values = self._mail.values
        self._show_mailboxes()
        for name, line in self.lines.items():
            line.set_values(getattr(values, name))
            line.clear_line()
        if self._subject.text() != values.subject:
            self._subject.setText(values.subject)
        self._text.set_text(values.text)
        self._show_copies(bool(values.cc or values.bcc))
        self._look_for_unfinished()
        self._tell()

    def _show_mailboxes(self) -> None:
        boxes, chosen = self._mail.mailboxes(), self._mail.mailbox()
        choices: list[tuple[str, object]] = [(_named(box.name, box.address), box.id) for box in boxes]
        self._mailboxes.set_choices(choices, tr("new_mail.choose_mailbox"))
        self._mailboxes.setCurrentIndex(-1 if chosen is None else self._mailboxes.findData(chosen.id))
        self._form.setRowVisible(self._mailboxes, len(boxes) > 1 or (bool(boxes) and chosen is None))

    def _tell(self) -> None:
        """Draft or nothing, and whether it may be written into."""
        self._saved.setText("" if not self._mail.begun else tr(f"new_mail.{'kept' if self._mail.saved else 'keeping'}"))
        self._discard.setVisible(self._mail.begun)
        self._hold(self._mail.sending)
        waits = self._mail.sending or self._mail.uploading  # what arrives then would be the next mail's
        self._discard.setEnabled(not waits)

    def _look_for_unfinished(self) -> None:
        typed = (line.line.text().strip() for line in self.lines.values())
        self._mail.unfinished = next(filter(None, typed), "")

    def _open_copies(self) -> None:
        self._show_copies(True)
        self.lines["cc"].line.setFocus()

    def _show_copies(self, shown: bool) -> None:
        for name in ("cc", "bcc"):
            self._form.setRowVisible(self.lines[name], shown)
        self._more.setVisible(not shown)

    def _submit(self) -> None:
        if not self._send.isEnabled():
            return
        self._send.setFocus()  # an address that is still being typed is taken
        why = self._mail.refusal()
        if why is None:
            why = self._place.desk.status.offline()
        self._problem.show_sentence(str(why) if why is not None else "", "bad")
        if why is None:
            self._mail.send(True)
            self._tasks.start(self._sent(), "send")

    async def _sent(self) -> None:
        why = ""
        try:
            why = await send_mail(self._place)
        finally:
            self._mail.send(False)
        if isValid(self) and self.isVisible():
            self._problem.show_sentence(why, "bad")
        elif why:
            self._place.screen.tell(why, "bad")  # closed meanwhile

    def _not_kept(self, why: str) -> None:
        self._problem.show_sentence(tr("new_mail.not_kept", why=why), "bad")

    def _hold(self, on: bool) -> None:
        """While it is on its way nothing is written into it."""
        parts = (*self.lines.values(), self._mailboxes, self._subject, self._text, self.files, self._attach)
        for part in (*parts, self._send):
            part.setEnabled(not on)

    def _ask_to_discard(self) -> None:
        asked = Confirm(tr("new_mail.discard_title"), tr("new_mail.discard_sentence"), tr("new_mail.discard"), self)
        asked.accepted.connect(self._thrown_away)
        asked.finished.connect(asked.deleteLater)
        asked.open()

    def _thrown_away(self) -> None:
        self._mail.clear()
        self.close()

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(Space.S)
        first.addWidget(self.lines["to"], 1)
        first.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop)
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setHorizontalSpacing(Space.M)
        self._form.setVerticalSpacing(Space.S)
        self._captions["from"].setFixedHeight(Size.CONTROL)
        self._form.addRow(self._captions["from"], self._mailboxes)
        self._form.addRow(self._captions["to"], first)
        for name in ("cc", "bcc"):
            self._form.addRow(self._captions[name], self.lines[name])
        self._form.addRow(self._captions["subject"], self._subject)
        inside = Surface("panel")
        page = QVBoxLayout(inside)
        page.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        page.setSpacing(Space.M)
        page.addWidget(self._problem)
        page.addLayout(self._form)
        page.addWidget(self._text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_scrolled(inside), 1)
        files = QHBoxLayout()
        files.setContentsMargins(Space.L, 0, Space.L, 0)
        files.addWidget(self.files)
        column.addLayout(files)
        column.addSpacing(Space.XS)
        column.addWidget(Line())
        column.addWidget(self._foot())

    def _foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.S)
        row.addWidget(self._attach)
        row.addWidget(self._saved, 1)
        row.addWidget(self._discard)
        row.addWidget(self._send)
        return foot


def _scrolled(inside: QWidget) -> QScrollArea:
    """A hundred addresses make no window that is higher than the screen."""
    area = QScrollArea()
    area.setObjectName("new_mail_area")
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area


def _named(name: str, address: str) -> str:
    return f"{name} <{address}>" if address and address != name else name
