"""Over a comment's text: that everybody reads it, or that only the customer does, and the way from one to the other."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.models.reply_composer import ReplyComposer
from omnix_desktop.ui.theme import Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import ElidedLabel


class Publicity(QWidget):
    """Hidden where a channel has no comments."""

    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("composer_publicity")
        self._public = True
        self._words = ElidedLabel("", "small_strong", "soon")
        self._turn = Button(tr("composer.to_private"), "link", small=True)
        self._turn.setObjectName("composer_private")
        self._turn.clicked.connect(self.turned)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XL, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._words, 1)
        row.addWidget(self._turn)
        self.hide()

    def tell(self, composer: ReplyComposer) -> None:
        able = composer.able
        self.setVisible(able is not None and able.comments)
        if able is None or not able.comments:
            return
        self._public = composer.is_public
        words = tr("composer.public" if self._public else "composer.private")
        self._words.setText(words)
        self._words.set_colour("soon" if self._public else "accent_text")
        self.setAccessibleName(words)
        turn = tr("composer.to_private" if self._public else "composer.to_public")
        self._turn.set_text(turn)
        self._turn.describe(turn)
        self._turn.setVisible(able.private_reply or not self._public)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        shade = "soon" if self._public else "accent_text"
        draw_icon(painter, "globe" if self._public else "lock", 2, self.height() / 2 - 8, shade, 16)
        painter.end()
