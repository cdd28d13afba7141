"""Comments below a Facebook page's posts, and what visitors post on the page; answered in public or once in private."""

from collections.abc import Iterable
from typing import Any, Final

import httpx

from backend.channels.base import AccountView, Act, Event, Outbound, Outcome, unreadable
from backend.channels.graph.account import page_name
from backend.channels.graph.attachments import address
from backend.channels.graph.calling import ask_or_fault
from backend.channels.graph.channel import GraphChannel
from backend.channels.graph.comments import Comment, answer, moderate, revision_at
from backend.channels.graph.entries import changes, of_fields, own_entries
from backend.channels.graph.sending import SendRules
from backend.channels.graph.settings import APP_SECRET, BASE_URL, PAGE_ID, PAGE_TOKEN, VERIFY_TOKEN
from backend.channels.reading import Json, ident, moment, part, readable, text, word
from omnix_protocol.channels import Capabilities, ChannelGroup
from omnix_protocol.content import ActKind, RemoteFile, Source, Topic
from omnix_protocol.messages import Sender

FIELDS: Final = frozenset({"feed"})
POSTS: Final = frozenset({"post", "status", "photo", "video", "share", "link", "album"})
"""Items of the feed that are posts; one that is not the page's own is a visitor's, and speaks to us."""
DELETIONS: Final = frozenset({"remove", "delete"})
EDITS: Final = frozenset({"edit", "edited", "update"})
IMAGES: Final = ("image/jpeg", "image/png", "image/gif")
IMAGE_MAX: Final = 4 * 1024 * 1024


class FacebookComments(GraphChannel):
    """One conversation for each author below each post."""

    kind = "fb_comment"
    name = "FB Comment"
    group = ChannelGroup.SOCIAL
    capabilities = Capabilities(
        text_max=8000,
        attachments=True,
        attachments_max=1,
        attachment_max_bytes=IMAGE_MAX,
        attachment_types=IMAGES,
        quotes=True,
        acts=(ActKind.HIDE, ActKind.UNHIDE, ActKind.DELETE, ActKind.EDIT),
        comments=True,
        private_reply=True,
        edits=True,
        addresses_per_account=True,
    )
    identity = PAGE_ID
    settings = (PAGE_ID, PAGE_TOKEN, APP_SECRET, VERIFY_TOKEN, BASE_URL)
    _public = SendRules("Facebook comments", capabilities, metadata=False)
    _private = SendRules("Messenger", Capabilities(text_max=2000), metadata=False)

    def addressees(self, told: Json) -> Iterable[str]:
        return of_fields(told, "page", FIELDS)

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        page_id = self.known_as(account)
        told = [
            (value, _seconds(entry.get("time")))
            for entry in own_entries(raw, "page", page_id)
            for field, value in changes(entry)
            if field in FIELDS
        ]

        def read(it: tuple[Json, int]) -> list[Event]:
            comment = _comment(it[0], page_id, it[1])
            return [comment.event(account)] if comment is not None else []

        return readable(told, read)

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return await answer(account, message, http, "comments", self._public, self._private)

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        match act.kind:
            case ActKind.HIDE | ActKind.UNHIDE:
                hidden = act.kind is ActKind.HIDE
                return await moderate(account, http, "POST", act.provider_id, {"is_hidden": hidden})
            case ActKind.EDIT:
                return await moderate(account, http, "POST", act.provider_id, {"message": act.text})
            case ActKind.DELETE:
                return await moderate(account, http, "DELETE", act.provider_id)
            case _:
                return await super().act(account, act, http)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        return await page_name(account, http)

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        await ask_or_fault(account, http, "POST", "me/subscribed_apps", params={"subscribed_fields": "feed"})


def _comment(value: Json, page_id: str, told_at: int) -> Comment | None:
    """None for what nobody wrote to us: reactions, our own posts, a comment hidden in another program."""
    item, verb = word(value, "item"), word(value, "verb")
    writer = ident(part(value, "from"), "id")
    post_id = ident(value, "post_id")
    is_post = item in POSTS and writer not in ("", page_id)
    if (item != "comment" and not is_post) or not (verb == "add" or verb in DELETIONS | EDITS):
        return None
    comment_id = ident(value, "comment_id") if item == "comment" else post_id
    if not comment_id or not post_id:
        unreadable("A comment of Facebook has a comment_id and a post_id; this has not.")
    deleted = verb in DELETIONS
    # Meta leaves out who wrote it where that person's settings say so; answers go to the comment anyway
    at = max(_seconds(value.get("created_time")), told_at)
    link = address(part(value, "post"), "permalink_url")
    parent_id = ident(value, "parent_id")
    return Comment(
        id=comment_id,
        post_id=post_id,
        author=Sender(address=writer or comment_id, name=word(part(value, "from"), "name")),
        ours=writer == page_id,
        text="" if deleted else text(value, "message"),
        revision=0 if verb == "add" else revision_at(at, deleted),
        deleted=deleted,
        at=moment(value.get("created_time")),
        parent_id="" if parent_id == post_id else parent_id,
        media=() if deleted else _media(value),
        source=Source(kind="post", url=link) if link else None,
        topic=Topic(url=link) if link else None,
    )


def _media(value: Json) -> tuple[RemoteFile, ...]:
    found = (address(value, "photo"), address(value, "video"))
    return tuple(RemoteFile(reference=url) for url in found if url)


def _seconds(value: Any) -> int:
    at = moment(value)
    return int(at.timestamp()) if at is not None else 0
