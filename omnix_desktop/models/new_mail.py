"""The new mail being written (S3.22): one at a time, kept on this machine until it went out or was thrown away."""

import hashlib
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.filling import Filling
from omnix_desktop.models.kept import Kept
from omnix_desktop.models.queue import ChannelList
from omnix_desktop.models.uploading import Uploading
from omnix_desktop.models.why import Why
from omnix_protocol import capability, rules
from omnix_protocol.channels import Capabilities, ChannelAccount
from omnix_protocol.ids import ChannelAccountId, MessageId, new_id
from omnix_protocol.mails import WriteMail
from omnix_protocol.messages import Attachment


class MailValues(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands in it. `id` is the message's from the first letter: sent twice, it is one mail."""

    id: str = ""
    account_id: str = ""  # of the mailbox that it leaves; empty: nothing was filled in yet
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    handed: tuple[str, ...] = ()
    """Each content that was handed to the server under this id and may have gone out, as its digest."""


class NewMail(Uploading, Filling[MailValues]):
    KEY: ClassVar[str] = "new mail"

    went = Signal()  # it is gone: whatever shows it closes

    def __init__(self, channels: ChannelList, kept: Kept, catalogue: Catalogue, parent: QObject) -> None:
        self._channels, self._catalogue = channels, catalogue
        self.sending = False
        """On its way, whether or not a window shows it: nothing is written into it."""
        super().__init__(kept, self.KEY, lambda: MailValues(id=new_id()), MailValues, parent)

    def mailboxes(self) -> tuple[ChannelAccount, ...]:
        """Those that this user serves, by name: from them a mail can leave."""
        return tuple(account for account in self._channels.served if self._is_mailbox(account))

    def mailbox(self) -> ChannelAccount | None:
        """The one that was chosen, and no other where it is gone; before anything is filled in, the first."""
        boxes, chosen = self.mailboxes(), self.values.account_id
        return next((box for box in boxes if chosen in ("", box.id)), None)

    def fill(self, **fields: Any) -> None:
        """With the first letter it is settled which mailbox it leaves."""
        super().fill(**fields)
        mailbox = self.mailbox() if self.begun and not self.values.account_id else None
        if mailbox is not None:
            super().fill(account_id=mailbox.id)

    def no_mailbox(self) -> Why:
        """Why there is none that it could leave."""
        return Why("new_mail.mailbox_gone" if self.mailboxes() else "new_mail.no_mailbox")

    @property
    def able(self) -> Capabilities | None:
        """What its mailbox's channel takes."""
        mailbox = self.mailbox()
        return self._catalogue.capabilities(ChannelAccountId(mailbox.id)) if mailbox else None

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return self.values.attachments

    def attach(self, file: Attachment) -> None:
        self.fill(attachments=(*self.values.attachments, file))

    def detach(self, file: Attachment) -> None:
        self.fill(attachments=tuple(one for one in self.values.attachments if one != file))

    def attach_refusal(self, now: datetime) -> Why | None:  # noqa: ARG002  # a mail has no window that closes
        if self.mailbox() is None:
            return self.no_mailbox()
        able = self.able
        return None if able is not None and able.attachments else Why("new_mail.no_files")

    def refusal(self) -> Why | None:
        """Why it cannot go out so."""
        mailbox, values = self.mailbox(), self.values
        if mailbox is None:
            return self.no_mailbox()
        if (why := self.unready()) is not None:
            return why
        if not values.to:
            return Why("new_mail.to_missing")
        if not (values.text.strip() or values.attachments):
            return Why("refused.empty_text")
        able = self.able
        if able is not None:
            limit = rules.text_limit(self._catalogue.rules, able)
            if capability.text_length(values.text, able) > limit:
                return Why("refused.text_too_long", (("limit", limit),))
        return None

    def command(self, mailbox: ChannelAccount) -> WriteMail:
        values = self.values
        return WriteMail(
            message_id=MessageId(values.id),
            channel_account_id=ChannelAccountId(mailbox.id),
            to=values.to,
            cc=values.cc,
            bcc=values.bcc,
            subject=values.subject.strip(),
            text=values.text,
            attachments=values.attachments,
        )

    def hand_over(self, command: WriteMail) -> bool:
        """Written down before the server hears of it. Returns whether this is the first time."""
        content = _digest(command)
        first = content not in self.values.handed
        if first:
            self.fill(handed=(*self.values.handed, content))
            self.save()
        return first

    def send(self, on: bool) -> None:
        """It goes on its way, or has come to the end of it."""
        self.sending = on
        self.changed.emit()

    def went_out(self) -> None:
        self.clear()
        self.went.emit()

    def take_back(self, command: WriteMail) -> None:
        """The server has refused it: this content did not go out."""
        content = _digest(command)
        self.fill(handed=tuple(one for one in self.values.handed if one != content))

    @property
    def handed_once(self) -> bool:
        """Whatever went out under this id is what stands here."""
        return len(self.values.handed) == 1

    def begin_another(self) -> None:
        """An earlier wording went out: what stands here is a mail of its own."""
        self.fill(id=new_id(), handed=())
        self.save()

    def _is_mailbox(self, account: ChannelAccount) -> bool:
        able = self._catalogue.capabilities(ChannelAccountId(account.id))
        return able is not None and able.subject


def _digest(command: WriteMail) -> str:
    return hashlib.sha256(msgspec.json.encode(command)).hexdigest()
