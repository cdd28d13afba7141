"""HTML of a mail, safe to show: nothing in it runs, loads, sends or leaves its place; and the same as plain text.

Remote pictures keep their address in `data-remote-src`, so that a reader may load them when the agent allows it (F34).
Pictures in the mail stay `src="cid:…"`. What is a quotation or a signature keeps a class that says so.
"""

import re
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3

from backend.channels.base import clean_text
from backend.channels.email.weight import light

REMOTE = "data-remote-src"
URL_MAX = 4000
STYLE_MAX = 4000
_BLOCKS = frozenset({
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul",
})  # fmt: skip
_PHRASES = frozenset({
    "a", "abbr", "b", "big", "br", "caption", "cite", "code", "col", "colgroup", "del", "em", "font", "i", "img", "ins",
    "q", "s", "small", "span", "strike", "strong", "sub", "sup", "tbody", "td", "tfoot", "th", "thead", "tt", "u",
})  # fmt: skip
_DROPPED = {"script", "style", "title", "template", "noscript", "svg", "math", "iframe", "object", "select", "textarea"}
_ANYWHERE = {"align", "bgcolor", "class", "dir", "height", "lang", "style", "title", "valign", "width"}
_ATTRIBUTES = {
    "*": _ANYWHERE,
    "a": {"href"},
    "img": {"src", "alt", "border"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "ol": {"start", "type"},
    "col": {"span"},
    "blockquote": {"type"},
}
CLASSES = frozenset(
    {"gmail_quote", "gmail_attr", "gmail_signature", "moz-cite-prefix", "moz-signature", "yahoo_quoted"}
)
"""What well-known programs call their quotations and signatures."""
_LINK = re.compile(r"(?:https?://[^\s/?#\\@]+(?:[/?#]|$)|mailto:[^\s]|tel:[+\d(])", re.IGNORECASE)
_REMOTE_PICTURE = re.compile(r"(?:https?:)?//[^\s/\\@]", re.IGNORECASE)
_OWN_PICTURE = re.compile(
    r"cid:[^\s\"'<>]{1,300}|data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+", re.IGNORECASE
)
_PROPERTIES = frozenset({
    "background", "background-color", "border", "border-bottom", "border-bottom-color", "border-bottom-style",
    "border-bottom-width", "border-collapse", "border-color", "border-left", "border-left-color", "border-left-style",
    "border-left-width", "border-radius", "border-right", "border-right-color", "border-right-style",
    "border-right-width", "border-spacing", "border-style", "border-top", "border-top-color", "border-top-style",
    "border-top-width", "border-width", "clear", "color", "direction", "display", "float", "font", "font-family",
    "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing", "line-height",
    "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height",
    "max-width", "min-width", "overflow-wrap", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "table-layout", "text-align", "text-decoration",
    "text-indent", "text-transform", "vertical-align", "white-space",
    "width", "word-break", "word-wrap",
})  # fmt: skip
_VALUE = re.compile(r"[\w\s#%.,!'\"/+-]*(?:(?:rgba?|hsla?)\([\d\s,.%/]*\)[\w\s#%.,!'\"/+-]*)*")
_NEGATIVE = re.compile(r"(?<![\w.])-\s*[\d.]")
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_LOOKS_LIKE_A_LINK = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/?#:]\S*)?", re.IGNORECASE)


def safe_html(html: str) -> str:
    """What may be shown; "" where nothing is left, or where it could not be looked through in bounded time."""
    weighed = light(clean_text(html, len(html) + 1))
    if weighed is None:
        return ""
    clean = nh3.clean(
        weighed,
        tags=set(_BLOCKS | _PHRASES),
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
    )
    return _Marked(clean.strip()).html


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return _style(value) or None
    if name == "class":
        return " ".join(word for word in value.split() if word in CLASSES) or None
    if name == "href":
        value = value.strip()
        return value if len(value) <= URL_MAX and _LINK.match(value) else None
    if name == "src":
        value = value.strip()
        return value if _OWN_PICTURE.fullmatch(value) or _is_remote(value) else None
    return value if len(value) <= 1000 else None


def _is_remote(address: str) -> bool:
    return len(address) <= URL_MAX and _REMOTE_PICTURE.match(address) is not None


def _style(text: str) -> str:
    """The declarations that only say how text looks: nothing loads, lies over something else, or leaves its place."""
    if len(text) > STYLE_MAX:
        return ""
    kept = []
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name in _PROPERTIES and value and _VALUE.fullmatch(value) and not _NEGATIVE.search(value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


class _Marked:
    """Sanitised HTML with remote pictures put aside and links that say where they lead.

    What the sanitiser writes is regular: quoted attributes, and no < or > but around tags.
    """

    def __init__(self, clean: str) -> None:
        self._target = ""
        self._from = 0
        self._clean = clean
        self.html = _TAG.sub(self._tag, clean)

    def _tag(self, match: re.Match[str]) -> str:
        closing, name, attributes = match[1], match[2], match[3]
        if name == "a" and closing:
            said = unescape(re.sub(r"<[^>]*>", "", self._clean[self._from : match.start()]))
            shown = _disagreement(said, self._target)
            self._target = ""
            return f"{match[0]}{shown}"
        if name == "a":
            href = next((value for key, value in _ATTRIBUTE.findall(attributes) if key == "href"), "")
            self._target, self._from = unescape(href), match.end()
            plain = "".join(f' {key}="{value}"' for key, value in _ATTRIBUTE.findall(attributes) if key != "title")
            return f'<a{plain} title="{href}">' if href else f"<a{plain}>"
        if name == "img":
            return f"<img{_ATTRIBUTE.sub(_put_aside, attributes)}>"
        return match[0]


def _put_aside(match: re.Match[str]) -> str:
    if match[1] != "src" or not _is_remote(unescape(match[2])):
        return match[0]
    address = match[2] if not match[2].startswith("//") else f"https:{match[2]}"
    return f' {REMOTE}="{address}"'


def _disagreement(said: str, target: str) -> str:
    """Where the words of a link look like an address and the link leads elsewhere: where it leads."""
    host = _host(target)
    said = said.strip()
    if not host or not _LOOKS_LIKE_A_LINK.fullmatch(said):
        return ""
    claimed = _host(said if "://" in said else f"https://{said}")
    if claimed.removeprefix("www.") == host.removeprefix("www."):
        return ""
    return f" [{escape(host)}]"


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


class _Reader(HTMLParser):
    """Sanitised HTML read aloud: blocks on lines of their own, links with where they lead, quotations marked."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[str] = []
        self._row: list[str] = []
        self._quoted = 0
        self._href = ""
        self._said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _BLOCKS or tag == "br":
            self.end_row(forced=tag == "br")
        if tag == "blockquote":
            self._quoted += 1
        elif tag == "li":
            self._row.append("• ")
        elif tag in ("td", "th") and self._row:
            self._row.append("  ")
        elif tag == "img" and (given.get("alt") or "").strip():
            self._row.append(f"[{(given['alt'] or '').strip()}]")
        elif tag == "a":
            self._href, self._said = given.get("href") or "", []

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            said = "".join(self._said).strip()
            bare = self._href.partition(":")[2] if self._href.startswith(("mailto:", "tel:")) else self._href
            if self._href and said not in (self._href, bare, bare.rstrip("/")):
                self._row.append(f" <{bare}>" if said else bare)
            self._href = ""
        if tag in _BLOCKS:
            self.end_row(forced=False)
            if tag == "p":
                self.rows.append(self._mark())
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\r\n\f\u00a0]+", " ", data)
        self._row.append(text)
        self._said.append(text)

    def end_row(self, *, forced: bool) -> None:
        text = re.sub(r" {3,}", "  ", "".join(self._row)).strip()
        if text or forced:
            self.rows.append(f"{self._mark()}{text}".rstrip())
        self._row.clear()

    def _mark(self) -> str:
        return "> " * min(self._quoted, 5)


def text_of(sanitised: str) -> str:
    """The words of sanitised HTML as plain text."""
    reader = _Reader()
    reader.feed(sanitised)
    reader.close()
    reader.end_row(forced=False)
    text = "\n".join(row.rstrip() for row in reader.rows)
    return re.sub(r"(?:\n(?:> ?)*){3,}", "\n\n", text).strip()


def words_of(html: str) -> str:
    """The words of any HTML, without looking at how they hang together: for what is too tangled to be shown."""
    text = re.sub(r"<(script|style|title)\b.*?(?:</\1|\Z)", " ", html[:200_000], flags=re.DOTALL | re.IGNORECASE)
    return " ".join(unescape(re.sub(r"<[^<>]*>?", " ", text)).split())
