"""A mail's HTML as a page that is shown in bounded time and loads nothing: its pictures are named, not fetched.

The server has sanitised it; this looks again, because what is shown here is this program's own answer for. Qt lays a
table within a table out twice for each level (16 levels: a second; 24: minutes) and breaks a word of 300,000 letters
in a minute, all in the program's one thread of windows (measured with Qt 6.11): hence the limits.
"""

import base64
import binascii
import re
from html import escape
from html.parser import HTMLParser
from typing import Literal

import msgspec

CHARACTERS_MAX = 150_000
"""Of text; with more, the mail is shown as text."""
TAGS_MAX = 6_000
CELLS_MAX = 600
"""Of all tables; with more, cells stand below each other."""
TABLES_DEEP = 3
DEEP = 200
WORD_MAX = 120
WIDTH = 720
"""Points that a picture or a table may be wide."""
PICTURES_MAX = 200
REMOTE = "data-remote-src"
_SHOWN = frozenset({
    "a", "b", "big", "blockquote", "br", "center", "code", "dd", "del", "div", "dl", "dt", "em", "font", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "s", "small", "span", "strike", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
})  # fmt: skip
_VOID = frozenset({"br", "hr", "img"})
_OF_TABLES = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})
_NEVER = frozenset({"script", "style", "head", "title", "template", "iframe", "object", "svg", "math"})
_KEPT = frozenset(
    {"align", "bgcolor", "border", "cellpadding", "cellspacing", "color", "dir", "start", "type", "valign"}
)
_LINK = re.compile(r"(?:https?://[^\s/]|mailto:[^\s]|tel:[+\d(])", re.IGNORECASE)
_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]+)", re.IGNORECASE)
_STYLES = frozenset({
    "background-color", "color", "font-family", "font-size", "font-style", "font-weight", "margin-left", "text-align",
    "text-decoration", "vertical-align",
})  # fmt: skip
_VALUE = re.compile(r"[\w\s#%.,'\"()-]{1,100}")
_SIZE = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)(px|pt)")
_NUMBER = re.compile(r"\d{1,4}")


class PagePicture(msgspec.Struct, frozen=True):
    """`source` is a part's reference, a remote address or, of a picture within the HTML, nothing: `body` has it."""

    name: str
    kind: Literal["part", "remote", "inline"]
    source: str = ""
    body: bytes = b""
    width: int = 0  # as the mail says; 0: its own
    height: int = 0


class MailPage(msgspec.Struct, frozen=True):
    html: str
    pictures: tuple[PagePicture, ...] = ()

    @property
    def remote(self) -> tuple[PagePicture, ...]:
        """What is shown only when the reader allows it."""
        return tuple(picture for picture in self.pictures if picture.kind == "remote")


def page_of(html: str, zoom: float = 1.0) -> MailPage | None:
    """Never raises; None where it is too large to be shown as it is."""
    if len(html) > 8 * CHARACTERS_MAX:
        return None
    cells = len(re.findall(r"<t[dh]\b", html, re.IGNORECASE))
    maker = _Maker(zoom, TABLES_DEEP if cells <= CELLS_MAX else 0)
    try:
        maker.feed(html)
        maker.close()
    except _TooLarge:
        return None
    return MailPage("".join(maker.made) + maker.ends(), tuple(maker.pictures))


class _TooLarge(Exception):
    pass


