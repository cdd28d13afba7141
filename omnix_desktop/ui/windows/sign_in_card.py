"""The white card of the sign-in window, and the last step on it: a password of one's own (S0.9)."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Radius, Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.new_password import NewPassword
from omnix_desktop.ui.widgets.progress import ProgressLine

CARD = 400


class Steps(QStackedWidget):
    """As tall as the step that is seen, so that a long one leaves no gap below a short one."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _place: self.updateGeometry())

    def sizeHint(self) -> QSize:
        return self._seen(super().sizeHint(), QWidget.sizeHint)

    def minimumSizeHint(self) -> QSize:
        return self._seen(super().minimumSizeHint(), QWidget.minimumSizeHint)

    def hasHeightForWidth(self) -> bool:
        return bool(self.count()) and self.currentWidget().hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        return self.currentWidget().heightForWidth(width) if self.count() else -1

    def _seen(self, widest: QSize, hint: Callable[[QWidget], QSize]) -> QSize:
        return QSize(widest.width(), hint(self.currentWidget()).height() if self.count() else 0)


class SignInCard(QWidget):
    """The white card in the middle: mark, words, what went wrong, the step."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(CARD)
        self._title = Label("", "title")
        self._title.setObjectName("sign_in_title")
        self._sentence = Label("", "body", "muted", wrap=True)
        self.banner = Banner("", "bad")
        self.banner.setObjectName("sign_in_problem")
        self.steps = Steps()
        self.hint = Label("", "small", "muted", wrap=True)
        self.hint.hide()
        self.progress = ProgressLine()
        self.progress.hide()
        self._left = 0
        self._timer: Callable[[], None] = lambda: None
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 28)
        column.setSpacing(Space.S)
        column.addSpacing(52)
        for part in (self._title, self._sentence, self.banner):
            column.addWidget(part)
        column.addSpacing(Space.S)
        column.addWidget(self.steps)
        column.addWidget(self.hint)
        column.addWidget(self.progress)

    def say(self, title: str, words: str) -> None:
        self._title.setText(title)
        self._sentence.setText(words)

    def count_down(self, seconds: int, button: Button) -> None:
        """How long one has to wait, second by second."""
        self._left = seconds
        button.setEnabled(False)
        timer = self.startTimer(1000)

        def beat() -> None:
            self._left -= 1
            if self._left > 0:
                self.banner.show_sentence(tr("refused.locked_out", seconds=self._left), "bad")
                return
            self.killTimer(timer)
            self.banner.show_sentence("")
            button.setEnabled(True)

        self._timer = beat

    def timerEvent(self, _event: object) -> None:
        self._timer()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), "panel", Radius.CARD + 4, "line")
        mark = QRectF(32, 32, 40, 40)
        paint.fill(painter, mark, "accent_fill", 11)
        paint.text(painter, mark, "O", "title", "on_fill", align=Qt.AlignmentFlag.AlignHCenter, elide=False)
        painter.end()


class NewPasswordStep(QWidget):
    """What is asked before entering with a one-time password."""

    chosen = Signal(str)
    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.given = ""
        self.password = NewPassword()
        self.enter = Button("", "primary", icon="log-in")
        self.enter.setObjectName("sign_in_change_password")
        self._back = Button("", "link", icon="arrow-left")
        self._back.setObjectName("sign_in_back")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for part in (self.password, self.enter, self._back):
            column.addWidget(part)
        for button in (self.enter, self._back):
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
        column.addStretch(1)
        self.password.submitted.connect(self._submit)
        self.enter.clicked.connect(self._submit)
        self._back.clicked.connect(self.back)
        self.retranslate()

    def retranslate(self) -> None:
        self.password.retranslate()
        self.enter.set_text(tr("sign_in.change_and_enter"))
        self._back.set_text(tr("sign_in.back"))

    def begin(self, given: str) -> None:
        """With the password that was given, which the new one must not be."""
        self.given = given
        self.password.clear()
        self.password.setFocus()

    def _submit(self) -> None:
        chosen = self.password.checked(self.given)
        if chosen is not None and self.enter.isEnabled():
            self.chosen.emit(chosen)
