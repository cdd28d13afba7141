"""The objects in X's webhooks as documented: users, direct messages and posts in the form of the older API."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TEXT_SHOWN = 140
"""A post over 280 characters comes cut to so many, and whole in `extended_tweet`."""


@dataclass(frozen=True)
class Person:
    """An X user."""

    id: str
    name: str
    screen_name: str

    def in_dm(self) -> dict[str, Any]:
        """As in the map `users`."""
        return {
            "id": self.id, "created_timestamp": "1422556069340", "name": self.name, "screen_name": self.screen_name,
            "protected": False, "verified": False, "followers_count": 22, "friends_count": 45, "statuses_count": 494,
            "profile_image_url_https": "https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png",
        }  # fmt: skip

    def in_post(self) -> dict[str, Any]:
        return {
            "id": int(self.id), "id_str": self.id, "name": self.name, "screen_name": self.screen_name,
            "location": None, "url": None, "description": None, "protected": False, "verified": False,
            "followers_count": 22, "friends_count": 45, "statuses_count": 494, "default_profile_image": True,
        }  # fmt: skip


@dataclass(frozen=True)
class Post:
    """A post as X keeps it; `conversation` is the id of the first post of the thread."""

    id: str
    author: Person
    text: str
    conversation: str
    answers: "Post | None" = None
    mentions: tuple[Person, ...] = ()
    media: tuple[dict[str, Any], ...] = ()
    quotes: "Post | None" = None
    repeats: "Post | None" = None  # of which it is a repost
    attached: tuple[bytes, ...] = ()  # files of ours


def direct_message(
    event_id: str, sender: Person, recipient: Person, text: str, media: dict[str, Any] | None, app_id: str = ""
) -> dict[str, Any]:
    """One of `direct_message_events`."""
    link = [] if media is None else [_link(media["url"], media["expanded_url"], media["display_url"], len(text) + 1)]
    data: dict[str, Any] = {
        "text": text if media is None else f"{text} {media['url']}",
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": link},
    }
    if media is not None:
        data["attachment"] = {"type": "media", "media": media}
    created: dict[str, Any] = {"target": {"recipient_id": recipient.id}, "sender_id": sender.id, "message_data": data}
    if app_id:
        created["source_app_id"] = app_id
    return {"type": "message_create", "id": event_id, "created_timestamp": str(now_ms()), "message_create": created}


def media_of_dm(base: str, dm_id: str, media_id: str, kind: str, name: str) -> dict[str, Any]:
    """The media object of a direct message; `kind`: photo, video or animated_gif.

    A photo lies where only a signed request reads it; of a video the picture does.
    """
    address = f"{base}/1.1/ton/data/dm/{dm_id}/{media_id}/{name}"
    media = {
        "id": int(media_id), "id_str": media_id, "indices": [1, 24], "media_url": address, "media_url_https": address,
        "url": f"https://t.co/{media_id[-10:]}", "display_url": f"pic.twitter.com/{media_id[-10:]}",
        "expanded_url": f"https://twitter.com/messages/media/{dm_id}", "type": kind,
        "sizes": {"thumb": {"w": 150, "h": 150, "resize": "crop"}, "large": {"w": 1080, "h": 1080, "resize": "fit"}},
    }  # fmt: skip
    if kind != "photo":
        variants = [
            {"bitrate": 256_000, "content_type": "video/mp4", "url": f"{base}/dm_video/{media_id}/vid/480x270/{name}"},
            {"bitrate": 832_000, "content_type": "video/mp4", "url": f"{base}/dm_video/{media_id}/vid/640x360/{name}"},
            {"content_type": "application/x-mpegURL", "url": f"{base}/dm_video/{media_id}/pl/{name}.m3u8"},
        ]
        media["video_info"] = {"aspect_ratio": [16, 9], "duration_millis": 4_000, "variants": variants}
    return media


def media_of_post(base: str, media_id: str, name: str) -> dict[str, Any]:
    """A photo of a post: anybody may read it."""
    return {
        "id": int(media_id), "id_str": media_id, "indices": [0, 23], "type": "photo",
        "media_url": f"{base}/media/{name}", "media_url_https": f"{base}/media/{name}",
        "url": f"https://t.co/{media_id[-10:]}", "display_url": f"pic.x.com/{media_id[-10:]}",
        "expanded_url": f"https://x.com/i/status/{media_id}/photo/1",
        "sizes": {"thumb": {"w": 150, "h": 150, "resize": "crop"}},
    }  # fmt: skip


def tweet(post: Post) -> dict[str, Any]:
    """One of `tweet_create_events`."""
    long = len(post.text) > 280
    entities = _entities(post)
    told: dict[str, Any] = {
        "created_at": datetime.now(UTC).strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "id": int(post.id), "id_str": post.id,
        "text": f"{post.text[: TEXT_SHOWN - 1]}…" if long else post.text,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>', "truncated": long,
        "in_reply_to_status_id": None, "in_reply_to_status_id_str": None, "in_reply_to_user_id": None,
        "in_reply_to_user_id_str": None, "in_reply_to_screen_name": None, "user": post.author.in_post(),
        "is_quote_status": post.quotes is not None, "quote_count": 0, "reply_count": 0, "retweet_count": 0,
        "favorite_count": 0, "entities": entities, "favorited": False, "retweeted": False, "filter_level": "low",
        "lang": "in", "timestamp_ms": str(now_ms()),
    }  # fmt: skip
    if long:
        whole = {"full_text": post.text, "display_text_range": [0, len(post.text)], "entities": entities}
        told |= {"display_text_range": [0, TEXT_SHOWN], "extended_tweet": whole}
    if post.media:
        told["extended_entities"] = {"media": list(post.media)}
    if post.answers is not None:
        to = post.answers
        told |= {"in_reply_to_status_id": int(to.id), "in_reply_to_status_id_str": to.id}
        told |= {"in_reply_to_user_id": int(to.author.id), "in_reply_to_user_id_str": to.author.id}
        told["in_reply_to_screen_name"] = to.author.screen_name
    if post.quotes is not None:
        told |= {"quoted_status_id": int(post.quotes.id), "quoted_status_id_str": post.quotes.id}
        told["quoted_status"] = tweet(post.quotes)
    if post.repeats is not None:
        told["retweeted_status"] = tweet(post.repeats)
    return told


def _entities(post: Post) -> dict[str, Any]:
    mentions = []
    for person in post.mentions:
        at = max(0, post.text.find(f"@{person.screen_name}"))
        mentions.append({
            "screen_name": person.screen_name, "name": person.name, "id": int(person.id), "id_str": person.id,
            "indices": [at, at + len(person.screen_name) + 1],
        })  # fmt: skip
    entities: dict[str, Any] = {"hashtags": [], "urls": [], "user_mentions": mentions, "symbols": []}
    return entities | ({"media": list(post.media)} if post.media else {})


def _link(url: str, expanded: str, display: str, at: int) -> dict[str, Any]:
    return {"url": url, "expanded_url": expanded, "display_url": display, "indices": [at, at + len(url)]}


def now_ms() -> int:
    return int(time.time() * 1000)
