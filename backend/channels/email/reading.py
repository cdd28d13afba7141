"""A mail as commands: a customer's message with its thread and files, or what became of a mail of ours."""

import hashlib
import re
from html import escape, unescape

import msgspec

from backend.channels.base import AccountView, Event, clean_text, event_id, line
from backend.channels.email.bounces import Bounce, bounces_in
from backend.channels.email.headers import Address
from backend.channels.email.html import REMOTE
from backend.channels.email.loops import LOOPED
from backend.channels.email.mime import body_of, tree
from backend.channels.email.parsing import File, Mail, read_mail
from backend.channels.email.threads import normal_subject, own_message, thread_key
from omnix_protocol.content import Content, RemoteFile, Topic
from omnix_protocol.content import Mail as MailHead
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery, Sender

HTML = "html"
"""The reference of a mail's own text as sanitised HTML."""
FILE = "part"
"""Before the path of a part: the reference of a file; the HTML names pictures so (`src="cid:part2.1"`)."""
NOBODY = "unknown@invalid"
"""Who wrote a mail that names no sender (RFC 2606)."""
FILES_MAX = 99
HANDLE_MAX = 500


class Handle(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an answer needs of the mail that it answers; kept as JSON of at most 500 characters."""

    id: str = ""  # its Message-ID
    first: str = ""  # the mail that began the thread
    to: str = ""  # where answers are wanted, if not where it came from


def events_of(account: AccountView, mailbox: str, raw: bytes) -> list[Event]:
    """Never raises: whatever came to a mailbox is a mail."""
    looped = raw.startswith(LOOPED)
    raw = raw.removeprefix(LOOPED)
    mail = read_mail(raw, mailbox)
    if own_message(mail.message_id) is not None and mail.sender.address.lower() == mailbox:
        return []  # our own, which stands in its conversation already
    if mail.signs.bounce:
        told = [_undelivered(account, bounce, raw) for bounce in bounces_in(tree(raw).root) if bounce.failed]
        if events := [event for event in told if event is not None]:
            return events
    return [_received(account, mail, raw, looped=looped)]


def shown_html(mail: Mail) -> str:
    """The whole mail as HTML that is safe to show; "" where the message's text is all there is."""
    html = mail.html
    if not html and (mail.folded.quoted or mail.folded.signature):
        said, signature, quoted = (
            escape(text) for text in (mail.folded.said, mail.folded.signature, mail.folded.quoted)
        )
        html = f"<pre>{said}</pre>"
        html += f'<pre class="moz-signature">{signature}</pre>' if signature else ""
        html += f'<blockquote type="cite" class="gmail_quote"><pre>{quoted}</pre></blockquote>' if quoted else ""
    paths = {file.content_id: file.path for file in mail.files if file.content_id}
    return re.sub(r'src="cid:([^"]*)"', lambda match: _picture(unescape(match[1]), paths), html)


def _picture(content_id: str, paths: dict[str, str]) -> str:
    return f'src="cid:{FILE}{paths[content_id]}"' if content_id in paths else 'src=""'


def _undelivered(account: AccountView, bounce: Bounce, raw: bytes) -> Event | None:
    if bounce.ours is None:
        return None
    message_id, attempt = bounce.ours
    command = RecordDelivery(
        channel_account_id=account.id,
        message_id=MessageId(message_id),
        state=DeliveryState.FAILED,
        failure=bounce.said or "The mail did not arrive.",
        attempt=attempt,
    )
    return event_id(account.id, "bounce", message_id, f"{attempt} {_digest(raw)}"), command


def _received(account: AccountView, mail: Mail, raw: bytes, *, looped: bool) -> Event:
    html = shown_html(mail)
    provider_id = _provider_id(mail, raw)
    sender = mail.sender if mail.sender.address else Address(NOBODY)
    signs = mail.signs
    answered = next(iter((*mail.in_reply_to, *reversed(mail.references))), "")
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=provider_id,
        sender=Sender(address=sender.address.lower(), name=sender.name, handle=""),
        thread_key=thread_key(mail.message_id or provider_id, mail.in_reply_to, mail.references, mail.subject),
        text=_said(mail),
        shown_as="loop" if looped else signs.shown_as,
        provider_at=mail.date,
        content=Content(mail=_head(mail, html)),
        media=_media(mail, html),
        topic=Topic(title=line(normal_subject(mail.subject), 200)) if mail.subject else None,
        reply_to=answered if len(answered) <= 255 else "",
        reply_handle=_handle(mail),
        quiet=looped or signs.quiet,
    )
    return event_id(account.id, "mail", provider_id), command


def _said(mail: Mail) -> str:
    """What was said now; the quotations stand in the HTML. What could not be shown is said at the end."""
    said = mail.folded.said or mail.text
    noted = [f"[{note}]" for note in mail.notes if note != said]
    return clean_text("\n\n".join((said, *noted)))


def _head(mail: Mail, html: str) -> MailHead:
    return MailHead(
        subject=mail.subject,
        sender=mail.sender.address,
        to=tuple(person.address for person in mail.to),
        cc=tuple(person.address for person in mail.cc),
        remote_content=f" {REMOTE}=" in html,
        automatic=not mail.signs.answerable,
    )


def _media(mail: Mail, html: str) -> tuple[RemoteFile, ...]:
    body = (
        (RemoteFile(reference=HTML, name="mail.html", media_type="text/html", inside=True, body=True),) if html else ()
    )
    return body + tuple(_remote(file) for file in mail.files[:FILES_MAX])


def _remote(file: File) -> RemoteFile:
    return RemoteFile(
        reference=f"{FILE}{file.path}", name=file.name, media_type=file.media_type, size=file.size, inside=True
    )


def _handle(mail: Mail) -> str:
    first = next(iter((*mail.references, *mail.in_reply_to)), "")
    wanted = mail.reply_to[0].address if mail.reply_to else ""
    whole = Handle(
        id=mail.message_id,
        first=first if first != mail.message_id else "",
        to="" if wanted == mail.sender.address else wanted,
    )
    for handle in (whole, Handle(id=whole.id, to=whole.to), Handle(to=whole.to), Handle()):
        text = msgspec.json.encode(handle).decode()
        if len(text) <= HANDLE_MAX:
            return text
    return ""


def handle_of(text: str) -> Handle:
    try:
        return msgspec.json.decode(text, type=Handle)
    except msgspec.MsgspecError:
        return Handle()


def _provider_id(mail: Mail, raw: bytes) -> str:
    """Its Message-ID and, because senders use one for many mails, a digest of what it says."""
    if not mail.message_id:
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"
    told = "\x1f".join((mail.sender.address, mail.subject, str(mail.date))).encode()
    return f"{mail.message_id[:200]} {_digest(told + body_of(raw))}"


def provider_message_id(provider_id: str) -> str:
    """The Message-ID in a message's provider id; "" where the mail had none."""
    found = provider_id.partition(" ")[0]
    return found if found.startswith("<") and found.endswith(">") else ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
