"""Posts of others that are about us: mentions, answers and quotes, as comments of a public thread."""

from backend.channels.base import AccountView, Event, event_id, line
from backend.channels.reading import Json, moment, part, parts, string
from backend.channels.x.messages import SHOWN_AS, files, sender_of
from backend.channels.x.threads import MENTIONS, thread_of
from backend.channels.x.wording import spoken
from omnix_protocol.content import Content, RemoteFile, Source, Topic
from omnix_protocol.messages import DELETED, ReceiveMessage, Sender


def of_account_activity(account: AccountView, us: str, post: Json, blocked: bool) -> Event | None:
    """A post in the form of the older API. It does not name its thread."""
    author, post_id = part(post, "user"), string(post, "id_str")
    author_id = string(author, "id_str")
    if not post_id or not author_id or author_id == us or part(post, "retweeted_status"):
        return None
    whole = part(post, "extended_tweet")
    shown = [*parts(part(whole or post, "extended_entities"), "media")]
    shown = shown or parts(part(whole or post, "entities"), "media")
    links = tuple(string(it, "url") for it in shown if string(it, "url"))
    text = spoken(
        string(whole, "full_text", 30_000) or string(post, "text", 30_000), part(whole or post, "entities"), links
    )
    quoted = part(post, "quoted_status")
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=post_id,
        sender=sender_of(author_id, author),
        thread_key=thread_of(""),
        text=text,
        shown_as=_shown_as(shown, text),
        content=_quoting(string(quoted, "text", 1000), string(quoted, "id_str")),
        media=tuple(file for it in shown for file in files(it)),
        reply_to=string(post, "in_reply_to_status_id_str"),
        reply_handle=post_id,
        provider_at=moment(post.get("timestamp_ms")),
        quiet=blocked,
    )
    return event_id(account.id, "post", post_id), command


def of_activity(account: AccountView, us: str, post: Json, includes: Json) -> Event | None:
    """A post in the form of API v2, which names its thread. Told as a mention and as an answer, it is one."""
    author_id, post_id = string(post, "author_id"), string(post, "id")
    if not post_id or not author_id or author_id == us:
        return None
    referenced = {string(it, "type"): string(it, "id") for it in parts(post, "referenced_tweets")}
    known = {string(it, "id"): it for it in map(_unwrapped, parts(includes, "tweets"))}
    users = {string(it, "id"): it for it in map(_unwrapped, parts(includes, "users"))}
    shown = [_unwrapped(it) for it in parts(includes, "media")]
    text = spoken(
        string(part(post, "note_tweet"), "text", 30_000) or string(post, "text", 30_000), part(post, "entities")
    )
    thread, quoted = string(post, "conversation_id", 30), referenced.get("quoted", "")
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=post_id,
        sender=sender_of(author_id, users.get(author_id, {})),
        thread_key=thread_of(thread),
        text=text,
        shown_as=_shown_as(shown, text),
        content=_quoting(string(known.get(quoted, {}), "text", 1000), quoted),
        media=tuple(file for it in shown for file in _of_v2(it)),
        topic=_topic(thread, post if thread == post_id else known.get(thread, {})),
        reply_to=string(post, "in_reply_to_tweet_id") or referenced.get("replied_to", ""),
        reply_handle=post_id,
        provider_at=moment(post.get("created_at")),
    )
    return event_id(account.id, "post", post_id), command


def deleted(account: AccountView, us: str, event: Json) -> Event | None:
    """A post that its author took back."""
    status = part(event, "status")
    author_id, post_id = string(status, "user_id"), string(status, "id")
    if not author_id or not post_id or author_id == us:
        return None
    when = moment(event.get("timestamp_ms"))
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=post_id,
        sender=Sender(address=author_id),
        thread_key=MENTIONS,
        shown_as=DELETED,
        revision=max(1, int(when.timestamp() * 1000)) if when else 1,
        quiet=True,
    )
    return event_id(account.id, "post-deleted", post_id), command


def _unwrapped(value: Json) -> Json:
    return part(value, "data") or value


def _shown_as(shown: list[Json], text: str) -> str:
    kind = SHOWN_AS.get(str(shown[0].get("type")), "unsupported") if shown else ""
    return kind or ("" if text else "unsupported")


def _quoting(text: str, post_id: str) -> Content | None:
    return Content(source=Source(kind="post", text=text, url=_url(post_id))) if post_id else None


def _topic(thread: str, first: Json) -> Topic | None:
    """The post at the top of the thread, where X sent it along."""
    text = spoken(string(first, "text", 900), {})
    return Topic(title=line(text, 200), text=text, url=_url(thread)) if text else None


def _url(post_id: str) -> str:
    return f"https://x.com/i/status/{post_id}"


def _of_v2(media: Json) -> tuple[RemoteFile, ...]:
    """API v2 names addresses and versions otherwise; what is left is the same."""
    versions = [{**it, "bitrate": it.get("bit_rate")} for it in parts(media, "variants")]
    return files({**media, "media_url_https": media.get("url"), "video_info": {"variants": versions}})
