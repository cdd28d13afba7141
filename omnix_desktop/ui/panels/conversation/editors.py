"""All editors of one mode, one on top: each is made for one composer and never shows another one's text (promise 2)."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QStackedWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.composer import Composer, Mode
from omnix_desktop.models.why import fault_sentence
from omnix_desktop.ports import Fault
from omnix_desktop.ui.panels.conversation.editor import Editor
from omnix_protocol.ids import ConversationId

KEPT = 40


class Editors(QStackedWidget):
    """As high as the one on top; each with its own undo history and cursor."""

    submitted = Signal()
    triggered = Signal(object)  # Trigger or None
    walked = Signal(int)
    taken = Signal()
    files_dropped = Signal(list)
    focused = Signal(bool)
    grown = Signal()

    def __init__(self, mode: Mode, place: Place) -> None:
        super().__init__()
        self._mode, self._place = mode, place
        self._bound: dict[ConversationId, tuple[Composer, Editor]] = {}

    def of(self, composer: Composer) -> Editor:
        return self._bound[composer.conversation_id][1]

    def show_editor(self, composer: Composer) -> None:
        found = self._bound.pop(composer.conversation_id, None) or (composer, self._make(composer))
        self._bound[composer.conversation_id] = found  # newest last
        had_focus = self.count() > 0 and self.currentWidget().hasFocus()
        self.setCurrentWidget(found[1])
        if had_focus:
            found[1].setFocus(Qt.FocusReason.OtherFocusReason)
        self.updateGeometry()
        self._let_go()

    def retranslate(self) -> None:
        for _, editor in self._bound.values():
            self._name(editor)

    def sizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.sizeHint() if self.count() else QSize(240, 0)

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.minimumSizeHint() if self.count() else QSize(240, 0)

    def _make(self, composer: Composer) -> Editor:
        editor = Editor()
        editor.setObjectName(f"{self._mode.value}_text")
        editor.put(composer.text)
        editor.document().clearUndoRedoStacks()
        self._name(editor)
        editor.textChanged.connect(lambda: composer.typed(editor.toPlainText()))
        composer.replaced.connect(editor.put)
        composer.failed.connect(self._say_not_stored)
        for signal in ("submitted", "triggered", "walked", "taken", "files_dropped", "focused"):
            getattr(editor, signal).connect(getattr(self, signal))
        editor.grown.connect(self._grow)
        self.addWidget(editor)
        return editor

    def _name(self, editor: Editor) -> None:
        editor.setAccessibleName(tr(f"composer.{self._mode.value}_name"))
        editor.setPlaceholderText(tr(f"composer.{self._mode.value}_placeholder"))

    def _grow(self) -> None:
        self.updateGeometry()
        self.grown.emit()

    def _say_not_stored(self, fault: Fault) -> None:
        self._place.screen.tell(tr("composer.not_stored", why=fault_sentence(fault)), "bad")

    def _let_go(self) -> None:
        """Editors that nobody needs: not on top, nothing written in them."""
        for key, (composer, editor) in list(self._bound.items())[:-1]:
            if len(self._bound) <= KEPT:
                return
            if composer.is_empty:
                del self._bound[key]
                self.removeWidget(editor)
                editor.deleteLater()
                self._place.desk.composers.let_go(composer)
