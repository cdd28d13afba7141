"""What the customer will read: a reply, or a comment that everybody reads."""

from datetime import datetime

from msgspec.structs import replace
from PySide6.QtCore import QObject

from omnix_desktop.cache.beside import Beside
from omnix_desktop.cache.queries import thread as thread_queries
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.channel_composer import ChannelComposer
from omnix_desktop.models.composer import Drafts, Mode
from omnix_desktop.models.source import Source
from omnix_desktop.models.uploading import Uploading
from omnix_desktop.models.why import Why
from omnix_protocol import capability
from omnix_protocol.base import Command
from omnix_protocol.channels import Capabilities
from omnix_protocol.content import LINE_MAX, Content, Mail
from omnix_protocol.conversations import HELD, Status
from omnix_protocol.ids import ConversationId, InteractionId, MessageId, new_id
from omnix_protocol.messages import Attachment, Message, SendMessage
from omnix_protocol.rules import window_closes_at


class CustomerComposer(ChannelComposer):
    """Within what the channel can; where it has comments, for whose eyes the text is, and whom it mentions."""

    @property
    def private(self) -> bool:
        """A public comment is answered in private."""
        return self.beside.content.private

    @property
    def is_public(self) -> bool:
        """Everybody reads what is written here."""
        return self.able is not None and self.able.comments and not self.private

    @property
    def is_empty(self) -> bool:
        return not self.attachments and self.text.strip() in ("", self._mention().strip())

    def answer_in_private(self, private: bool) -> None:
        """Where the channel takes it; it is for the next message alone."""
        self._take_mention_off()
        private = private and self.able is not None and self.able.private_reply
        self._put_beside(replace(self.beside, content=replace(self.beside.content, private=private)))

    def begin(self) -> None:
        """Somebody is about to write: a public comment begins with whom it is for (S0.27)."""
        mention = self._mention()
        if mention and not self.text:
            self.text = mention
            self.replaced.emit(mention)

    def leave(self) -> None:
        self._take_mention_off()
        super().leave()

    def _put_beside(self, beside: Beside) -> None:
        self.beside = beside
        self._save_soon()

    def _mention(self) -> str:
        return f"@{self.facts.handle} " if self.is_public and self.facts and self.facts.handle else ""

    def _take_mention_off(self) -> None:
        """What stands there alone was not written by anybody."""
        if self.text and self.is_empty:
            self.text = ""
            self.replaced.emit("")
            if self._before:
                self.save()


class ReplyComposer(Uploading, CustomerComposer):
    """What the customer will read."""

    mode = Mode.REPLY

    def __init__(
        self, source: Source, drafts: Drafts, catalogue: Catalogue, conversation_id: ConversationId, parent: QObject
    ) -> None:
        self._quoted: Message | None = None  # as it was last seen
        super().__init__(source, drafts, catalogue, conversation_id, parent)

    @property
    def is_spare(self) -> bool:
        return super().is_spare and not self.uploading and self.beside.is_nothing

    @property
    def quoting(self) -> Message | None:
        """The message that it answers, as far as it is known here."""
        answered = self.beside.reply_to
        if answered is not None and (self._quoted is None or self._quoted.id != answered):
            found = thread_queries.entry(self._source.reader, "Message", answered)
            self._quoted = found if isinstance(found, Message) else None
        return None if answered is None else self._quoted

    def quote(self, message: Message | None) -> None:
        """It answers this message; None: it answers none."""
        self._quoted = message
        self._put_beside(replace(self.beside, reply_to=None if message is None else MessageId(message.id)))

    def set_copies(self, cc: tuple[str, ...], bcc: tuple[str, ...]) -> None:
        self._put_mail(replace(self.beside.mail, cc=cc, bcc=bcc))

    def set_subject(self, subject: str, given: str) -> None:
        """`given` is what stands there by itself: that is not written down."""
        words = " ".join(subject.split())[:LINE_MAX]
        self._put_mail(replace(self.beside.mail, subject="" if words == given else words))

    def attach(self, file: Attachment) -> None:
        self.attachments = (*self.attachments, file)
        self._save_soon()

    def detach(self, file: Attachment) -> None:
        self.attachments = tuple(one for one in self.attachments if one != file)
        self._save_soon()

    def refusal(self, now: datetime) -> Why | None:
        empty = Why("refused.empty_text") if self.is_empty else None
        return self.blocked(now) or self.unready() or empty or self._too_long()

    def blocked(self, now: datetime) -> Why | None:
        """Why nothing at all can be sent here right now."""
        facts = self.facts
        if facts is None or facts.interaction is None:
            return Why("composer.not_here")
        it = facts.interaction
        if it.status is Status.BOT:
            return Why("composer.bot_answers")
        if it.status not in HELD:
            return Why("composer.not_picked_up" if it.ended_at is None else "composer.ended")
        if it.owner_id != self._source.user_id:
            return Why("refused.not_owner", (("name", it.owner_name),))
        if facts.account is not None and not facts.account.active:
            return Why("refused.channel_inactive")
        closes_at = (
            window_closes_at(facts.channel.capabilities, facts.conversation.last_inbound_at) if facts.channel else None
        )
        return Why("composer.window_closed") if closes_at is not None and closes_at <= now else None

    def attach_refusal(self, now: datetime) -> Why | None:
        """Why no file can go with it: the channel's own reason, named (S0.32)."""
        blocked = self.blocked(now)
        channel = self.facts.channel if self.facts else None
        if blocked is not None or channel is None or channel.capabilities.attachments:
            return blocked
        return Why("composer.no_attachments", (("channel", channel.name),))

    def commands(self) -> list[Command]:
        facts = self.facts
        if facts is None or facts.interaction is None:
            return []
        able = self.able or Capabilities(text_max=0)
        seen = thread_queries.extent(self._source.reader, self.conversation_id).last
        content = replace(self.beside.content, mail=self.beside.content.mail if able.subject else None)
        return [
            SendMessage(
                message_id=MessageId(new_id()),
                conversation_id=self.conversation_id,
                interaction_id=InteractionId(facts.interaction.id),
                text=text,
                attachments=files,
                seen_position=seen,
                content=None if content == Content() else content,
                reply_to=None if place else self.beside.reply_to,
            )
            for place, (text, files) in enumerate(capability.split(able, self.text.strip(), self.attachments))
        ]

    def _put_mail(self, mail: Mail) -> None:
        """Nothing in it is what the server says itself: the customer, and `Re:` with the conversation's subject."""
        kept = None if mail == Mail() else mail
        if kept != self.beside.content.mail:
            self._put_beside(replace(self.beside, content=replace(self.beside.content, mail=kept)))
