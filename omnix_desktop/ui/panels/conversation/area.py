"""All composers' views of this panel, one on top: the one of the opened conversation in the chosen mode."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.composer import Composer, Mode
from omnix_desktop.models.quick_replies import Trigger, filled, matching
from omnix_desktop.ui.panels.conversation.composer import ComposerView
from omnix_desktop.ui.panels.conversation.quick_menu import QuickMenu
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.labels import Label, Line
from omnix_desktop.ui.widgets.tabs import Tabs
from omnix_protocol.catalogue import QuickReply
from omnix_protocol.ids import ConversationId

KEPT = 40
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

    def __init__(self, place: Place, panel: QWidget) -> None:
        super().__init__()
        self._place = place
        self._views: dict[tuple[ConversationId, Mode], ComposerView] = {}
        self._modes: dict[ConversationId, Mode] = {}
        self._trigger: Trigger | None = None
        self.tabs = Tabs(height=36, baseline=False)
        self.tabs.setObjectName("composer_tabs")
        self.tabs.add("")
        self.tabs.add("", icon="sticky-note")
        self._saved = Label("", "small", "muted")
        self._saved.setObjectName("draft_saved")
        self._stack = _Stack()
        self.menu = QuickMenu(panel)
        self.menu.taken.connect(self._take)
        self._lay_out()
        self.tabs.chosen.connect(lambda place_: self.show_mode(MODES[place_]))
        place.desk.tick.second.connect(lambda _now: self._beat())
        self.retranslate()

    def retranslate(self) -> None:
        for place, mode in enumerate(MODES):
            self.tabs.set_text(place, tr(f"composer.{mode.value}_tab"))
        self.tabs.setAccessibleName(tr("composer.modes"))
        for view in self._views.values():
            view.retranslate()

    def open(self, conversation_id: ConversationId | None) -> None:
        """The views of another conversation come on top; those of the last one stay as they are."""
        self.menu.hide()
        self.setVisible(conversation_id is not None)
        if conversation_id is not None:
            self._show(conversation_id, self._modes.get(conversation_id, Mode.REPLY))

    def show_mode(self, mode: Mode) -> None:
        view = self.current()
        if view is not None and view.composer.mode is not mode:
            had_focus = view.editor.hasFocus()
            self._show(view.composer.conversation_id, mode)
            if had_focus:
                self.focus()

    def current(self) -> ComposerView | None:
        view = self._stack.currentWidget()
        return view if isinstance(view, ComposerView) else None

    def focus(self) -> None:
        view = self.current()
        if view is not None:
            view.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show(self, conversation_id: ConversationId, mode: Mode) -> None:
        self._modes[conversation_id] = mode
        self._place.desk.composing = mode.value
        view = self._view(conversation_id, mode)
        self._stack.setCurrentWidget(view)
        self._stack.updateGeometry()
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(MODES.index(mode))
        self.tabs.blockSignals(False)
        view.tell()
        self._say_saved()
        self.mode_changed.emit()

    def _view(self, conversation_id: ConversationId, mode: Mode) -> ComposerView:
        key = (conversation_id, mode)
        view = self._views.pop(key, None) or self._make(key)
        self._views[key] = view  # newest last
        self._let_go()
        return view

    def _make(self, key: tuple[ConversationId, Mode]) -> ComposerView:
        composers = self._place.desk.composers
        composer: Composer = composers.reply(key[0]) if key[1] is Mode.REPLY else composers.memo(key[0])
        view = ComposerView(composer, self._place)
        view.triggered.connect(self._offer)
        view.walked.connect(self.menu.walk)
        view.taken.connect(self._take_current)
        view.focused.connect(self._stack.updateGeometry)
        view.editor.grown.connect(self._stack.updateGeometry)
        composer.changed.connect(self._say_saved)
        self._stack.addWidget(view)
        return view

    def _let_go(self) -> None:
        """Views that nobody needs: not on top, nothing written in them."""
        if len(self._views) <= KEPT:
            return
        for key, view in list(self._views.items())[:-1]:
            if len(self._views) <= KEPT:
                return
            if view.composer.is_empty and view is not self.current():
                del self._views[key]
                self._stack.removeWidget(view)
                view.composer.changed.disconnect(self._say_saved)
                view.deleteLater()
                self._place.desk.composers.let_go(view.composer)

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
            self._say_saved()

    def _say_saved(self) -> None:
        view = self.current()
        self._saved.setText(view.wants_words() if view else "")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.XS, 0, Space.L, 0)
        head.addWidget(self.tabs, 1)
        head.addWidget(self._saved)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Line())
        column.addLayout(head)
        column.addWidget(self._stack)
