"""Where one writes in one mode: an editor that shows the sheet of the opened conversation's composer (promise 2)."""

from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.messages import send_from
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import number, tr
from omnix_desktop.models.attach_words import attach_words
from omnix_desktop.models.composer import Composer, Mode
from omnix_desktop.models.edit_composer import EditComposer
from omnix_desktop.models.entry_words import quote
from omnix_desktop.models.reply_composer import ReplyComposer
from omnix_desktop.models.why import fault_sentence
from omnix_desktop.ports import Fault
from omnix_desktop.ui.panels.conversation.attachments import Attachments
from omnix_desktop.ui.panels.conversation.editor import Editor
from omnix_desktop.ui.panels.conversation.mail_fields import MailFields
from omnix_desktop.ui.panels.conversation.publicity import Publicity
from omnix_desktop.ui.panels.conversation.sheets import Sheet, Sheets
from omnix_desktop.ui.panels.conversation.strip import Strip
from omnix_desktop.ui.theme import Radius, Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.emoji_picker import EmojiPicker
from omnix_desktop.ui.widgets.labels import Label

_ICONS = {Mode.REPLY: "send", Mode.MEMO: "sticky-note", Mode.EDIT: "check"}
NEAR = 0.8
"""Share of the limit from which the counter is shown."""


class ComposerBox(QWidget):
    """The rounded frame: accent where one writes to the customer, memo yellow where one writes to colleagues."""

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self.focused = False
        self.public = False

    def set_public(self, public: bool) -> None:
        """Everybody reads what is written in it."""
        if public != self.public:
            self.public = public
            self.update()

    def set_focused(self, focused: bool) -> None:
        self.focused = focused
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        if self._mode is Mode.MEMO:
            paint.fill(painter, rect, "memo", Radius.CONTROL, "soon" if self.focused else "memo_line")
        else:
            if self.focused:
                paint.fill(painter, QRectF(self.rect()), "accent_soft", Radius.CONTROL + 2)
            line = "soon" if self.public else "accent" if self.focused else "line_strong"
            paint.fill(painter, rect, "panel", Radius.CONTROL, line, 2 if self.public else 1)
        painter.end()


