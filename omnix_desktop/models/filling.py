"""A form being filled in: about one subject for its whole life, written down as it is typed (P3)."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from omnix_desktop.models.composer import SAVE_AFTER
from omnix_desktop.models.deliver import when_done
from omnix_desktop.models.kept import Kept

V = TypeVar("V", bound=msgspec.Struct)


class Filling(QObject, Generic[V]):
    """The values of one form. What was typed survives closing the panel and the end of the program."""

    changed = Signal()  # values, what is missing, saved or not
    replaced = Signal()  # the values came from elsewhere than the hand
    failed = Signal(str)  # could not be stored; the sentence's detail

    def __init__(self, kept: Kept, key: str, blank: Callable[[], V], kind: type[V], parent: QObject) -> None:
        super().__init__(parent)
        self._kept, self._key, self._blank = kept, key, blank
        self._saving: Future[None] | None = None
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER)
        self._timer.timeout.connect(self.save)
        found = self._found(kind)
        self.begun = found is not None
        """Whether anything was filled in: an untouched form follows the selection, a begun one does not."""
        self.values: V = blank() if found is None else found

    @property
    def saved(self) -> bool:
        return not self._timer.isActive() and (self._saving is None or self._saving.done())

    def fill(self, **fields: Any) -> None:
        """The user's hand; written down within SAVE_AFTER."""
        filled = msgspec.structs.replace(self.values, **fields)
        if filled == self.values:
            return
        self.values, self.begun = filled, True
        if not self._timer.isActive():
            self._timer.start()
        self.changed.emit()

    def show(self, values: V) -> None:
        """Other values, to be worked on: a refused one given back, a conflict settled."""
        self.values, self.begun = values, True
        self.save()
        self.replaced.emit()
        self.changed.emit()

    def clear(self) -> None:
        """It was submitted or thrown away: a blank one."""
        self.values, self.begun = self._blank(), False
        self.save()
        self.replaced.emit()
        self.changed.emit()

    def save(self) -> None:
        """Now: the panel closes, the program ends."""
        self._timer.stop()
        text = msgspec.json.encode(self.values).decode() if self.begun else ""
        self._saving = self._kept.keep_form(self._key, text)
        when_done(self._saving, self, self._stored)

    def flush(self) -> None:
        if self._timer.isActive():
            self.save()

    def _found(self, kind: type[V]) -> V | None:
        text = self._kept.form(self._key)
        try:
            return msgspec.json.decode(text, type=kind) if text else None
        except msgspec.DecodeError:
            return None  # of another release

    def _stored(self, doing: Future[None]) -> None:
        error = doing.exception()
        if error is not None:
            self.failed.emit(str(error))
        self.changed.emit()
