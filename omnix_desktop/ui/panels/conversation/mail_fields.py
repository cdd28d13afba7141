"""Over the text of a mail: whom it goes to, its copies on demand, its subject, and the customer's words to quote."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.mail_addresses import addresses_in
from omnix_desktop.models.reply_composer import ReplyComposer
from omnix_desktop.ui.panels.conversation.editor import Editor
from omnix_desktop.ui.theme import Space, font
from omnix_desktop.ui.widgets.address_chips import AddressChips
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_protocol.content import ADDRESSES_MAX, LINE_MAX
from omnix_protocol.rules import reply_subject


class MailFields(QWidget):
    """Hidden where the channel has no subjects; shows the head of one composer at a time."""

    quote_wanted = Signal()
    resized = Signal()

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.setObjectName("mail_fields")
        self._place = place
        self._composer: ReplyComposer | None = None
        self._given = ""
        self._answered = ""
        self._copies_open = False
        self._to = ElidedLabel("", "body")
        self._to.setObjectName("mail_to")
        self._more = Button("", "link", small=True)
        self._more.setObjectName("mail_copies")
        self._quote = Button("", "link", small=True)
        self._quote.setObjectName("mail_quote")
        self.cc = AddressChips("mail_cc", addresses_in, most=ADDRESSES_MAX)
        self.bcc = AddressChips("mail_bcc", addresses_in, most=ADDRESSES_MAX)
        self.subject = QLineEdit()
        self.subject.setObjectName("mail_subject")
        self.subject.setFrame(False)
        self.subject.setFont(font("body_strong"))
        self.subject.setTextMargins(-2, 0, 0, 0)
        self.subject.setMaxLength(LINE_MAX)
        self._captions = {name: Label("", "small", "muted") for name in ("to", "cc", "bcc", "subject")}
        self._lay_out()
        self._more.clicked.connect(self._open_copies)
        self._quote.clicked.connect(self.quote_wanted)
        self.subject.textEdited.connect(self._name)
        for chips in (self.cc, self.bcc):
            chips.changed.connect(lambda _values: self._copy())
            chips.unfinished.connect(lambda _text: self._copy())
        self.hide()
        self.retranslate()

    def retranslate(self) -> None:
        for name, caption in self._captions.items():
            caption.setText(tr(f"composer.mail_{name}"))
        self._more.set_text(tr("composer.mail_copies"))
        self._quote.set_text(tr("composer.mail_quote"))
        self.cc.set_words(tr("composer.mail_cc"), tr("composer.mail_add"))
        self.bcc.set_words(tr("composer.mail_bcc"), tr("composer.mail_add"))
        self.subject.setAccessibleName(tr("composer.mail_subject"))
        self.subject.setPlaceholderText(tr("composer.mail_no_subject"))

    def tell(self, composer: ReplyComposer) -> None:
        """Say what stands in this composer's head."""
        able, facts = composer.able, composer.facts
        shown = able is not None and able.subject
        self.setVisible(shown)
        if not shown or facts is None:
            return
        topic = facts.conversation.topic
        self._given = reply_subject(topic.title) if topic and topic.title else ""
        self._to.setText(facts.address)
        self._answered = composer.quoting.text if composer.quoting is not None else ""
        if composer is not self._composer:
            self._turn_to(composer)
        mail = composer.beside.mail
        self.cc.set_values(mail.cc)
        self.bcc.set_values(mail.bcc)
        if not self.subject.hasFocus():
            self.subject.setText(mail.subject or self._given)
        self._show_copies(self._copies_open or bool(mail.cc or mail.bcc))

    def quote_into(self, editor: Editor) -> None:
        """What is answered, or what the customer said last, at the end of the text."""
        said = self._answered or self._place.desk.thread.last_said()
        if said:
            editor.moveCursor(QTextCursor.MoveOperation.End)
            editor.insert(f"\n\n{quoted(said)}" if editor.toPlainText() else quoted(said))
            editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn_to(self, composer: ReplyComposer) -> None:
        if self._composer is not None:
            self._composer.unfinished = ""
        self._composer, self._copies_open = composer, False
        self.subject.setText(composer.beside.mail.subject or self._given)
        for chips in (self.cc, self.bcc):
            chips.clear_line()

    def _open_copies(self) -> None:
        self._copies_open = True
        self._show_copies(True)
        self.cc.line.setFocus()

    def _show_copies(self, shown: bool) -> None:
        if self._form.isRowVisible(self.cc) != shown:
            self._form.setRowVisible(self.cc, shown)
            self._form.setRowVisible(self.bcc, shown)
            self.resized.emit()
        self._more.setVisible(not shown)

    def _name(self, words: str) -> None:
        if self._composer is not None:
            self._composer.set_subject(words, self._given)

    def _copy(self) -> None:
        if self._composer is not None:
            self._composer.unfinished = self.cc.line.text().strip() or self.bcc.line.text().strip()
            self._composer.set_copies(self.cc.values(), self.bcc.values())
            self._composer.changed.emit()
            self.resized.emit()

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(Space.S)
        first.addWidget(self._to, 1)
        first.addWidget(self._more)
        first.addWidget(self._quote)
        self._form = QFormLayout(self)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setContentsMargins(0, 0, 0, Space.XS)
        self._form.setHorizontalSpacing(Space.M)
        self._form.setVerticalSpacing(Space.XS)
        self._form.addRow(self._captions["to"], first)
        self._form.addRow(self._captions["cc"], self.cc)
        self._form.addRow(self._captions["bcc"], self.bcc)
        self._form.addRow(self._captions["subject"], self.subject)
        for chips in (self.cc, self.bcc):
            self._form.setRowVisible(chips, False)


def quoted(words: str) -> str:
    """A text as an answer quotes it."""
    return "".join(f"> {line}\n" for line in words.strip().splitlines())