class ComposerView(QWidget):
    """Editor, tools and the one button; what is typed goes to the sheet that is seen, and that is one composer's."""

    triggered = Signal(object)
    walked = Signal(int)
    taken = Signal()
    focused = Signal()
    told = Signal()
    change_wanted = Signal(object)  # the EditComposer
    give_up_wanted = Signal(object)  # the EditComposer
    handle_wanted = Signal()  # to take it from the bot

    def __init__(self, mode: Mode, place: Place) -> None:
        super().__init__()
        self._mode, self._place = mode, place
        self._sheet: Sheet | None = None
        self._picker: EmojiPicker | None = None
        self.setObjectName(f"composer_{mode.value}")
        self._sheets = Sheets(place.desk.composers, self)
        self.editor = Editor()
        self.editor.setObjectName(f"{mode.value}_text")
        self.strip = Strip()
        self.publicity = Publicity()
        self.mail = MailFields(place)
        self._box = ComposerBox(mode)
        self._notice = Banner("", "soon")
        self._notice.setObjectName("composer_notice")
        self._counter = Label("", "small", "muted", tabular=True)
        self._counter.setObjectName("composer_counter")
        self._hint = Label("", "small", "muted")
        self._send = Button("", "primary", icon=_ICONS[mode])
        self._send.setObjectName(f"{mode.value}_send")
        self.quick = IconButton("zap", "")
        self.attach = IconButton("paperclip", "")
        self.emoji = IconButton("smile", "")
        self._attachments = Attachments(place)
        self._lay_out()
        self._connect()
        self.retranslate()

    @property
    def composer(self) -> Composer:
        """The one that is shown; there is none before the first `show_composer`."""
        assert self._sheet is not None
        return self._sheet.composer

    def show_composer(self, composer: Composer) -> None:
        """Its own sheet comes on top, with what stands on it; the others keep their texts."""
        if self._sheet is None or composer is not self._sheet.composer:
            self._turn_to(composer)
        self.tell()

    def retranslate(self) -> None:
        self.editor.setAccessibleName(tr(f"composer.{self._mode.value}_name"))
        self.editor.setPlaceholderText(tr(f"composer.{self._mode.value}_placeholder"))
        self._send.set_text(tr(f"composer.{self._mode.value}_send"))
        self._hint.setText(tr("composer.keys"))
        self.quick.describe(tr("composer.quick_reply"), "/")
        self.mail.retranslate()
        self.emoji.describe(tr("composer.emoji"))
        self.attach.describe(tr("composer.attach"))
        if self._sheet is not None:
            self.tell()

    def tell(self) -> None:
        """Say what may be sent now, and why not."""
        now = self._place.desk.tick.now()
        why = self.composer.refusal(now)
        self._send.setEnabled(why is None)
        self._send.describe(self._send.text(), "Return", str(why) if why else tr(f"composer.{self._mode.value}_send"))
        self._count()
        if isinstance(self.composer, ReplyComposer):
            self._tell_reply(self.composer, now)
        self._tell_strip(self.composer)
        self.told.emit()

    def wants_words(self) -> str:
        """Draf tersimpan, or that it is being saved, or nothing while there is nothing."""
        if self.composer.is_empty or (isinstance(self.composer, EditComposer) and not self.composer.is_changed):
            return ""
        if self.composer.apart and self.composer.saved:
            return tr("composer.draft_apart")
        return tr("composer.draft_saved") if self.composer.saved else tr("composer.draft_saving")

    def submit(self) -> None:
        if isinstance(self.composer, EditComposer):
            self.change_wanted.emit(self.composer)
        else:
            send_from(self._place, self.composer)

    def give_up(self) -> None:
        """Escape, or the strip's x: no change of the message, no quote."""
        composer = self.composer
        if isinstance(composer, EditComposer):
            self.give_up_wanted.emit(composer)
        elif isinstance(composer, ReplyComposer) and composer.beside.reply_to is not None:
            composer.quote(None)

    def _turn_to(self, composer: Composer) -> None:
        if self._sheet is not None:
            self._put_away(self._sheet)
        self._sheet = self._sheets.of(composer)
        self.editor.show_document(self._sheet.document, self._sheet.cursor)
        composer.changed.connect(self.tell)
        if isinstance(composer, ReplyComposer):
            self._attachments.show_files(composer)
            if self.editor.hasFocus():
                composer.begin()

    def _put_away(self, sheet: Sheet) -> None:
        """What is half composed or being chosen for it stays with it."""
        if self._picker is not None and isValid(self._picker):
            self._picker.close()
        self.editor.finish_composing()
        sheet.cursor = self.editor.textCursor()
        if isValid(sheet.composer):
            sheet.composer.leave()
            sheet.composer.changed.disconnect(self.tell)

    def _tell_reply(self, composer: ReplyComposer, now: datetime) -> None:
        blocked = composer.blocked(now)
        by_bot = blocked is not None and blocked.key == "composer.bot_answers"
        self._notice.show_sentence(
            str(blocked) if blocked else "", "info" if by_bot else "soon", tr("conversation.handle") if by_bot else ""
        )
        self.editor.setReadOnly(by_bot)
        refusal = composer.attach_refusal(now) or self._place.desk.status.offline()
        self.attach.setEnabled(refusal is None)
        limits = attach_words(composer.able) if composer.able is not None else ""
        self.attach.describe(tr("composer.attach"), "", str(refusal) if refusal else limits)
        self.publicity.tell(composer)
        self.mail.tell(composer)
        self._box.set_public(composer.is_public)
        words = "public" if composer.is_public else self._mode.value
        self.editor.setPlaceholderText(tr(f"composer.{words}_placeholder"))
        self.editor.setAccessibleName(tr(f"composer.{words}_name"))
        self._send.set_text(tr(f"composer.{words}_send"))

    def _tell_strip(self, composer: Composer) -> None:
        if isinstance(composer, EditComposer):
            self.strip.tell("pencil", tr("composer.editing"), quote(composer.message), tr("composer.edit_cancel"))
        elif isinstance(composer, ReplyComposer) and composer.beside.reply_to is not None:
            answered = composer.quoting
            words = quote(answered) if answered is not None else tr("composer.quote_not_here")
            self.strip.tell("reply", tr("composer.quoting"), words, tr("composer.quote_off"))
        else:
            self.strip.hide()

    def _count(self) -> None:
        used, limit = self.composer.length(), self.composer.limit()
        shown = used > limit * NEAR
        self._counter.setText(f"{number(used)} / {number(limit)}" if shown else "")
        self._counter.set_colour("bad" if used > limit else "soon" if used > limit * 0.95 else "muted")
        self._hint.setVisible(not shown and self.width() > 460)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(Space.XS)
        for name, button in (("quick", self.quick), ("attach", self.attach), ("emoji", self.emoji)):
            button.setObjectName(f"composer_{name}")
            tools.addWidget(button)
        self.attach.setHidden(self._mode is not Mode.REPLY)
        tools.addStretch(1)
        tools.addWidget(self._counter)
        tools.addWidget(self._hint)
        tools.addSpacing(Space.S)
        tools.addWidget(self._send)
        inner = QVBoxLayout(self._box)
        inner.setContentsMargins(Space.M, Space.S + 2, Space.M, Space.S + 2)
        inner.setSpacing(Space.XS)
        inner.addWidget(self.publicity)
        inner.addWidget(self.mail)
        inner.addWidget(self.strip)
        inner.addWidget(self.editor)
        inner.addWidget(self._attachments)
        inner.addLayout(tools)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M + 2, 0, Space.M + 2, Space.M)
        column.setSpacing(Space.S)
        column.addWidget(self._notice)
        column.addWidget(self._box)

    def _connect(self) -> None:
        editor = self.editor
        editor.submitted.connect(self.submit)
        editor.escaped.connect(self.give_up)
        self.strip.closed.connect(self.give_up)
        self.publicity.turned.connect(self._turn_private)
        self._notice.activated.connect(self.handle_wanted)
        self.mail.quote_wanted.connect(lambda: self.mail.quote_into(self.editor))
        self.mail.resized.connect(self.focused)
        editor.triggered.connect(self.triggered)
        editor.walked.connect(self.walked)
        editor.taken.connect(self.taken)
        editor.focused.connect(self._focus)
        editor.grown.connect(self.updateGeometry)
        editor.files_dropped.connect(self._attachments.add_paths)
        self._sheets.failed.connect(self._say_not_stored)
        self._send.clicked.connect(self.submit)
        self.quick.clicked.connect(self._ask_quick)
        self.emoji.clicked.connect(self._ask_emoji)
        self.attach.clicked.connect(self._attachments.choose)

    def _turn_private(self) -> None:
        if isinstance(self.composer, ReplyComposer):
            self.composer.answer_in_private(not self.composer.private)
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self.composer.begin()

    def _focus(self, focused: bool) -> None:
        self._box.set_focused(focused)
        if focused and self._sheet is not None and isinstance(self.composer, ReplyComposer):
            self.composer.begin()
        if focused:
            self.focused.emit()
        elif self._sheet is not None and isValid(self._sheet.composer):
            self._sheet.composer.leave()  # a window that closes takes the focus away last

    def _say_not_stored(self, fault: Fault) -> None:
        self._place.screen.tell(tr("composer.not_stored", why=fault_sentence(fault)), "bad")

    def _ask_quick(self) -> None:
        cursor = self.editor.textCursor()
        before = self.editor.toPlainText()[: cursor.position()]
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.editor.insert("/" if not before or before[-1].isspace() else " /")

    def _ask_emoji(self) -> None:
        picker = self._picker = EmojiPicker(self)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.set_recent(self._place.desk.emoji.glyphs())
        picker.picked.connect(self.editor.insert)
        picker.picked.connect(self._place.desk.emoji.use)
        picker.open_at(self.emoji, above=True)
