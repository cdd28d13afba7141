"""A mail as it came to what a person reads: who, to whom, about what, the text, the HTML made safe, the files."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape

from backend.channels.base import clean_text, line
from backend.channels.email.charsets import decoded
from backend.channels.email.folding import Folded, folded
from backend.channels.email.headers import Address, message_ids, moment, people, words
from backend.channels.email.html import safe_html, text_of, words_of
from backend.channels.email.loops import Signs, signs
from backend.channels.email.mime import Part, Tree, leaves, tree, without_uuencoded
from backend.channels.email.weight import HTML_MAX
from backend.files.names import clean_name
from omnix_protocol.messages import TEXT_MAX

FILES_MAX = 200
_READ_AS_TEXT = frozenset({"text/plain", "text/enriched", "text/richtext", "text"})
NOTHING = "This mail has no text."
TANGLED = "The layout of this mail is too tangled to be shown; its words are."
CUT = "The mail is longer than can be shown whole."


@dataclass(frozen=True, slots=True)
class File:
    """A file of a mail; `path` finds its bytes again in the mail as it came (`file_bytes`)."""

    path: str
    name: str
    media_type: str
    size: int  # bytes
    content_id: str = ""
    inline: bool = False  # shown within the text by its content id


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says; `text` is never empty, and `notes` says what could not be read or shown."""

    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    date: datetime | None
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str
    files: tuple[File, ...]
    signs: Signs
    notes: tuple[str, ...] = ()
    folded: Folded = field(default_factory=lambda: Folded(""))


@dataclass(slots=True)
class _Body:
    """What the walk over the parts finds: one entry a section, as plain text and as HTML."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    rich: bool = False
    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_mail(raw: bytes, mailbox: str = "") -> Mail:
    """The mail that came to this mailbox. Never raises: of what is broken, the parts that can be read."""
    parsed = tree(raw)
    root = parsed.root
    body = _body(parsed)
    text, html = _shown(body)
    senders = people(root.values("from")) or people(root.values("sender")) or people(root.values("return-path"))
    sender = senders[0] if senders else Address("")
    subject = words(root.value("subject"))
    files = tuple(_with_inline(body.files[:FILES_MAX], html))
    return Mail(
        sender=sender,
        to=people(root.values("to")),
        cc=people(root.values("cc")),
        reply_to=people(root.values("reply-to")),
        subject=subject,
        date=moment(root.value("date")),
        message_id=next(iter(message_ids(root.value("message-id"))), ""),
        in_reply_to=message_ids(root.value("in-reply-to")),
        references=message_ids(" ".join(root.values("references"))),
        text=text or _without_text(files, body.notes),
        html=html,
        files=files,
        signs=signs(root.values, mailbox, sender.address, subject, _report(root)),
        notes=tuple(dict.fromkeys((*parsed.notes, *body.notes))),
        folded=folded(text),
    )


def file_bytes(raw: bytes, path: str) -> bytes | None:
    """A file's bytes in the mail as it came; None where there is none of this path."""
    at, _, number = path.partition("#")
    for leaf in leaves(tree(raw).root):
        if leaf.path == at and not number:
            return leaf.content()
        if leaf.path == at:
            found = without_uuencoded(leaf.content())[1]
            return found[int(number)][1] if number.isdigit() and int(number) < len(found) else None
    return None


def _report(root: Part) -> str:
    if root.declared_type != "multipart/report":
        return ""
    return root.parameter("report-type").lower() or "delivery-status"


def _body(parsed: Tree) -> _Body:
    body = _Body()
    waiting = [parsed.root]
    while waiting:
        part = waiting.pop()
        if part.media_type == "multipart/alternative" and part.parts:
            waiting.extend(reversed(_chosen(part, body)))
        elif part.parts:
            waiting.extend(reversed(part.parts))
        else:
            _leaf(part, body)
    return body


