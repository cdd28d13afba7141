"""Translators and locale formats: one catalogue file per area and language, switched without restart; knows no Qt."""

import json
import string
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from types import MethodType
from typing import TypeAlias
from weakref import WeakMethod

LANGUAGES = ("id", "en")
DEFAULT_LANGUAGE = "id"

When: TypeAlias = date | datetime | int | float
"""A moment: an aware datetime, or milliseconds since 1970 as the protocol carries them."""
Entry: TypeAlias = str | dict[str, str]


_CHECKOUT = Path(__file__).resolve().parent.parent


def resource_path(*parts: str) -> Path:
    """A file under resources/, in a checkout as in the frozen program."""
    frozen = getattr(sys, "_MEIPASS", None)
    return (Path(frozen) if frozen else _CHECKOUT).joinpath("resources", *parts)


def load_catalogue(language: str) -> dict[str, Entry]:
    """All areas of one language as `area.key`; a plural is a table with `one` and `other`."""
    import tomllib

    entries: dict[str, Entry] = {}
    for path in _sources(language):
        _flatten(path.stem, tomllib.loads(path.read_text(encoding="utf-8")), entries)
    return entries


def keep_catalogues(folder: Path) -> None:
    """Write there what was read, and read it from there next time: 30 ms of a start."""
    _state.kept = folder


def _kept_catalogue(language: str) -> dict[str, Entry]:
    """Good as long as every file it was made of is as it was."""
    if _state.kept is None:
        return load_catalogue(language)
    file = _state.kept / f"{language}.json"
    made_of = [[path.name, (seen := path.stat()).st_size, seen.st_mtime_ns] for path in _sources(language)]
    try:
        kept = json.loads(file.read_bytes())
        if kept["made_of"] == made_of:
            known: dict[str, Entry] = kept["entries"]
            return known
    except (OSError, ValueError, KeyError, TypeError):
        pass
    entries = load_catalogue(language)
    with suppress(OSError):  # a full disk: it is read again next time
        _state.kept.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps({"made_of": made_of, "entries": entries}), encoding="utf-8")
        fresh.replace(file)
    return entries


def _sources(language: str) -> list[Path]:
    return sorted(resource_path("translations", language).glob("*.toml"))


def _flatten(prefix: str, table: dict[str, object], into: dict[str, Entry]) -> None:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, str):
            into[name] = value
        elif isinstance(value, dict) and "other" in value:
            into[name] = {str(form): str(text) for form, text in value.items()}
        elif isinstance(value, dict):
            _flatten(name, value, into)


class _Translations:
    """The language in force, its catalogue (read when first asked) and who wants to know of a change."""

    def __init__(self) -> None:
        self.language = DEFAULT_LANGUAGE
        self.catalogues: dict[str, dict[str, Entry]] = {}
        self.kept: Path | None = None
        self.observers: list[Callable[[], Callable[[], None] | None]] = []

    def entry(self, key: str) -> Entry | None:
        if self.language not in self.catalogues:
            self.catalogues[self.language] = _kept_catalogue(self.language)
        return self.catalogues[self.language].get(key)


_state = _Translations()
_formatter = string.Formatter()


def tr(key: str, /, **args: object) -> str:
    """The text of `area.key` in the current language; `n` chooses the plural form. A missing key shows itself."""
    entry = _state.entry(key)
    if entry is None:
        return key
    if isinstance(entry, dict):
        entry = entry["one"] if args.get("n") == 1 and "one" in entry else entry["other"]
    if not args:
        return entry
    shown = {name: number(value) if isinstance(value, int | float) else value for name, value in args.items()}
    try:
        return _formatter.vformat(entry, (), shown)
    except (KeyError, IndexError, ValueError):
        return entry


def has_key(key: str) -> bool:
    """Whether the current catalogue knows the key: for reasons that come from a newer server."""
    return _state.entry(key) is not None


def language() -> str:
    """The language in force, `id` or `en`."""
    return _state.language


