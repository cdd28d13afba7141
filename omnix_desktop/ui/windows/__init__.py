"""Windows of their own: wallboard, pop-out conversation, sign-in. WINDOWS lists those that an action opens."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from omnix_desktop.actions.place import Place

WINDOWS: dict[str, Callable[[Place], QWidget]] = {}
