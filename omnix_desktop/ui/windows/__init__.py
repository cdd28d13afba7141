"""Windows of their own: wallboard, new mail, sign-in. WINDOWS lists those that an action opens."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.ui.windows.new_mail import NewMailWindow
from omnix_desktop.ui.windows.wallboard import WallboardWindow

WINDOWS: dict[str, Callable[[Place], QWidget]] = {"wallboard": WallboardWindow, "new_mail": NewMailWindow}
