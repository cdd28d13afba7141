"""Both languages say everything with the same placeholders; numbers and times are written as people here write them."""

import string
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnix_desktop import i18n
from omnix_desktop.i18n import load_catalogue, set_language, tr


@pytest.fixture(autouse=True)
def _indonesian() -> Iterator[None]:
    set_language("id")
    yield
    set_language("id")


def placeholders(entry: i18n.Entry) -> set[str]:
    texts = [entry] if isinstance(entry, str) else entry.values()
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_hold_the_same_keys_with_the_same_placeholders() -> None:
    indonesian, english = load_catalogue("id"), load_catalogue("en")
    assert indonesian.keys() == english.keys()
    assert {key for key in indonesian if placeholders(indonesian[key]) != placeholders(english[key])} == set()


def test_nothing_is_empty_or_padded() -> None:
    for language in i18n.LANGUAGES:
        for key, entry in load_catalogue(language).items():
            for text in [entry] if isinstance(entry, str) else entry.values():
                assert text, f"{language} {key}"
                assert text == text.strip(), f"{language} {key}"


def test_a_switch_reaches_whoever_looks_and_lets_go_of_the_dead() -> None:
    heard: list[str] = []

    class Screen:
        def retranslate(self) -> None:
            heard.append(tr("dates.weekday_0"))

    screen, gone = Screen(), Screen()
    forget = i18n.on_language_change(screen.retranslate)
    i18n.on_language_change(gone.retranslate)
    del gone
    set_language("en")
    forget()
    set_language("id")
    assert heard == ["Monday"]


def test_a_plural_follows_its_number() -> None:
    set_language("en")
    assert tr("pickers.found", n=1) == "1 category found"
    assert tr("pickers.found", n=1204) == "1,204 categories found"
    set_language("id")
    assert tr("pickers.found", n=1204) == "1.204 kategori ditemukan"


def test_a_missing_key_or_argument_shows_itself_and_never_fails() -> None:
    assert tr("no.such_key") == "no.such_key"
    assert tr("pickers.remove", nothing=1) == "Hapus {words}"


@pytest.mark.parametrize(
    ("language", "number", "percent", "size"),
    [("id", "1.284", "91,4 %", "1,2 MB"), ("en", "1,284", "91.4%", "1.2 MB")],
)
def test_numbers_are_written_as_the_language_writes_them(language: str, number: str, percent: str, size: str) -> None:
    set_language(language)
    assert i18n.number(1284) == number
    assert i18n.percent(0.914) == percent
    assert i18n.file_size(1_234_567) == size


def test_dates_and_times() -> None:
    moment = datetime(2026, 11, 23, 15, 16, 43, tzinfo=UTC).astimezone()
    assert i18n.format_date(moment) == f"{moment:%d/%m/%Y}"
    assert i18n.format_datetime(moment.timestamp() * 1000) == f"{moment:%d/%m/%Y %H:%M:%S}"
    assert i18n.format_day(datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None)) == "Senin, 23 November"
    set_language("en")
    assert i18n.format_day(datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None)) == "Monday, 23 November"


@pytest.mark.parametrize(
    ("seconds", "clock", "span"),
    [
        (0, "00:00", "0 d"),
        (252, "04:12", "4 m 12 d"),
        (-130, "-02:10", "0 d"),
        (3723, "1:02:03", "1 j 2 m"),
        (83_520, "23:12:00", "23 j 12 m"),
        (7 * 86_400 + 10, "168:00:10", "7 h"),
    ],
)
def test_durations(seconds: int, clock: str, span: str) -> None:
    assert i18n.format_clock(seconds) == clock
    assert i18n.format_span(seconds) == span


def test_resources_are_found_frozen_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert i18n.resource_path("fonts", "OFL.txt").is_file()
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert i18n.resource_path("fonts", "OFL.txt") == tmp_path / "resources" / "fonts" / "OFL.txt"


def test_a_kept_catalogue_is_read_again_and_never_when_its_sources_are_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "sources"
    (sources / "translations" / "id").mkdir(parents=True)
    words = sources / "translations" / "id" / "shell.toml"
    words.write_text('title = "Satu"\n')
    monkeypatch.setattr(i18n, "resource_path", lambda *parts: sources.joinpath(*parts))

    def said() -> str:
        """As a program says it that was just started."""
        monkeypatch.setattr(i18n, "_state", i18n._Translations())
        i18n.keep_catalogues(tmp_path / "kept")
        return tr("shell.title")

    assert said() == "Satu"
    monkeypatch.setattr(i18n, "load_catalogue", lambda _language: pytest.fail("parsed again"))
    assert said() == "Satu"
    monkeypatch.undo()
    monkeypatch.setattr(i18n, "resource_path", lambda *parts: sources.joinpath(*parts))
    words.write_text('title = "Dua kali"\n')
    assert said() == "Dua kali"
    (tmp_path / "kept" / "id.json").write_text("{half")
    assert said() == "Dua kali"
