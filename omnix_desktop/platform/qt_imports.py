"""PySide reads the source of every module imported after it, to see whether it wants Qt's names in snake case.

No module here does. Without the reading, the program's own imports take a quarter less time.
"""

import importlib


def leave_alone() -> None:
    """From now on imported modules are not looked into; it imports the first of PySide6 itself."""
    importlib.import_module("PySide6.QtCore")
    try:
        feature = importlib.import_module("shibokensupport.feature")
    except ImportError:
        return
    if hasattr(feature, "_mod_uses_pyside"):  # a private name: where it is gone, the start is slower and no more
        setattr(feature, "_mod_uses_pyside", lambda _module: False)  # noqa: B010  # see above


def qt_version() -> str:
    """Of the Qt that runs; only asking for it imports Qt."""
    from PySide6.QtCore import qVersion

    return str(qVersion())
