"""What an attachment of Messenger or Instagram is: a file to fetch, a place, or something shared from elsewhere.

Sources: Meta's "messages Webhook Event Reference" (attachment types, sticker transition of 2026) and "Webhooks for
Instagram Messaging" (share, ig_post, ig_reel, story_mention, reply_to.story).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.channels.reading import degrees, part, parts, word
from omnix_protocol.content import Location, RemoteFile, Source

REFERENCE_MAX = 2000
_FILES = frozenset({"image", "video", "audio", "file", "sticker", "animated_image"})
_SHARED = frozenset({"fallback", "template", "share", "reel", "ig_reel", "post", "ig_post", "story", "ig_story"})
INSTAGRAM_FILES = frozenset({"share", "ig_post", "ig_reel", "ig_story", "story_mention"})
"""What Instagram shares as a copy on its own media server; Messenger gives a page to look at."""


@dataclass(frozen=True, slots=True)
class Attached:
    """All attachments of one message."""

    media: tuple[RemoteFile, ...] = ()
    location: Location | None = None
    source: Source | None = None
    shown_as: str = ""  # what the first of them is
    words: str = ""  # what can be said of them, where the message has no text of its own


def attached(message: dict[str, Any], also_files: frozenset[str]) -> Attached:
    """Attachments in order; `also_files` are shared things whose address is that of a file."""
    found = _without_doubles(parts(message, "attachments"))
    media = tuple(file for it in found if (file := _file(it, also_files)) is not None)
    sources = [source for it in found if (source := _source(it)) is not None]
    locations = [place for it in found if (place := _location(it)) is not None]
    return Attached(
        media=media[:100],
        location=locations[0] if locations else None,
        source=sources[0] if sources else None,
        shown_as=_kind(found[0]) if found else "",
        words=next((words for it in found if (words := _title(it))), ""),
    )


def address(values: dict[str, Any], *keys: str) -> str:
    """The first of these that is a web address short enough to be kept."""
    for key in keys:
        found = word(values, key, REFERENCE_MAX + 1)
        if len(found) <= REFERENCE_MAX and found.startswith(("https://", "http://")):
            return found
    return ""


def story(message: dict[str, Any]) -> Source | None:
    """The story of ours that a message answers."""
    told = part(part(message, "reply_to"), "story")
    return Source(kind="story", url=address(told, "url")) if told else None


def _kind(it: dict[str, Any]) -> str:
    return word(it, "type", 40) or "unsupported"


def _without_doubles(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Until 30 August 2026 a sticker comes twice, also as an image."""
    stickers = {_sticker(it) for it in found if it.get("type") == "sticker"} - {""}
    return [it for it in found if it.get("type") == "sticker" or _sticker(it) not in stickers]


def _sticker(it: dict[str, Any]) -> str:
    return word(part(it, "payload"), "sticker_id")


def _file(it: dict[str, Any], also_files: frozenset[str]) -> RemoteFile | None:
    kind, payload = it.get("type"), part(it, "payload")
    if not isinstance(kind, str) or (kind not in _FILES and kind not in also_files):
        return None
    url = address(payload, "url")
    return RemoteFile(reference=url, name=word(payload, "name")) if url else None


def _source(it: dict[str, Any]) -> Source | None:
    kind, payload = it.get("type"), part(it, "payload")
    if kind == "story_mention":
        return Source(kind="story_mention", url=address(payload, "url"))
    if not isinstance(kind, str) or kind not in _SHARED:
        return None
    url = address(payload, "url") or address(it, "url")
    return Source(kind="share", title=_title(it), text=word(payload, "subtitle"), url=url)


def _title(it: dict[str, Any]) -> str:
    """A title, where Meta writes it: on the attachment, in its payload, or on the first card of a template."""
    payload = part(it, "payload")
    cards = parts(payload, "elements") or parts(part(payload, "product"), "elements")
    return word(payload, "title", 1000) or word(it, "title", 1000) or word(cards[0] if cards else {}, "title", 1000)


def _location(it: dict[str, Any]) -> Location | None:
    if it.get("type") != "location":
        return None
    place = part(part(it, "payload"), "coordinates")
    latitude, longitude = degrees(place, "lat", 90), degrees(place, "long", 180)
    if latitude is None or longitude is None:
        return None
    return Location(latitude=latitude, longitude=longitude, name=word(it, "title"))
