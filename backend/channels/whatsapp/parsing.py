"""Webhooks of WhatsApp become commands: messages, reactions, edits, deletions, receipts, what we wrote elsewhere.

Sources: Meta's webhook reference of the WhatsApp Business Platform (messages, status, smb_message_echoes, edit,
revoke, system) and "Business-scoped user IDs".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from backend.channels.base import AccountView, Event, event_id, line, unreadable
from backend.channels.graph.entries import changes, entries, told_of
from backend.channels.graph.errors import explained
from backend.channels.reading import Json, ident, moment, part, parts, readable, word
from backend.channels.whatsapp.content import Said, said
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import DELETED, DeliveryState, ReceiveMessage, RecordDelivery, RecordReaction, Sender

OBJECT = "whatsapp_business_account"
PHONE_NUMBER_ID = "phone_number_id"
ADDRESS_MAX = 320
_STATES: Mapping[str, DeliveryState] = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,  # a voice message was listened to
    "failed": DeliveryState.FAILED,
}
_TRACKER = re.compile(r"omnix:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]{1,9})")


Reading = Callable[[], Iterable[Event]]


def tracker(message_id: MessageId, attempt: int) -> str:
    """What a sent message carries for us (`biz_opaque_callback_data`), and its receipts bring back."""
    return f"omnix:{message_id}:{attempt}"


def events(account: AccountView, raw: bytes) -> list[Event]:
    """In the order in which Meta tells them. Raises Unreadable."""
    ours = account.settings.get(PHONE_NUMBER_ID, "").strip()
    if not ours:
        unreadable("This account has no phone_number_id: enter it and replay.")
    found = [change for entry in entries(raw, OBJECT) for change in changes(entry)]
    others = {_number(value) for _, value in found} - {""}
    if others and ours not in others:
        unreadable(f"This is for the number {line(min(others), 60)}, and this account is {ours}.")
    told: list[Reading] = []
    for field, value in found:
        if _number(value) == ours:
            told.extend(_Change(account, _people(value)).told(field, value))
    return readable(told, lambda read: read())


def numbers_in(told: Json) -> list[str]:
    """The numbers of which a webhook tells."""
    return [_number(value) for entry in told_of(told, OBJECT) for _, value in changes(entry)]


def _number(value: Json) -> str:
    return word(part(value, "metadata"), PHONE_NUMBER_ID)


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of this account's number, and the people that it introduces."""

    account: AccountView
    people: Mapping[str, tuple[str, str]]  # name and username, by number and by user id

    def told(self, field: str, value: Mapping[str, Any]) -> Iterator[Reading]:
        """Each message and status, to be read by itself."""
        if field == "messages":
            for message in parts(value, "messages"):
                yield partial(self._message, message)
            for status in parts(value, "statuses"):
                yield partial(self._status, status)
        elif field == "smb_message_echoes":
            for message in parts(value, "message_echoes"):
                yield partial(self._message, message, elsewhere=True)

    def _message(self, message: Mapping[str, Any], *, elsewhere: bool = False) -> Iterator[Event]:
        kind, key = word(message, "type"), _id_of(message, "id")
        if word(message, "group_id"):
            return  # a group is a conversation among others
        if kind == "reaction":
            if not elsewhere:
                yield self._reaction(message, key)
        elif kind in ("edit", "revoke"):
            yield self._change(message, kind, key, elsewhere)
        else:
            command = self._received(message, key, said(message), elsewhere)
            yield event_id(self.account.id, "message", key), command

    def _change(self, message: Mapping[str, Any], kind: str, key: str, elsewhere: bool) -> Event:
        """A deletion counts more than an edit of the same second."""
        values = part(message, kind)
        original = _id_of(values, "original_message_id")
        told = Said(shown_as=DELETED) if kind == "revoke" else said(part(values, "message"))
        at = moment(message.get("timestamp"))
        revision = 2 * int(at.timestamp() if at else 0) + (2 if kind == "revoke" else 1)
        command = self._received(message, original, told, elsewhere, revision)
        return event_id(self.account.id, kind, original, key), command

    def _received(
        self, message: Mapping[str, Any], provider_id: str, told: Said, elsewhere: bool, revision: int = 0
    ) -> ReceiveMessage:
        content = part(part(message, "edit"), "message") or message
        return ReceiveMessage(
            channel_account_id=self.account.id,
            provider_id=provider_id,
            sender=self._sender(message, elsewhere),
            text=told.text,
            shown_as=told.shown_as,
            content=told.content,
            media=told.media,
            provider_at=_at(message),
            revision=revision,
            reply_to=ident(part(content, "context"), "id"),
            quiet=told.shown_as == "system",
            elsewhere=elsewhere,
        )

    def _sender(self, message: Mapping[str, Any], elsewhere: bool) -> Sender:
        """By number where WhatsApp tells it, else by the id that stands for this customer at this business."""
        number, user = ("to", "to_user_id") if elsewhere else ("from", "from_user_id")
        address, user_id = ident(message, number, ADDRESS_MAX), ident(message, user, ADDRESS_MAX)
        if not address and not user_id:
            unreadable(f"A message of WhatsApp has {number} or {user}; this has neither.")
        name, handle = self.people.get(address) or self.people.get(user_id) or ("", "")
        return Sender(address=address or user_id, name=name, handle=handle)

    def _reaction(self, message: Mapping[str, Any], key: str) -> Event:
        values = part(message, "reaction")
        original = _id_of(values, "message_id")
        command = RecordReaction(
            channel_account_id=self.account.id,
            provider_id=original,
            emoji=word(values, "emoji", 32),
            name=self._sender(message, elsewhere=False).name,
            provider_at=_at(message),
        )
        return event_id(self.account.id, "reaction", original, key), command

    def _status(self, status: Mapping[str, Any]) -> Iterator[Event]:
        key, word_of_it = _id_of(status, "id"), word(status, "status")
        state = _STATES.get(word_of_it)
        if state is None:
            return
        error = next(iter(parts(status, "errors")), {})
        failed = state is DeliveryState.FAILED
        ours = _TRACKER.fullmatch(word(status, "biz_opaque_callback_data"))
        command = RecordDelivery(
            channel_account_id=self.account.id,
            message_id=MessageId(ours[1]) if ours else None,
            provider_id=key,
            state=state,
            failure=explained(self.account, error) if failed else "",
            attempt=int(ours[2]) if ours else None,
        )
        yield event_id(self.account.id, "status", key, word_of_it), command


def _people(value: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    people: dict[str, tuple[str, str]] = {}
    for contact in parts(value, "contacts"):
        profile = part(contact, "profile")
        known = word(profile, "name"), word(profile, "username")
        for key in (ident(contact, "wa_id", ADDRESS_MAX), ident(contact, "user_id", ADDRESS_MAX)):
            if key:
                people[key] = known
    return people


def _at(message: Mapping[str, Any]) -> datetime | None:
    return moment(message.get("timestamp"))


def _id_of(values: Mapping[str, Any], key: str) -> str:
    return ident(values, key) or unreadable(f"WhatsApp names a message by {key}; here it is missing.")
