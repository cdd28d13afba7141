"""How long a post is for X, which weighs its letters (docs.x.com/fundamentals/counting-characters)."""

import re
import unicodedata

POST_WEIGHT_MAX = 280
LINK_WEIGHT, EMOJI_WEIGHT = 23, 2
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_ONE = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff][\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|{_ONE}(?:\u200d{_ONE})*")
"""A flag, or an emoji with all that is joined to it: however many code points, it counts once."""
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one: Latin, Greek, Cyrillic, Arabic, Thai and others; ideographs and the rest weigh two."""


def weight(text: str) -> int:
    text, links = _LINK.subn("", unicodedata.normalize("NFC", text))
    text, emoji = _EMOJI.subn("", text)
    return LINK_WEIGHT * links + EMOJI_WEIGHT * emoji + sum(1 if _is_light(ord(letter)) else 2 for letter in text)


def _is_light(point: int) -> bool:
    return any(first <= point <= last for first, last in _LIGHT)
