"""The supervisor's wallboard: a window of its own, for any monitor."""

from omnix_desktop.ui.windows.wallboard.window import WallboardWindow

__all__ = ["WallboardWindow"]
