"""The frame of every webhook of Meta: entries of pages and accounts, and the changes in them."""

from collections.abc import Container, Iterator
from typing import Any

from backend.channels.base import line, unreadable
from backend.channels.reading import Json, object_of, part, parts, word


def entries(raw: bytes, kind: str) -> list[Json]:
    """The entries of a webhook of this object ("page", "instagram", …). Raises Unreadable."""
    value = object_of(raw)
    if value.get("object") != kind:
        unreadable(f"A webhook of this account has the object {kind}; this has {line(str(value.get('object')), 60)}.")
    if not isinstance(value.get("entry"), list):
        unreadable("A webhook of Meta has a list of entries; this has none.")
    return parts(value, "entry")


def own_entries(raw: bytes, kind: str, our_id: str) -> list[Json]:
    """An app has one hook for all its pages: the entries of this one. Raises Unreadable where there is none."""
    found = entries(raw, kind)
    own = [entry for entry in found if our_id in ("", word(entry, "id"))]
    if found and not own:
        unreadable(f"This is for {line(word(found[0], 'id'), 60) or 'no account'}, and this account is {our_id}.")
    return own


def told_of(told: Json, kind: str) -> list[Json]:
    """As `entries`; none where the webhook is of another object, or of nobody's."""
    return parts(told, "entry") if told.get("object") == kind else []


def of_messages(told: Json, kind: str) -> Iterator[str]:
    """Ids of the pages or accounts of whose messages a webhook tells."""
    for entry in told_of(told, kind):
        if "messaging" in entry or "standby" in entry or any(part(value, "recipient") for _, value in changes(entry)):
            yield word(entry, "id")


def of_fields(told: Json, kind: str, fields: Container[str]) -> Iterator[str]:
    """Ids of those of whom it tells changes of these fields."""
    for entry in told_of(told, kind):
        if any(field in fields for field, _ in changes(entry)):
            yield word(entry, "id")


def changes(entry: Json) -> list[tuple[str, Json]]:
    """Field and value of each change; apps with Instagram Login have one right in the entry."""
    found: list[dict[str, Any]] = [*parts(entry, "changes"), entry] if "field" in entry else parts(entry, "changes")
    return [(word(it, "field"), part(it, "value")) for it in found if isinstance(it.get("value"), dict)]
