"""What the simulators still know at their next run, so that what was said before can be answered."""

import pickle
from pathlib import Path
from typing import Any


class Memory:
    """Kept in a file of our own; without one, or with one of another release, everybody begins anew."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._kept: dict[str, dict[Any, Any]] = {}
        self._before: dict[str, dict[Any, Any]] = {}
        if file is not None and file.exists():
            try:
                self._before = pickle.loads(file.read_bytes())
            except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError):
                file.unlink()

    def keep(self, name: str, known: dict[Any, Any]) -> None:
        """What was known under this name is known again, and what is known at the end will be."""
        known.update(self._before.get(name, {}))
        self._kept[name] = known

    def save(self) -> None:
        if self._file is not None:
            self._file.write_bytes(pickle.dumps(self._kept))
