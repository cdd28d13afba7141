"""X's webhooks as commands: of the Account Activity API, and of the X Activity API that takes its place.

https://docs.x.com/x-api/account-activity/introduction and …/x-api/activity/event-payloads
"""

from datetime import UTC, datetime

from backend.channels.base import AccountView, Event, event_id, unreadable
from backend.channels.reading import Json, moment, object_of, part, parts, string
from backend.channels.x import messages, posts
from omnix_protocol.channels import FaultKind, ReportChannelFault
from omnix_protocol.messages import DeliveryState, RecordSeen

EPOCH_MS = 1_288_834_974_657
"""X's ids hold the milliseconds since then in all but their last 22 bits."""
SLACK_MS = 1000
"""Between our clock and X's."""
_OF_THE_APP = frozenset({"user_event", "replay_job_status"})
REVOKED = "The user took the app's rights away in X: an administrator must enter new keys."


def events(account: AccountView, raw: bytes) -> list[Event]:
    """Those that are about this account; an app's one webhook may hear of several users."""
    body = object_of(raw)
    if "event_type" in part(body, "data"):
        return _activity(account, part(body, "data"))
    if revoked := _revoked(account, part(part(body, "user_event"), "revoke")):
        return revoked
    us = string(body, "for_user_id")
    if not us and not _OF_THE_APP & body.keys():
        unreadable("A webhook of X names a for_user_id; this does not.")
    if us != own_id(account):
        return []
    blocked = str(body.get("user_has_blocked", "")).lower() == "true"
    found = [
        *messages.events(account, us, body),
        *(posts.of_account_activity(account, us, it, blocked) for it in parts(body, "tweet_create_events")),
        *(posts.deleted(account, us, it) for it in parts(body, "tweet_delete_events")),
        *(_seen(account, us, it) for it in parts(body, "direct_message_mark_read_events")),
    ]
    return [event for event in found if event is not None]


def own_id(account: AccountView) -> str:
    """The user whom the account is: as it is set up, else as the access token begins. Raises Unreadable."""
    begins, dash, _ = account.secrets.get("access_token", "").strip().partition("-")
    ours = account.settings.get("user_id", "").strip() or (begins if dash else "")
    if not (ours.isascii() and ours.isdigit()):
        unreadable("This account does not say whose it is: enter the number of the user and replay.")
    return ours


def _activity(account: AccountView, data: Json) -> list[Event]:
    us, payload = string(part(data, "filter"), "user_id"), part(data, "payload")
    if data["event_type"] == "oauth.revoke":
        source = {"user_id": us or string(payload, "user_id")}
        return _revoked(account, {"source": source, "date_time": string(data, "event_uuid")})
    if us != own_id(account):
        return []
    match data["event_type"]:
        case "dm.received" | "dm.sent":
            return messages.events(account, us, payload)
        case "dm.read":
            seen = (_seen(account, us, it) for it in parts(payload, "direct_message_mark_read_events"))
            return [event for event in seen if event is not None]
        case "post.mention.create" | "post.reply.create" | "post.quote.create":
            event = posts.of_activity(account, us, payload, part(data, "includes"))
            return [] if event is None else [event]
    return []


def _seen(account: AccountView, us: str, event: Json) -> Event | None:
    """The customer has read up to a message, whose id holds the moment."""
    sender, last = string(event, "sender_id"), string(event, "last_read_event_id")
    if not sender or sender == us:
        return None
    until = _moment_of(last) or moment(event.get("created_timestamp"))
    if until is None:
        return None
    command = RecordSeen(channel_account_id=account.id, address=sender, state=DeliveryState.READ, until=until)
    return event_id(account.id, "read", f"{sender}:{last or until.isoformat()}"), command


def _moment_of(post_id: str) -> datetime | None:
    if not (post_id.isascii() and post_id.isdigit()) or len(post_id) > 19:
        return None
    return datetime.fromtimestamp(((int(post_id) >> 22) + EPOCH_MS + SLACK_MS) / 1000, UTC)


def _revoked(account: AccountView, revoke: Json) -> list[Event]:
    if string(part(revoke, "source"), "user_id") != own_id(account):
        return []
    command = ReportChannelFault(channel_account_id=account.id, fault=REVOKED, fault_kind=FaultKind.REFUSED)
    return [(event_id(account.id, "revoke", string(revoke, "date_time")), command)]
