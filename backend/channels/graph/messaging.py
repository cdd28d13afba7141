"""The `messaging` and `standby` items that Messenger and Instagram have in common, as commands.

Sources: Meta's "Webhook Events Reference" of the Messenger Platform (messages, message_echoes, message_edits,
message_reactions, message_deliveries, message_reads, messaging_postbacks, messaging_referrals, messaging_handovers,
standby) and "Webhooks for Instagram Messaging".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from backend.channels.base import AccountView, Event, event_id, line, unreadable
from backend.channels.graph.attachments import address, attached, story
from backend.channels.graph.entries import changes, own_entries
from backend.channels.reading import ident, moment, part, parts, readable, text, word
from omnix_protocol.content import Content, Source
from omnix_protocol.ids import MessageId, is_id
from omnix_protocol.messages import (
    DELETED,
    DeliveryState,
    ReceiveMessage,
    RecordDelivery,
    RecordReaction,
    RecordSeen,
    Sender,
)

_HANDOVERS: Final = ("pass_thread_control", "take_thread_control", "request_thread_control")
_ENVELOPE: Final = frozenset({"sender", "recipient", "timestamp", "hop_context", "prior_message", "is_echo"})
_EMOJI: Final = {
    "smile": "😆", "laugh": "😆", "angry": "😠", "sad": "😢", "wow": "😮", "love": "❤️", "like": "👍", "dislike": "👎",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an entry: who talks with whom, and whether another app has the conversation."""

    account: AccountView
    values: dict[str, Any]
    customer: str
    ours: bool  # the page or the professional account did it
    standby: bool
    also_files: frozenset[str]

    @classmethod
    def of(
        cls, account: AccountView, our_id: str, values: dict[str, Any], standby: bool, also_files: frozenset[str]
    ) -> Self:
        sender, recipient = ident(part(values, "sender"), "id"), ident(part(values, "recipient"), "id")
        ours = part(values, "message").get("is_echo") is True or (sender == our_id and sender != "")
        return cls(account, values, recipient if ours else sender, ours, standby, also_files)

    @property
    def at(self) -> datetime | None:
        return moment(self.values.get("timestamp"))

    def body(self, key: str) -> dict[str, Any]:
        return part(self.values, key)

    def message(self, kind: str, provider_id: str, revision: int = 0, **fields: Any) -> Event:
        """A message of the customer's, or of ours from elsewhere; only noted while another app answers."""
        fields.setdefault("quiet", self.standby)
        command = ReceiveMessage(
            channel_account_id=self.account.id,
            provider_id=provider_id,
            sender=Sender(address=self.customer),
            provider_at=self.at,
            revision=revision,
            elsewhere=self.ours,
            **fields,
        )
        return event_id(self.account.id, kind, provider_id, revision), command

    def noted_id(self, kind: str) -> str:
        """An id for what Meta gives none: one customer does one thing at a time."""
        return f"{kind}:{self.customer[:180]}:{word(self.values, 'timestamp', 30)}"


def messaging_events(
    account: AccountView, raw: bytes, kind: str, our_id: str, also_files: frozenset[str] = frozenset()
) -> list[Event]:
    """The commands in a webhook of the object `kind`; what cannot be read holds up nothing that can.

    Raises Unreadable where nothing can, and where all is another page's.
    """
    items: list[Item] = []
    for entry in own_entries(raw, kind, our_id):
        told = [(it, False) for it in parts(entry, "messaging")] + [(it, True) for it in parts(entry, "standby")]
        told += [(it, False) for _, it in changes(entry) if part(it, "recipient")]
        items += [Item.of(account, our_id, values, standby, also_files) for values, standby in told]
    return readable(items, _events)


def _events(item: Item) -> list[Event]:
    for key, read in _READERS.items():
        if isinstance(item.values.get(key), dict):
            if not item.customer:
                unreadable(f"This event ({key}) does not say which customer it is about.")
            return read(item)
    unknown = next((key for key in item.values if key not in _ENVELOPE), "")
    if not item.customer or not unknown:
        return []  # about the page itself: roles of apps, policy
    # of a kind that nobody had heard of when this was written: it is seen, and it calls nobody
    noted = item.noted_id(line(unknown, 30))
    return [item.message("unknown", noted, text=line(unknown, 100), shown_as="unsupported", quiet=True)]


def _message(item: Item) -> list[Event]:
    message = item.body("message")
    mid = ident(message, "mid")
    if not mid:
        unreadable("A message of Meta has a mid; this has none.")
    if message.get("is_deleted") is True:
        return [item.message("deleted", mid, _later(item), shown_as=DELETED, quiet=True)]
    metadata = word(message, "metadata")
    if item.ours and is_id(metadata):
        return [_ours_arrived(item, mid, MessageId(metadata))]
    files = attached(message, item.also_files)
    content = Content(
        location=files.location,
        chosen=word(part(message, "quick_reply"), "payload", 1000),
        source=story(message) or files.source or _referral(part(message, "referral")),
    )
    words = text(message, "text")
    shown_as = files.shown_as or ("" if words else "unsupported")
    return [
        item.message(
            "message",
            mid,
            text=words or ("" if files.media else files.words),
            shown_as=shown_as,
            content=content if content != Content() else None,
            media=files.media,
            reply_to=ident(part(message, "reply_to"), "mid"),
        )
    ]


