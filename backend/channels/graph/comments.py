"""What comments of Facebook and Instagram have in common: their message, public and private answers, moderation.

Sources: Meta's "Webhooks for Pages" and the feed field of the Page's webhooks, "Webhooks for Instagram" and the
comments field, the Comment node, "Comment Moderation" and "Private Replies".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from backend.channels.base import AccountView, Event, Outbound, Outcome, Rejected, Sent, Unknown, event_id
from backend.channels.graph.calling import Upload, ask, node
from backend.channels.graph.sending import PRIVATE_REPLY_WINDOW, SendRules, private_reply
from backend.channels.reading import word
from omnix_protocol.capability import text_length
from omnix_protocol.content import Content, RemoteFile, Source, Topic
from omnix_protocol.messages import DELETED, ReceiveMessage, Sender


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as a webhook tells it; a conversation is one author's below one post."""

    id: str
    post_id: str
    author: Sender
    ours: bool
    text: str = ""
    revision: int = 0
    deleted: bool = False
    at: datetime | None = None
    parent_id: str = ""
    media: tuple[RemoteFile, ...] = ()
    source: Source | None = None
    topic: Topic | None = None

    def event(self, account: AccountView) -> Event:
        """The newest comment is what an answer answers, unless it quotes another."""
        shown_as = DELETED if self.deleted else "" if self.text else "comment"
        command = ReceiveMessage(
            channel_account_id=account.id,
            provider_id=self.id,
            sender=self.author,
            thread_key=self.post_id,
            text=self.text,
            shown_as=shown_as,
            provider_at=self.at,
            revision=self.revision,
            content=Content(source=self.source) if self.source else None,
            media=self.media,
            topic=self.topic,
            reply_to=self.parent_id,
            reply_handle="" if self.ours or self.deleted else self.id,
            quiet=self.deleted,
            elsewhere=self.ours,
        )
        return event_id(account.id, "comment", self.id, self.revision), command


def revision_at(seconds: int, deleted: bool) -> int:
    """A revision that grows with time, and in which a deletion comes after an edit of the same second."""
    return 2 * max(seconds, 1) + deleted


async def answer(
    account: AccountView, message: Outbound, http: httpx.AsyncClient, edge: str, public: SendRules, private: SendRules
) -> Outcome:
    """Below the comment for all to see, or once in private to its author."""
    target = message.reply_to or message.reply_handle
    if not target:
        return Rejected("There is no comment that this could answer.")
    if any((message.content.buttons, message.content.location, message.content.contacts)):
        return Rejected(f"{public.name} take texts only.")
    if message.content.private:
        return await _privately(account, message, http, target, private)
    limit, units = public.capabilities.text_max, text_length(message.text, public.capabilities)
    if units > limit:
        return Rejected(f"The text counts {units} {public.capabilities.text_unit}; {public.name} take {limit}.")
    if len(message.files) > public.capabilities.attachments_max:
        return Rejected(f"{public.name} take {public.capabilities.attachments_max or 'no'} files.")
    fields = {"message": message.text} if message.text else {}
    path = node(target, edge)
    if message.files:
        found = await ask(account, http, "POST", path, upload=Upload(message.files[0], fields, "source"))
    else:
        found = await ask(account, http, "POST", path, body=fields)
    if not isinstance(found, dict):
        return found
    comment_id = word(found, "id", 255)
    return Sent(comment_id) if comment_id else Unknown("Meta's answer does not name the comment.")


async def moderate(
    account: AccountView, http: httpx.AsyncClient, method: str, comment_id: str, body: dict[str, Any] | None = None
) -> Outcome:
    """Hide, show again, change or delete one."""
    if not comment_id:
        return Rejected("Meta's id of this comment is not known.")
    found = await ask(account, http, method, node(comment_id), body=body)
    if not isinstance(found, dict):
        return found
    return Sent(comment_id) if found.get("success") is True else Unknown("Meta's answer does not say that it was done.")


async def _privately(
    account: AccountView, message: Outbound, http: httpx.AsyncClient, target: str, rules: SendRules
) -> Outcome:
    if message.files:
        return Rejected("A private reply is a text.")
    at, commented_at = message.at, message.reply_handle_at
    if (
        at is not None
        and commented_at is not None
        and not message.reply_to
        and at - commented_at > PRIVATE_REPLY_WINDOW
    ):
        return Rejected("A comment can be answered in private for seven days; this one is older.")
    recipient = {"post_id" if target == message.thread_key else "comment_id": target}
    return await private_reply(account, recipient, message.text, http, rules)
