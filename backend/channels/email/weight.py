"""HTML that would hold a parser for minutes or fill the memory is made light before anybody parses it.

What HTML prescribes costs by the product of two counts: each block opens anew the formatting that was left open
(43 KB of <b> and <p> become 78 MB and a gigabyte of memory), each <p> and <li> looks through all open elements
(240 KB of <ul><li> take 20 seconds). Both measured with nh3 0.3.8. Nothing here makes HTML safe: that comes after.
"""

import re
from html import escape

HTML_MAX = 600_000
"""Characters of HTML that are looked at."""
REOPENED_MAX = 300_000
LOOKED_THROUGH_MAX = 50_000_000
ATTRIBUTES_MAX = 60
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_SAME_ENDS = frozenset({"p", "li", "td", "th", "tr", "dt", "dd", "option"})
_WALLS = frozenset({"table", "td", "th", "caption"})
_TABLE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"})
_TO_THE_END = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext")
"""Elements whose text is never shown; where one is not closed, all that follows is its text."""
_NEVER_SHOWN = (*_TO_THE_END, "noscript", "svg", "math", "template", "select", "object", "applet", "audio", "video")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ODD = re.compile(rf"<(?:[!?]|/[^a-zA-Z]|/?(?:{'|'.join(_NEVER_SHOWN)}|frameset)\b)[^<>]*>?", re.IGNORECASE)
_NO_TAG = re.compile(r"<(?![a-zA-Z/])")
_ATTRIBUTE = r"\s+[a-zA-Z_:][^\s\"'<>/=]*+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?"
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9:_-]*)(?:((?:{_ATTRIBUTE})*+)\s*/?>|([^<>]*)>?)")
_VALUED = re.compile(r"\s([a-zA-Z-]{1,30})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")


def light(html: str) -> str | None:
    """HTML that shows the same, or less, and is parsed in bounded time; None where it cannot be made so."""
    html = _COMMENT.sub(" ", html[:HTML_MAX].replace("\0", ""))
    for name in _NEVER_SHOWN:
        html = _without(html, name)
    html = _NO_TAG.sub("&lt;", _ODD.sub(" ", html))
    for drop in (False, True):
        weighed = _Weighed(drop_formatting=drop)
        html = _TAG.sub(weighed.tag, html)
        if not weighed.too_heavy:
            return html
    return None


class _Weighed:
    """What a parser will have to do, tag by tag: which elements stand open, as HTML closes them."""

    def __init__(self, *, drop_formatting: bool) -> None:
        self._drop = drop_formatting
        self._open: list[str] = []
        self._left_open = 0  # formatting that outlived the block it was opened in
        self._formatting = 0
        self._reopened = 0
        self._looked_through = 0

    @property
    def too_heavy(self) -> bool:
        return self._reopened > REOPENED_MAX or self._looked_through > LOOKED_THROUGH_MAX

    def tag(self, match: re.Match[str]) -> str:
        """The tag as it will be parsed: with attributes that are well formed, and not too many."""
        if self.too_heavy:
            return ""
        name = match[2].lower()
        if self._drop and name in _FORMATTING:
            return " "
        if match[1]:
            self._closes(name)
            return f"</{name}>"
        self._opens(name)
        attributes = match[3]
        if attributes is None or attributes.count("=") > ATTRIBUTES_MAX or len(attributes) > 4 * ATTRIBUTES_MAX:
            found = _VALUED.findall(attributes if attributes is not None else match[4])[:ATTRIBUTES_MAX]
            attributes = "".join(f' {key}="{escape(a or b or c).replace("&amp;", "&")}"' for key, a, b, c in found)
        return f"<{name}{attributes}>"

    def _opens(self, name: str) -> None:
        if self._open and self._open[-1] == name and name in _SAME_ENDS:
            self._pop()
        self._reopened += self._formatting + self._left_open
        self._looked_through += len(self._open)
        if name not in _VOID:
            self._open.append(name)
            self._formatting += name in _FORMATTING

    def _closes(self, name: str) -> None:
        self._looked_through += 1
        if self._open and self._open[-1] == name:
            self._pop()
        elif name not in _FORMATTING and self._reachable(name):
            while self._open[-1] != name:
                self._left_open += self._pop() in _FORMATTING
            self._pop()

    def _pop(self) -> str:
        name = self._open.pop()
        self._formatting -= name in _FORMATTING
        return name

    def _reachable(self, name: str) -> bool:
        for number, found in enumerate(reversed(self._open)):
            if found == name:
                self._looked_through += number
                return True
            if found in _WALLS and name not in _TABLE:
                self._looked_through += number
                return False
        self._looked_through += len(self._open)
        return False


def _without(html: str, name: str) -> str:
    """Without the elements of this name and what is in them."""
    folded, at = html.lower(), 0
    kept: list[str] = []
    if len(folded) != len(html):  # a letter that is two in lower case
        folded = "".join(letter.lower() if letter.isascii() else letter for letter in html)
    begins = re.compile(rf"<{name}(?=[\s/>])")
    while (begin := begins.search(folded, at)) is not None:
        end = folded.find(f"</{name}", begin.end())
        if end < 0:
            if name in _TO_THE_END:
                return "".join((*kept, html[at : begin.start()]))
            break
        kept.append(html[at : begin.start()] + " ")
        at = end + len(name) + 2
        at = closed + 1 if (closed := folded.find(">", at, at + 200)) >= 0 else at
    return "".join((*kept, html[at:]))
