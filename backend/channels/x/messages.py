"""Direct messages in X's webhooks: the customer's, and ours where they were written in X itself."""

from backend.channels.base import AccountView, Event, event_id, line
from backend.channels.reading import Json, moment, part, parts, string
from backend.channels.x.wording import spoken
from omnix_protocol.content import Content, RemoteFile
from omnix_protocol.messages import ReceiveMessage, Sender

SHOWN_AS = {"photo": "photo", "video": "video", "animated_gif": "animation"}
_TYPES = {"photo": "image/jpeg", "video": "video/mp4", "animated_gif": "video/mp4"}


def events(account: AccountView, us: str, body: Json) -> list[Event]:
    found = (_event(account, us, event, part(body, "users")) for event in parts(body, "direct_message_events"))
    return [event for event in found if event is not None]


def _event(account: AccountView, us: str, event: Json, users: Json) -> Event | None:
    created = part(event, "message_create")
    sender_id, dm_id = string(created, "sender_id"), string(event, "id")
    ours = sender_id == us
    other = string(part(created, "target"), "recipient_id") if ours else sender_id
    if event.get("type") != "message_create" or not dm_id or not other or other == us:
        return None
    if ours and not _written_in_x(account, created):
        return None
    data = part(created, "message_data")
    media = media_object(data)
    link = string(media, "url")
    pressed = string(part(data, "quick_reply_response"), "metadata", 1000)
    text = spoken(string(data, "text", 20_000), part(data, "entities"), (link,) if link else ())
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=dm_id,
        sender=sender_of(other, part(users, other)),
        text=text,
        shown_as=SHOWN_AS.get(str(media.get("type")), "unsupported" if media or not text else ""),
        content=Content(chosen=pressed) if pressed else None,
        media=files(media),
        provider_at=moment(event.get("created_timestamp")),
        elsewhere=ours,
    )
    return event_id(account.id, "dm", dm_id), command


def _written_in_x(account: AccountView, created: Json) -> bool:
    """Whether we wrote this in another program. Not known without our app's id: then our own would come twice."""
    ours = account.settings.get("app_id", "")
    return bool(ours) and string(created, "source_app_id") != ours


def media_object(data: Json) -> Json:
    return part(part(data, "attachment"), "media")


def sender_of(user_id: str, user: Json) -> Sender:
    """A user in either of X's forms: the older has a screen_name, that of API v2 a username."""
    user = part(user, "data") or user
    handle = string(user, "screen_name") or string(user, "username")
    return Sender(address=user_id, name=line(string(user, "name"), 200), handle=line(handle, 200))


def files(media: Json) -> tuple[RemoteFile, ...]:
    """A photo lies at its address; of a video the best version that is one file."""
    kind = str(media.get("type"))
    url = string(media, "media_url_https", 2000) or string(media, "url", 2000)
    if kind != "photo":
        versions = [it for it in parts(part(media, "video_info"), "variants") if it.get("content_type") == "video/mp4"]
        best = max(versions, key=_bitrate, default=None)
        url = string(best, "url", 2000) if best is not None else ""
    if kind not in _TYPES or not url.startswith(("https://", "http://")):
        return ()
    name = url.partition("?")[0].rpartition("/")[2][-100:]
    return (RemoteFile(reference=url, name=name, media_type=_TYPES[kind]),)


def _bitrate(version: Json) -> int:
    value = version.get("bitrate")
    return value if isinstance(value, int) else 0