def _ours_arrived(item: Item, mid: str, message_id: MessageId) -> Event:
    """Our own comes back: whatever became of the answer to its sending, Meta has it."""
    command = RecordDelivery(
        channel_account_id=item.account.id, message_id=message_id, provider_id=mid, state=DeliveryState.SENT
    )
    return event_id(item.account.id, "echo", mid), command


def _edit(item: Item) -> list[Event]:
    edit = item.body("message_edit")
    mid, times = ident(edit, "mid"), word(edit, "num_edit", 10)
    if not mid:
        unreadable("An edit of Meta has a mid; this has none.")
    words = text(edit, "text")
    if not words or times == "0":
        return []  # Instagram tells so of messages that nobody has changed
    revision = int(times) if times.isascii() and times.isdigit() and len(times) < 10 else 1
    return [item.message("edit", mid, revision, text=words)]


def _later(item: Item) -> int:
    """A revision after every edit: those are counted, this is a time."""
    at = item.at
    return max(1_000_000, int(at.timestamp() * 1000)) if at is not None else 1_000_000


def _postback(item: Item) -> list[Event]:
    postback = item.body("postback")
    title = text(postback, "title")
    content = Content(chosen=word(postback, "payload", 1000), source=_referral(part(postback, "referral")))
    mid = ident(postback, "mid") or item.noted_id("postback")
    shown_as = "" if title else "postback"
    return [item.message("postback", mid, text=title, shown_as=shown_as, content=content)]


def _referred(item: Item) -> list[Event]:
    """Somebody came to a conversation that there is by a link or an advertisement, and wrote nothing."""
    content = Content(source=_referral(item.body("referral")))
    provider_id = item.noted_id("referral")
    return [item.message("referral", provider_id, shown_as="referral", content=content, quiet=True)]


def _referral(referral: dict[str, Any]) -> Source | None:
    if not referral:
        return None
    ad, product = part(referral, "ads_context_data"), part(referral, "product")
    from_ad = word(referral, "source") == "ADS" or bool(ad or word(referral, "ad_id"))
    return Source(
        kind="ad" if from_ad else "product" if product else "link",
        title=word(ad, "ad_title", 1000) or word(product, "id"),
        text=word(referral, "ref", 1000),
        url=address(referral, "referer_uri") or address(ad, "video_url", "photo_url"),
    )


def _reaction(item: Item) -> list[Event]:
    reaction = item.body("reaction")
    mid = ident(reaction, "mid")
    if not mid:
        unreadable("A reaction of Meta names the message by a mid; this does not.")
    if item.ours:
        return []
    taken_back = word(reaction, "action") == "unreact"
    emoji = "" if taken_back else word(reaction, "emoji", 32) or _EMOJI.get(word(reaction, "reaction"), "❔")
    command = RecordReaction(channel_account_id=item.account.id, provider_id=mid, emoji=emoji, provider_at=item.at)
    return [(event_id(item.account.id, "reaction", mid, f"{word(item.values, 'timestamp', 30)}:{emoji}"), command)]


def _delivery(item: Item) -> list[Event]:
    delivery = item.body("delivery")
    mids = delivery.get("mids")
    named = [ident({"mid": it}, "mid") for it in mids if isinstance(it, str)] if isinstance(mids, list) else []
    each = [_receipt(item, mid, DeliveryState.DELIVERED) for mid in named if mid]
    return each + _until(item, delivery, DeliveryState.DELIVERED)


def _read(item: Item) -> list[Event]:
    """Messenger names a moment, Instagram a message."""
    read = item.body("read")
    mid = ident(read, "mid")
    return [_receipt(item, mid, DeliveryState.READ)] if mid else _until(item, read, DeliveryState.READ)


def _receipt(item: Item, mid: str, state: DeliveryState) -> Event:
    command = RecordDelivery(channel_account_id=item.account.id, provider_id=mid, state=state)
    return event_id(item.account.id, state, mid), command


def _until(item: Item, receipt: dict[str, Any], state: DeliveryState) -> list[Event]:
    until = moment(receipt.get("watermark"))
    if until is None:
        return []
    command = RecordSeen(channel_account_id=item.account.id, address=item.customer, state=state, until=until)
    return [(event_id(item.account.id, f"{state}_until", item.customer, until.isoformat()), command)]


def _handover(kind: str) -> Callable[[Item], list[Event]]:
    def read(item: Item) -> list[Event]:
        """Another app gives us the conversation, has taken it, or asks for it; what it says about it is shown."""
        handover, our_app = item.body(kind), item.account.settings.get("app_id", "")
        new_owner = word(handover, "new_owner_app_id")
        to_us = kind == "pass_thread_control" and (not our_app or new_owner in ("", our_app))
        said = text(handover, "metadata")
        return [item.message("handover", item.noted_id(kind), text=said, shown_as=kind, quiet=not to_us)]

    return read


_READERS: Final[dict[str, Callable[[Item], list[Event]]]] = {
    "message": _message,
    "message_edit": _edit,
    "postback": _postback,
    "reaction": _reaction,
    "delivery": _delivery,
    "read": _read,
    "referral": _referred,
    **{kind: _handover(kind) for kind in _HANDOVERS},
}
