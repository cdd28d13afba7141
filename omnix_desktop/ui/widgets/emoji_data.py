"""All emoji with their Indonesian and English names, read when first asked for."""

import json
from functools import cache

import msgspec

from omnix_desktop.i18n import language, resource_path


class Emoji(msgspec.Struct, frozen=True):
    """One emoji; `keywords` mixes both languages."""

    glyph: str
    group: int
    english: str
    indonesian: str
    keywords: str

    def name(self) -> str:
        """Its name in the language in force."""
        return (self.indonesian if language() == "id" else self.english) or self.english


@cache
def all_emoji() -> tuple[Emoji, ...]:
    """In the order in which keyboards show them."""
    stored = json.loads(resource_path("emoji", "emoji.json").read_text(encoding="utf-8"))
    return tuple(Emoji(*row) for row in stored["emoji"])


@cache
def _haystack() -> tuple[tuple[Emoji, str], ...]:
    texts = ((emoji, f" {emoji.english} {emoji.indonesian} {emoji.keywords} ") for emoji in all_emoji())
    return tuple((emoji, text.lower().replace("-", " ")) for emoji, text in texts)


def find_emoji(query: str, limit: int = 160) -> list[Emoji]:
    """Emoji in whose names or keywords a word begins with each word asked for; names first."""
    words = query.lower().split()
    if not words:
        return list(all_emoji())
    found = [emoji for emoji, text in _haystack() if all(f" {word}" in text for word in words)]
    found.sort(key=lambda emoji: words[0] not in f"{emoji.english} {emoji.indonesian}")
    return found[:limit]


def by_glyph(glyph: str) -> Emoji | None:
    """What is known of one emoji."""
    return next((emoji for emoji in all_emoji() if emoji.glyph == glyph), None)