def set_language(code: str) -> None:
    """Switch and tell the observers; an unknown code falls back to Indonesian."""
    code = code if code in LANGUAGES else DEFAULT_LANGUAGE
    if code == _state.language:
        return
    _state.language = code
    for look_up in list(_state.observers):
        observer = look_up()
        if observer is None:
            _state.observers.remove(look_up)
        else:
            observer()


def on_language_change(observer: Callable[[], None]) -> Callable[[], None]:
    """Call `observer` after each switch; the answer takes it off again. A method does not keep its object alive."""
    look_up: Callable[[], Callable[[], None] | None] = (
        WeakMethod(observer) if isinstance(observer, MethodType) else lambda: observer
    )
    _state.observers.append(look_up)

    def forget() -> None:
        if look_up in _state.observers:
            _state.observers.remove(look_up)

    return forget


def _moment(when: When) -> datetime:
    if isinstance(when, datetime):
        return when.astimezone() if when.tzinfo else when
    if isinstance(when, date):
        return datetime(when.year, when.month, when.day, tzinfo=UTC)
    return datetime.fromtimestamp(when / 1000, UTC).astimezone()


def format_date(when: When) -> str:
    """23/11/2026"""
    return f"{_moment(when):%d/%m/%Y}"


def format_datetime(when: When) -> str:
    """23/11/2026 15:16:43"""
    return f"{_moment(when):%d/%m/%Y %H:%M:%S}"


def format_time(when: When, *, seconds: bool = False) -> str:
    """15:16, or 15:16:43"""
    moment = _moment(when)
    minutes = f"{moment.hour:02}:{moment.minute:02}"
    return f"{minutes}:{moment.second:02}" if seconds else minutes


def format_day(when: When) -> str:
    """Senin, 23 November: the head of a day in a thread."""
    moment = _moment(when)
    return f"{tr(f'dates.weekday_{moment.weekday()}')}, {moment.day} {tr(f'dates.month_{moment.month}')}"


def format_short_day(when: When) -> str:
    """18 Jul"""
    moment = _moment(when)
    return f"{moment.day} {tr(f'dates.short_month_{moment.month}')}"


def format_clock(seconds: float) -> str:
    """What is left or has passed, as a running number: 04:12, 1:02:03; below zero with a minus."""
    whole = int(seconds)
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes:02}:{rest:02}"


def format_span(seconds: float) -> str:
    """The two largest units in words: 23 j 12 m, 2 h 4 j (Indonesian), 23 h 12 m (English)."""
    whole = max(0, int(seconds))
    days, hours, minutes, rest = (
        whole // 86400,
        whole // 3600 % 24,
        whole // 60 % 60,
        whole % 60,
    )
    units = ((days, "day"), (hours, "hour"), (minutes, "minute"), (rest, "second"))
    shown = [f"{count} {tr(f'dates.unit_{unit}')}" for count, unit in units if count]
    first = next((place for place, (count, _) in enumerate(units) if count), 3)
    keep = 2 if first < 3 and units[first + 1][0] else 1
    return " ".join(shown[:keep]) or f"0 {tr('dates.unit_second')}"


def number(value: float, digits: int | None = None) -> str:
    """1.284 and 4,62 in Indonesian; 1,284 and 4.62 in English."""
    if digits is None:
        text = f"{value:,}"
    else:
        text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if _state.language == "id" else text


def percent(share: float, digits: int = 1) -> str:
    """A share of 1 as 91,4 % (Indonesian) or 91.4% (English)."""
    return number(share * 100, digits) + (" %" if _state.language == "id" else "%")


def file_size(size: int) -> str:
    """214 KB, 1,2 MB"""
    if size < 1000:
        return f"{number(size)} B"
    for unit, factor in (("KB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if size < factor * 999.5 or unit == "GB":
            shown = size / factor
            return f"{number(shown, 0 if shown >= 10 or unit == 'KB' else 1)} {unit}"
    return str(size)
