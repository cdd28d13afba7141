"""Cards one under the other, scrolled where they do not fit."""

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from omnix_desktop.ui.theme import Space


class CardList(QScrollArea):
    """Put cards into `.rows`, before the stretch at its end. `height` in pixels: at least so much of it shows."""

    def __init__(self, height: int) -> None:
        super().__init__()
        inside = QWidget()
        self.rows = QVBoxLayout(inside)
        self.rows.setContentsMargins(0, 0, Space.M, 0)
        self.rows.setSpacing(Space.S)
        self.rows.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setMinimumHeight(height)
        self.setWidget(inside)
