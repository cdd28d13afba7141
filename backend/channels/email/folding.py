"""A mail's text apart: what was said now, what was quoted, and the signature."""

import re
from dataclasses import dataclass

_ROWS_LOOKED_AT = 20_000
_WROTE = re.compile(
    r"(?:(?:On|Pada|Am|Le|El|Il|Op|Em|Den)\b.{4,300}(?:wrote|menulis|schrieb|a écrit|escribió|ha scritto|schreef"
    r"|escreveu|skrev)\s*:?|.{0,200}<[^<>\s@]+@[^<>\s@]+>.{0,40}(?:wrote|menulis)\s*:?)",
    re.IGNORECASE,
)
_BEGINS_QUOTE = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Pesan Asli|Pesan asal|Forwarded message|Pesan terusan|Pesan yang diteruskan"
    r"|Ursprüngliche Nachricht|Message d'origine|Mensaje original)\s*-{2,}\s*|\s*_{20,}\s*|Begin forwarded message:\s*",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s*\*?(?:From|Dari|Von|De)\s*:\*?\s.{1,300}", re.IGNORECASE)
_SENT = re.compile(r"\s*\*?(?:Sent|Date|Dikirim|Tanggal|Gesendet|Envoyé|Enviado|To|Kepada|Ke)\s*:\*?\s", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"-- ?|\s*(?:Sent from (?:my|Outlook|Mail|Yahoo)\b.{0,80}|Get Outlook for\b.{0,80}|Dikirim dari\b.{0,80}"
    r"|Terkirim dari\b.{0,80}|Sent via\b.{0,80})",
    re.IGNORECASE,
)
_SIGNATURE_ROWS = 12


@dataclass(frozen=True, slots=True)
class Folded:
    """The three parts of a text; put together they are all of it."""

    said: str
    quoted: str = ""
    signature: str = ""


def folded(text: str) -> Folded:
    """Where everything is a quotation, all of it counts as said: nothing is hidden that stands alone."""
    rows = text.split("\n")
    cut = _quote_begins(rows[:_ROWS_LOOKED_AT])
    head, quoted = rows[:cut], "\n".join(rows[cut:]).strip()
    signed = _signature_begins(head)
    said, signature = "\n".join(head[:signed]).strip(), "\n".join(head[signed:]).strip()
    if not said:
        return Folded(text.strip())
    return Folded(said, quoted, signature)


def _quote_begins(rows: list[str]) -> int:
    for number, row in enumerate(rows):
        if _BEGINS_QUOTE.fullmatch(row[:400]) or _is_heading(rows, number):
            return number
        if row.startswith(">") and _only_quoted(rows, number):
            return number
        two = f"{row[:300]} {rows[number + 1][:100]}" if number + 1 < len(rows) else row
        if (_WROTE.fullmatch(row.strip()[:500]) or _WROTE.fullmatch(two.strip())) and _quote_follows(rows, number):
            return number
    return len(rows)


def _is_heading(rows: list[str], number: int) -> bool:
    """Outlook's lines above what it quotes: From, then Sent or Date."""
    following = [row for row in rows[number + 1 : number + 4] if row.strip()]
    return _FROM.fullmatch(rows[number][:400]) is not None and any(_SENT.match(row[:60]) for row in following[:2])


def _quote_follows(rows: list[str], number: int) -> bool:
    following = [row for row in rows[number + 1 : number + 6] if row.strip()]
    return any(row.startswith(">") for row in following[:3]) or not any(row.startswith(">") for row in rows[number:])


def _only_quoted(rows: list[str], number: int) -> bool:
    """An answer between quotations is none that may be folded away."""
    return all(not row.strip() or row.startswith(">") or _SIGNATURE.fullmatch(row[:200]) for row in rows[number:])


def _signature_begins(rows: list[str]) -> int:
    last = len(rows)
    while last and not rows[last - 1].strip():
        last -= 1
    for number in range(max(0, last - _SIGNATURE_ROWS), last):
        if _SIGNATURE.fullmatch(rows[number].rstrip("\r")[:200]):
            return number
    return len(rows)
