"""What this machine remembers of a screen: where a window stood, what a form held."""

from concurrent.futures import Future
from typing import Protocol

from omnix_desktop.cache.queries import composer as composer_queries
from omnix_desktop.cache.queries import status as status_queries
from omnix_desktop.models.composer import Drafts
from omnix_desktop.models.source import Source
from omnix_protocol.ids import ConversationId

FORM = "form"
"""The mode under which a form's draft stands among those of the composers."""


class Keeping(Drafts, Protocol):
    """Where it is written down: `cache.local.Local`."""

    def save_setting(self, name: str, value: bytes) -> object: ...


class Kept:
    """Reads at once, writes without waiting."""

    def __init__(self, source: Source, keeping: Keeping) -> None:
        self._source, self._keeping = source, keeping

    def remembered(self, name: str) -> bytes | None:
        return status_queries.setting(self._source.reader, name)

    def remember(self, name: str, value: bytes) -> None:
        self._keeping.save_setting(name, value)

    def begun_forms(self) -> frozenset[str]:
        """Keys of the forms in which something stands."""
        return composer_queries.drafted(self._source.reader, FORM)

    def form(self, key: str) -> str:
        """What the form of this key held, or nothing."""
        return composer_queries.draft(self._source.reader, ConversationId(key), FORM).text

    def keep_form(self, key: str, text: str) -> Future[None]:
        """As it stands now; an empty text forgets it."""
        return self._keeping.save_draft(key, FORM, text)
