"""Windows of their own: wallboard, pop-out conversation, sign-in. WINDOWS lists those that an action opens."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.ui.windows.wallboard import WallboardWindow

WINDOWS: dict[str, Callable[[Place], QWidget]] = {"wallboard": WallboardWindow}