def _chosen(part: Part, body: _Body) -> list[Part]:
    """Of parts that say the same, the last plain one and the last rich one make one section; the rest are files."""
    plain = next((p for p in reversed(part.parts) if _is_text(p) and p.media_type in _READ_AS_TEXT), None)
    rich = next((p for p in reversed(part.parts) if any(_is_html(leaf) for leaf in leaves(p))), None)
    if plain is not None and rich is not None:
        body.plain.append(_text(plain))
        html = next(leaf for leaf in leaves(rich) if _is_html(leaf))
        body.html.append(_html(html, body)[0])
        body.rich = True
        return [leaf for leaf in leaves(part) if leaf is not html and not (_is_text(leaf) and _is_readable(leaf))]
    return [p for p in part.parts if p is rich or p is plain or not _is_readable(p)] or part.parts


def _leaf(part: Part, body: _Body) -> None:
    if not _is_text(part) or not _is_readable(part):
        body.files.append(_file(part, len(body.files) + 1))
    elif _is_html(part):
        html, plain = _html(part, body)
        body.html.append(html)
        body.plain.append(plain)
        body.rich = True
    else:
        kept, found = without_uuencoded(part.content())
        text = decoded(kept, part.parameter("charset"))
        body.plain.append(text)
        body.html.append(f"<pre>{escape(text[:HTML_MAX])}</pre>" if text.strip() else "")
        for number, (name, content) in enumerate(found):
            file = File(f"{part.path}#{number}", _name(name, "file"), "application/octet-stream", len(content))
            body.files.append(file)


def _html(part: Part, body: _Body) -> tuple[str, str]:
    """Sanitised HTML and the same as plain text."""
    source = decoded(part.content(), part.parameter("charset"))
    if len(source) > HTML_MAX:
        body.notes.append(CUT)
    html = safe_html(source)
    if not html and source.strip() and (said := words_of(source)):
        body.notes.append(TANGLED)
        return "", said
    return html, text_of(html)


def _shown(body: _Body) -> tuple[str, str]:
    text = clean_text("\n\n".join(filter(None, (piece.strip() for piece in body.plain))), 4 * TEXT_MAX)
    text = "\n".join(row.rstrip() for row in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
    if len(text) > TEXT_MAX:
        body.notes.append(CUT)
        text = clean_text(text)
    html = "\n".join(filter(None, body.html)) if body.rich else ""
    return text, clean_text(html, len(html) + 1)


def _without_text(files: tuple[File, ...], notes: list[str]) -> str:
    named = ", ".join(file.name for file in files[:5])
    return f"[{named}]" if named else next(iter(notes), NOTHING)


def _with_inline(files: list[File], html: str) -> Iterator[File]:
    for file in files:
        named = file.content_id and f'src="cid:{escape(file.content_id)}"' in html
        yield replace(file, inline=True) if named else file


def _is_readable(part: Part) -> bool:
    return part.media_type in _READ_AS_TEXT or part.media_type == "text/html"


def _is_html(part: Part) -> bool:
    return part.media_type == "text/html" and _is_text(part)


def _is_text(part: Part) -> bool:
    """A part to be read, and no file that happens to hold text."""
    named = part.disposition == "attachment" or part.parameter("filename", "content-disposition")
    return not part.parts and not named


def _text(part: Part) -> str:
    return decoded(part.content(), part.parameter("charset"))


def _file(part: Part, number: int) -> File:
    content = part.content()
    named = part.parameter("filename", "content-disposition") or part.parameter("name")
    if not named and part.media_type == "message/rfc822":
        head = tree(content[:20_000].lstrip(b"\r\n")).root
        named = f"{words(head.value('subject'), 100) or 'mail'}.eml"
    content_id = part.value("content-id").strip().strip("<>")
    return File(
        path=part.path,
        name=_name(named, f"file-{number}"),
        media_type=line(part.media_type, 100),
        size=len(content),
        content_id=line(content_id, 300),
    )


def _name(named: str, otherwise: str) -> str:
    return clean_name(words(named, 400) or otherwise)