class _Maker(HTMLParser):
    """Writes the page anew, of nothing but what it knows."""

    def __init__(self, zoom: float, tables: int) -> None:
        super().__init__(convert_charrefs=True)
        self._zoom, self._tables = zoom, tables
        self.made: list[str] = []
        self.pictures: list[PagePicture] = []
        self._open: list[tuple[str, str]] = []  # as the mail calls it, as the page does
        self._nested = 0
        self._silent = 0  # how deep in what is not shown
        self._characters = self._tags = 0

    def ends(self) -> str:
        return "".join(f"</{made}>" for _, made in reversed(self._open) if made)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tags += 1
        if self._tags > TAGS_MAX:
            raise _TooLarge
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._picture(given)
        elif tag in _VOID:
            self._write(f"<{tag}>")
        elif self._silent or tag in _NEVER or _is_hidden(given.get("style", "")):
            self._silent += 1
            self._open.append((tag, ""))
        else:
            self._begin(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if not any(known == tag for known, _ in self._open):
            return
        while self._open:
            known, made = self._open.pop()
            if self._silent:
                self._silent -= 1
            else:
                self._nested -= known == "table"
                self._write(f"</{made}>" if made else "")
            if known == tag:
                return

    def handle_data(self, data: str) -> None:
        self._characters += len(data)
        if self._characters > CHARACTERS_MAX:
            raise _TooLarge
        self._write(escape(re.sub(rf"(\S{{{WORD_MAX}}})(?=\S)", "\\1\u200b", data)))

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        self._nested += tag == "table"
        made = tag if tag in _SHOWN and len(self._open) < DEEP else ""
        if made in _OF_TABLES and self._nested > self._tables:
            made = "div" if made in ("table", "td", "th") else ""
        if made == "pre":
            made = "div"
            given["style"] = f"{given.get('style', '')};font-family:monospace"
        self._open.append((tag, made))
        if made:
            self._write(f"<{made}{self._attributes(tag, given)}>")

    def _attributes(self, tag: str, given: dict[str, str]) -> str:
        kept = {name: value for name, value in given.items() if name in _KEPT and len(value) <= 100}
        style = _style(given.get("style", ""), self._zoom)
        if tag == "pre":
            style += ";white-space:pre-wrap"
        if style:
            kept["style"] = style
        if tag == "a" and _LINK.match(given.get("href", "").strip()):
            kept["href"] = given["href"].strip()
        if tag in ("table", "td", "th") and "width" in given:
            kept["width"] = _width(given["width"], self._zoom)
        if tag in ("td", "th"):
            kept |= {name: str(_small(given[name])) for name in ("colspan", "rowspan") if name in given}
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())

    def _picture(self, given: dict[str, str]) -> None:
        found = _picture_of(f"picture:{len(self.pictures)}", given)
        if self._silent or found is None or len(self.pictures) >= PICTURES_MAX:
            self._write(escape(given.get("alt", "")[:200]))
            return
        self.pictures.append(found)
        size = "".join(
            f' {name}="{round(value * self._zoom)}"'
            for name, value in (("width", found.width), ("height", found.height))
            if value
        )
        self._write(f'<img src="{found.name}"{size} alt="{escape(given.get("alt", "")[:200])}">')

    def _write(self, words: str) -> None:
        if words and not self._silent:
            self.made.append(words)


def _picture_of(name: str, given: dict[str, str]) -> PagePicture | None:
    width, height = _pixels(given.get("width", "")), _pixels(given.get("height", ""))
    if width > WIDTH:
        width, height = WIDTH, 0
    remote, source = given.get(REMOTE, "").strip(), given.get("src", "").strip()
    if remote:
        return PagePicture(name, "remote", remote, width=width, height=height)
    if source.startswith("cid:"):
        return PagePicture(name, "part", source.removeprefix("cid:"), width=width, height=height)
    inside = _DATA.fullmatch(source)
    if inside is None:
        return None
    try:
        body = base64.b64decode(inside[1], validate=False)
    except binascii.Error:
        return None
    return PagePicture(name, "inline", body=body, width=width, height=height)


def _is_hidden(style: str) -> bool:
    return re.search(r"display\s*:\s*none", style, re.IGNORECASE) is not None


def _style(text: str, zoom: float) -> str:
    kept = []
    for declaration in text[:4000].split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name not in _STYLES or not _VALUE.fullmatch(value) or "url" in value.lower():
            continue
        if name == "font-size":
            size = _SIZE.fullmatch(value.lower())
            if size is None:
                continue
            value = f"{min(96.0, float(size[1])) * zoom:.1f}{size[2]}"
        kept.append(f"{name}:{value}")
    return ";".join(kept)


def _pixels(value: str) -> int:
    found = _NUMBER.fullmatch(value.strip().lower().removesuffix("px"))
    return int(found[0]) if found else 0


def _width(value: str, zoom: float) -> str:
    if value.strip().endswith("%"):
        return f"{min(100, _pixels(value.strip()[:-1]) or 100)}%"
    pixels = _pixels(value)
    return "100%" if not pixels or pixels >= WIDTH - 120 else str(round(pixels * zoom))


def _small(value: str) -> int:
    return min(8, max(1, _pixels(value)))
