"""A second opinion on sanitised HTML: what in it would run, load, send or leave its place, read by another parser."""

import re
from html.parser import HTMLParser

_HARMLESS = frozenset({
    "a", "abbr", "address", "article", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "div", "dl", "dt", "em", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "section", "small", "span", "strike", "strong", "sub",
    "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
})  # fmt: skip
_LOADS = frozenset({
    "action", "archive", "background", "cite", "code", "codebase", "data", "dynsrc", "formaction", "href", "longdesc",
    "lowsrc", "manifest", "ping", "poster", "profile", "src", "srcdoc", "srcset", "usemap", "xlink:href",
})  # fmt: skip
_LEADS = re.compile(r"https?://[^/?#\\@\s]+|mailto:\S|tel:[+\d(]", re.IGNORECASE)
_PICTURE = re.compile(r"cid:|data:image/(?:png|jpe?g|gif|webp);base64,", re.IGNORECASE)
_REMOTE = re.compile(r"https?://", re.IGNORECASE)
_ESCAPES = re.compile(
    r"url|expression|@|\\|/\*|behavior|binding|position|z-index|transform|animation|filter|content|cursor|image|var\("
    r"|:[^;]*-\s*\d",
    re.IGNORECASE,
)


def offences(html: str) -> list[str]:
    """Each thing that sanitised HTML must not hold."""
    judge = _Judge()
    judge.feed(html)
    judge.close()
    return judge.found


class _Judge(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HARMLESS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if not self._is_harmless(tag, name, value or ""):
                self.found.append(f"<{tag} {name}={value!r}>"[:300])

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data[:100]}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl[:100]}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data[:100]}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"<![{data[:100]}")

    def _is_harmless(self, tag: str, name: str, value: str) -> bool:
        if name.startswith("on") or name in ("id", "name", "target"):
            return False
        if name == "style":
            return _ESCAPES.search(value) is None
        if name == "data-remote-src":
            return tag == "img" and _REMOTE.match(value) is not None
        if name in _LOADS:
            allowed = {("a", "href"): _LEADS, ("img", "src"): _PICTURE}.get((tag, name))
            return allowed is not None and allowed.match(value) is not None
        return True
