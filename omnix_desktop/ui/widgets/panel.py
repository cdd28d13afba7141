"""The base of every dock's content: a ground, a title bar, and words that follow the language."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.ui.widgets.labels import Surface
from omnix_desktop.ui.widgets.title_bar import TitleBar


class Panel(Surface):
    """Put things into `.column`; say every word in `retranslate`, which runs at each change of language."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__("panel", parent)
        self.setObjectName(f"panel_{name}")
        self.narrowest = 0
        self._title_key = f"panels.{name}"
        self.title_bar = TitleBar("", float_name=tr("panels.float"), close_name=tr("panels.close"))
        self.title_bar.setObjectName(f"title_{name}")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        forget = on_language_change(self.retranslate)
        self.destroyed.connect(lambda: forget())

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint().expandedTo(QSize(self.narrowest, 0))

    def title(self) -> str:
        return tr(self._title_key)

    def retranslate(self) -> None:
        """Say everything again; extend it, and call it at the end of `__init__`."""
        self.setAccessibleName(self.title())
        self.title_bar.set_title(self.title())
        self.title_bar.set_names(tr("panels.float"), tr("panels.close"))

    def dock_title(self) -> QWidget:
        """What stands over the dock: the slim title, unless a panel has a head of its own."""
        return self.title_bar

    def focus_first(self) -> None:
        """Where the keyboard goes when the panel is called; extend it."""
        self.setFocus()
