"""Below the thread: reply and memo of the opened conversation, one on top, in the mode that was chosen for it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from omnix_desktop.actions.amending import change, give_up
from omnix_desktop.actions.live import Commands
from omnix_desktop.actions.messages import join_drafts
from omnix_desktop.i18n import tr
from omnix_desktop.models.composer import Composer, Mode
from omnix_desktop.models.edit_composer import EditComposer
from omnix_desktop.models.quick_replies import Trigger, filled, matching
from omnix_desktop.ui.panels.conversation.composer import ComposerView
from omnix_desktop.ui.panels.conversation.quick_menu import QuickMenu
from omnix_desktop.ui.theme import Size, Space
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import Label, Line
from omnix_desktop.ui.widgets.tabs import Tabs
from omnix_protocol.catalogue import QuickReply
from omnix_protocol.ids import ConversationId

MODES = (Mode.REPLY, Mode.MEMO)


class _Stack(QStackedWidget):
    """As high as what is on top."""

    def sizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.sizeHint() if self.count() else QSize(240, 0)

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.minimumSizeHint() if self.count() else QSize(240, 0)


class ComposerArea(QWidget):
    """Switches views, never texts."""

    mode_changed = Signal()

    def __init__(self, commands: Commands, panel: QWidget) -> None:
        super().__init__()
        self._commands = commands
        self._place = place = commands.place
        self._stack = _Stack()
        self.menu = QuickMenu(panel)
        self.menu.taken.connect(self._take)
        self._opened = False
        self._views: dict[Mode, ComposerView] = {}
        self._modes: dict[ConversationId, Mode] = {}
        self._trigger: Trigger | None = None
        self.tabs = Tabs(height=36, baseline=False)
        self.tabs.setObjectName("composer_tabs")
        self.tabs.add("")
        self.tabs.add("", icon="sticky-note")
        self._saved = Label("", "small", "muted")
        self._saved.setObjectName("draft_saved")
        self._join = Button("", "link", small=True)
        self._join.setObjectName("draft_join")
        self._join.clicked.connect(lambda: join_drafts(place))
        self._lay_out()
        self.tabs.chosen.connect(lambda place_: self.show_mode(MODES[place_]))
        place.desk.composers.edited.connect(self._edit_turned)
        place.desk.tick.second.connect(lambda _now: self._beat())
        self.retranslate()

    def retranslate(self) -> None:
        for place, mode in enumerate(MODES):
            self.tabs.set_text(place, tr(f"composer.{mode.value}_tab"))
        self.tabs.setAccessibleName(tr("composer.modes"))
        self._join.set_text(tr("composer.draft_join"))
        self._join.describe(tr("composer.draft_join"), "", tr("composer.draft_join_hint"))
        for view in self._views.values():
            view.retranslate()

    def open(self, conversation_id: ConversationId | None) -> None:
        """The sheets of another conversation come on top; those of the last one stay as they are."""
        self._close_menu()
        self._opened = conversation_id is not None
        self.setVisible(self._opened)
        if conversation_id is not None:
            self._show(conversation_id, self._modes.get(conversation_id, Mode.REPLY))

    def show_mode(self, mode: Mode) -> None:
        view = self.current()
        if view is not None and self._modes.get(view.composer.conversation_id) is not mode:
            had_focus = view.editor.hasFocus()
            self._show(view.composer.conversation_id, mode)
            if had_focus:
                self.focus()

    def current(self) -> ComposerView | None:
        view = self._stack.currentWidget()
        return view if self._opened and isinstance(view, ComposerView) else None

    def focus(self) -> None:
        view = self.current()
        if view is not None:
            view.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show(self, conversation_id: ConversationId, mode: Mode) -> None:
        self._modes[conversation_id] = mode
        self._place.desk.composing = mode.value
        composer: Composer = self._place.desk.composers.front(conversation_id, mode)
        view = self._views.get(composer.mode) or self._view(composer.mode)
        view.show_composer(composer)
        changing = isinstance(self._place.desk.composers.front(conversation_id, Mode.REPLY), EditComposer)
        self.tabs.set_text(0, tr("composer.edit_tab" if changing else "composer.reply_tab"))
        self._stack.setCurrentWidget(view)
        self._stack.updateGeometry()
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(MODES.index(mode))
        self.tabs.blockSignals(False)
        self._say_saved()
        self.mode_changed.emit()

    def _view(self, mode: Mode) -> ComposerView:
        """Made when first somebody writes in this mode."""
        view = self._views[mode] = ComposerView(mode, self._place)
        view.triggered.connect(self._offer)
        view.walked.connect(self.menu.walk)
        view.taken.connect(self._take_current)
        view.focused.connect(self._stack.updateGeometry)
        view.told.connect(self._say_saved)
        view.handle_wanted.connect(lambda: self._commands.run("interaction.pick_up"))
        view.change_wanted.connect(lambda edit: self._commands.start(change(self._place, edit), "change a message"))
        view.give_up_wanted.connect(lambda edit: self._commands.start(give_up(self._place, edit), "give a change up"))
        self._stack.addWidget(view)
        return view

    def _edit_turned(self, conversation_id: str) -> None:
        """The change of a message began or ended: it stands in the place of the reply."""
        view = self.current()
        if view is None or view.composer.conversation_id != conversation_id:
            return
        had_focus = view.editor.hasFocus()
        self._show(view.composer.conversation_id, self._modes.get(view.composer.conversation_id, Mode.REPLY))
        if had_focus:
            self.focus()

    def _offer(self, trigger: Trigger | None) -> None:
        view = self.current()
        self._trigger = trigger
        if view is None or trigger is None:
            self._close_menu()
            return
        replies = matching(self._place.desk.catalogue.quick_replies(), trigger.typed)
        if not replies and trigger.typed:
            self._close_menu()
            return
        view.editor.offering = True
        self.menu.offer(replies, view)

    def _take_current(self) -> None:
        if not self.menu.take():
            self._close_menu()

    def _take(self, reply: QuickReply) -> None:
        view, trigger = self.current(), self._trigger
        if view is not None:
            head = self._place.desk.conversation.interaction
            me = self._place.ports.account.me.user_name
            view.editor.insert(filled(reply, head.customer_name if head else "", me), trigger)
        self._close_menu()

    def _close_menu(self) -> None:
        view = self.current()
        if view is not None:
            view.editor.offering = False
        self.menu.hide()

    def _beat(self) -> None:
        view = self.current()
        if view is not None and self.isVisible():
            view.tell()

    def _say_saved(self) -> None:
        view = self.current()
        self._saved.setText(view.wants_words() if view else "")
        self._join.setVisible(view is not None and view.composer.apart)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.XS, 0, Space.L, 0)
        head.addWidget(self.tabs, 1)
        head.addWidget(self._saved)
        head.addWidget(self._join)
        body = QWidget()
        body.setMaximumWidth(Size.READING)  # as wide as the thread above it
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(head)
        inner.addWidget(self._stack)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Line())
        middle = QHBoxLayout()
        middle.addWidget(body)
        column.addLayout(middle)
