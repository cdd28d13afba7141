"""The emoji that this person used last, kept from one start to the next."""

import msgspec

from omnix_desktop.models.kept import Kept

SETTING = "emoji"
KEPT = 18
"""Two rows of the picker."""


class RecentEmoji:
    """Newest first. In memory once asked for: what was picked a moment ago may not be on disk yet."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._glyphs: list[str] | None = None

    def glyphs(self) -> list[str]:
        if self._glyphs is None:
            self._glyphs = self._read()
        return list(self._glyphs)

    def use(self, glyph: str) -> None:
        """It was picked: it stands before the others."""
        self._glyphs = [glyph, *(known for known in self.glyphs() if known != glyph)][:KEPT]
        self._kept.remember(SETTING, msgspec.json.encode(self._glyphs))

    def _read(self) -> list[str]:
        try:
            return msgspec.json.decode(self._kept.remembered(SETTING) or b"[]", type=list[str])[:KEPT]
        except msgspec.DecodeError:
            return []
