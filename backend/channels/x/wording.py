"""The words of a message or post, in which X writes links of its own."""

import html

from backend.channels.base import clean_text
from backend.channels.reading import Json, parts, string


def spoken(text: str, entities: Json, shown: tuple[str, ...] = ()) -> str:
    """The words as they were meant: links as they lead, without those (`shown`) that stand for attached media."""
    for link in parts(entities, "urls"):
        short, long = string(link, "url"), string(link, "expanded_url", 2000)
        if short and long and short not in shown:
            text = text.replace(short, long)
    for short in shown:
        text = text.replace(short, "")
    return clean_text(html.unescape(text).strip())
