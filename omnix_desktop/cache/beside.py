"""What goes with a reply besides its text and its files: for whose eyes it is, a mail's head, whom it quotes."""

from typing import Final

import msgspec
from msgspec.structs import replace

from omnix_protocol.content import ADDRESSES_MAX, Content, Mail
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import SendMessage
from omnix_protocol.text import encode_storable


class Beside(msgspec.Struct, frozen=True, omit_defaults=True):
    """In the row of its draft, so that no text is ever without it: a private reply must not become a public one."""

    content: Content = Content()
    reply_to: MessageId | None = None

    @property
    def mail(self) -> Mail:
        return self.content.mail or Mail()

    @property
    def is_nothing(self) -> bool:
        return self == NOTHING


NOTHING: Final = Beside()


def beside_of(command: SendMessage) -> Beside:
    return Beside(command.content or Content(), command.reply_to)


def read_beside(raw: bytes) -> Beside:
    """What an older or newer release wrote and this one cannot read is nothing."""
    try:
        return msgspec.json.decode(raw, type=Beside)
    except msgspec.MsgspecError:
        return NOTHING


def write_beside(beside: Beside) -> bytes:
    return encode_storable(beside)


def joined(given: Beside, there: Beside) -> Beside:
    """Of two replies that become one: private where one of them was, to all who were to have a copy."""
    ours, theirs = given.mail, there.mail
    mail = replace(
        theirs,
        subject=theirs.subject or ours.subject,
        cc=tuple(dict.fromkeys((*ours.cc, *theirs.cc)))[:ADDRESSES_MAX],
        bcc=tuple(dict.fromkeys((*ours.bcc, *theirs.bcc)))[:ADDRESSES_MAX],
    )
    private = given.content.private or there.content.private
    content = replace(given.content, private=private, mail=None if mail == Mail() else mail)
    return Beside(content, there.reply_to or given.reply_to)
