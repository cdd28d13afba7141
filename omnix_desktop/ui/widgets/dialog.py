"""The base of every dialog: title, body, a footer with one primary button."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import Label, Line


class Dialog(QDialog):
    """Put the body into `.body`; Ctrl+Return presses the primary button, Escape the way out."""

    def __init__(
        self,
        title: str,
        *,
        primary: str,
        cancel: str,
        sentence: str = "",
        width: int = 480,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.setMinimumWidth(width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(Space.XL, Space.L + 4, Space.XL, Space.S)
        head.setSpacing(Space.XS)
        self._title = Label(title, "heading")
        self._sentence = Label(sentence, "body", "muted", wrap=True)
        self._sentence.setVisible(bool(sentence))
        head.addWidget(self._title)
        head.addWidget(self._sentence)
        self.problem = Banner("", "bad")
        middle = QVBoxLayout()
        middle.setContentsMargins(Space.XL, Space.S, Space.XL, Space.L)
        middle.setSpacing(Space.M)
        middle.addWidget(self.problem)
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.M)
        middle.addLayout(self.body)
        column.addLayout(head)
        column.addLayout(middle, 1)
        column.addWidget(Line())
        column.addLayout(self._footer(primary, cancel))

    def _footer(self, primary: str, cancel: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(Space.XL, Space.M, Space.XL, Space.M)
        row.setSpacing(Space.S)
        self.extra = QHBoxLayout()
        self.cancel_button = Button(cancel, "plain")
        self.cancel_button.setObjectName("dialog_cancel")
        self.cancel_button.clicked.connect(self.reject)
        self.primary_button = Button(primary, "primary")
        self.primary_button.setObjectName("dialog_primary")
        self.primary_button.clicked.connect(self.submit)
        row.addLayout(self.extra)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.primary_button)
        return row

    def submit(self) -> None:
        """The primary button: checks belong into an override, which calls this when all is well."""
        self.accept()

    def set_words(self, title: str, sentence: str) -> None:
        """Another title and what stands under it: what it is about came later."""
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))

    def set_problem(self, sentence: str) -> None:
        """One sentence above the body: what was refused and why."""
        self.problem.show_sentence(sentence, "bad")

    def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if control and self.primary_button.isEnabled():
                self.primary_button.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill(painter, QRectF(self.rect()), "panel")
        painter.end()
