"""The same events in the envelope of the X Activity API (docs.x.com, x-api/activity/event-payloads)."""

from datetime import UTC, datetime
from typing import Any

from tests.simulators.x_words import Person, Post


def dm_activity(content: dict[str, Any], person: Person) -> dict[str, Any]:
    """A direct message: the older event, with users in the form of API v2."""
    sender = content["direct_message_events"][0]["message_create"]["sender_id"]
    users = {
        user_id: {"data": {"id": user_id, "name": user["name"], "username": user["screen_name"]}}
        for user_id, user in content["users"].items()
    }
    event_type = "dm.sent" if sender == person.id else "dm.received"
    payload = {"direct_message_events": content["direct_message_events"], "users": users}
    return _envelope(event_type, person, payload, {})


def post_activity(post: Post, person: Person) -> dict[str, Any]:
    """A post that mentions the person, or answers one of the person's."""
    payload: dict[str, Any] = {
        "id": post.id, "text": post.text, "author_id": post.author.id, "conversation_id": post.conversation,
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "edit_history_tweet_ids": [post.id],
        "entities": {"mentions": [{"username": one.screen_name, "id": one.id} for one in post.mentions]},
    }  # fmt: skip
    author = {"data": {"id": post.author.id, "name": post.author.name, "username": post.author.screen_name}}
    includes: dict[str, Any] = {"users": [author]}
    answers = post.answers
    if answers is not None:
        payload |= {"in_reply_to_tweet_id": answers.id, "in_reply_to_user_id": answers.author.id}
        payload["referenced_tweets"] = [{"type": "replied_to", "id": answers.id}]
        known = {"id": answers.id, "text": answers.text, "author_id": answers.author.id}
        includes["tweets"] = [known | {"conversation_id": answers.conversation}]
    event_type = "post.reply.create" if answers and answers.author == person else "post.mention.create"
    return _envelope(event_type, person, payload, includes)


def _envelope(event_type: str, person: Person, payload: dict[str, Any], includes: dict[str, Any]) -> dict[str, Any]:
    told = {"event_uuid": "2080761390344937796", "filter": {"user_id": person.id}, "event_type": event_type}
    return {"data": told | {"payload": payload, "includes": includes}}
