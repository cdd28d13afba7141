"""The emoji that agents use, in one small grid."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QMenu, QToolButton, QWidget, QWidgetAction

from omnix_desktop.i18n import tr

EMOJI = tuple(
    (
        "😊 🙂 😄 😁 😉 😍 🤗 🤔 😅 😂 🙏 👋 👍 👌 👏 🙌 💪 🤝 ✌️ 👀 😢 😞 😔 😟 😕 😮 😳 😴 🤒 😡 ❤️ 💙 💚 ⭐ 🌟 🎉 "
        + "🎁 🎂 ✨ 🔥 ✅ ❌ ⚠️ ❓ ❗ 🆗 ➡️ ⬅️ 🔄 ⏰ 📅 📍 📞 📱 💻 📧 📎 📦 🚚 💳 🧾 💰 🏠 🏢 🔒 🔑 🌐 📶 🔧 🛠️ 💡 📝"
    ).split()
)
_COLUMNS = 10


class EmojiMenu(QMenu):
    """Closes after one was chosen; arrow keys walk."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("emoji_menu")
        self.setAccessibleName(tr("composer.emoji"))
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(6, 6, 6, 6)
        grid.setSpacing(2)
        for place, sign in enumerate(EMOJI):
            grid.addWidget(self._button(sign), place // _COLUMNS, place % _COLUMNS)
        holder = QWidgetAction(self)
        holder.setDefaultWidget(box)
        self.addAction(holder)

    def _button(self, sign: str) -> QToolButton:
        button = QToolButton()
        face = QFont(button.font())
        face.setPixelSize(18)
        button.setFont(face)
        button.setText(sign)
        button.setAutoRaise(True)
        button.setFixedSize(32, 32)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(sign)
        button.clicked.connect(lambda: self._take(sign))
        return button

    def _take(self, sign: str) -> None:
        self.close()
        self.chosen.emit(sign)
