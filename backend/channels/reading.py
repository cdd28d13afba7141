"""Reading what providers write as JSON: any value may be missing or odd, and none is believed but for what it is."""

import hashlib
import json
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from backend.channels.base import Event, Unreadable, clean_text, line, unreadable
from omnix_protocol.messages import TEXT_MAX
from omnix_protocol.text import storable_value

ID_MAX: Final = 255
NUMBER_MAX: Final = 1 << 53
_DIGITS_MAX: Final = 40
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MILLISECOND: Final = 100_000_000_000
"""Some write a time in milliseconds, some in seconds: a number below is the latter (until the year 5138)."""
Json = dict[str, Any]
T = TypeVar("T")
_log = logging.getLogger("backend.channels.reading")


def readable(told: Iterable[T], read: Callable[[T], Iterable[Event]]) -> list[Event]:
    """The commands in what came together; a piece that cannot be read holds up nothing that can.

    Raises Unreadable where nothing can be read.
    """
    events: list[Event] = []
    problems: list[str] = []
    for piece in told:
        try:
            events.extend(read(piece))
        except Unreadable as problem:
            problems.append(str(problem))
    if problems and not events:
        unreadable(problems[0])
    for left_out in problems:
        _log.warning("one of several events was left out: %s", left_out)
    return events


def object_of(raw: bytes) -> Json:
    """What a webhook says. Raises Unreadable."""
    try:
        value = loaded(raw)
    except (ValueError, RecursionError) as error:
        unreadable(f"This is no JSON: {line(str(error), 200) or type(error).__name__}.")
    return value if isinstance(value, dict) else unreadable("This JSON is no object.")


def answer_of(raw: bytes | str) -> Json | None:
    """What a provider answers; None where it is no object."""
    try:
        value = loaded(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def loaded(raw: bytes | str) -> Any:
    """JSON, whose text can be stored, and in which a number of more digits than anybody means is null.

    Raises ValueError, RecursionError.
    """
    return storable_value(json.loads(raw, parse_int=_int))


def part(values: Mapping[str, Any], key: str) -> Json:
    """An object in an object; empty where there is none."""
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def parts(values: Mapping[str, Any], key: str) -> list[Json]:
    """The objects of a list in an object; what else stands in it is left out."""
    value = values.get(key)
    return [it for it in value if isinstance(it, dict)] if isinstance(value, list) else []


def word(values: Mapping[str, Any], key: str, limit: int = 200) -> str:
    """One clean line; a number too, as ids are sometimes written."""
    value = values.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:limit] if abs(value) < 10**30 else ""
    return line(value, limit) if isinstance(value, str) else ""


def string(values: Mapping[str, Any], key: str, limit: int = ID_MAX) -> str:
    """A string as it stands, cut at the limit; empty where it is none."""
    value = values.get(key)
    return clean_text(value, limit) if isinstance(value, str) else ""


def words(values: Mapping[str, Any], key: str) -> list[str]:
    """The strings of a list in an object, as they stand."""
    value = values.get(key)
    return [it for it in value if isinstance(it, str)] if isinstance(value, list) else []


def text(values: Mapping[str, Any], key: str) -> str:
    """What somebody wrote, as it stands."""
    return string(values, key, TEXT_MAX)


def ident(values: Mapping[str, Any], key: str, limit: int = ID_MAX) -> str:
    """An id that fits where ids are kept; one that is too long is known by its hash."""
    value = word(values, key, 100_000)
    return value if len(value) <= limit else hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def whole(values: Mapping[str, Any], key: str) -> int:
    """A whole number that is not negative; else 0."""
    value = values.get(key)
    return min(value, NUMBER_MAX) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def degrees(values: Mapping[str, Any], key: str, most: float) -> float | None:
    """A latitude or longitude; None where it is none."""
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= most else None


def seconds(value: Any, otherwise: float, most: float) -> float:
    """A wait that a provider names, as a number or in digits; `otherwise` where it names none."""
    try:
        told = float(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return otherwise if math.isnan(told) or isinstance(value, bool) else min(max(told, 0.0), most)


def moment(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as a number or in digits; or ISO 8601, in UTC where it does not say.

    None where it is neither, or before 1970, when nobody told anything.
    """
    try:
        if isinstance(value, str) and not (value.isascii() and value.isdigit()):
            read = datetime.fromisoformat(value)
            at = read.astimezone(UTC) if read.tzinfo is not None else read.replace(tzinfo=UTC)
            return at if at >= _FIRST else None
        if isinstance(value, bool) or not isinstance(value, int | float | str) or float(value) < 0:
            return None
        number = float(value)
        return datetime.fromtimestamp(number / 1000 if number >= _FIRST_MILLISECOND else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _DIGITS_MAX else None
