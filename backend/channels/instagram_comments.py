"""Comments below an Instagram account's posts, reels, advertisements and live videos."""

from collections.abc import Iterable
from typing import Any, Final

import httpx

from backend.channels.base import AccountView, Act, Event, Outbound, Outcome, unreadable
from backend.channels.graph.account import instagram_name
from backend.channels.graph.calling import ask_or_fault
from backend.channels.graph.channel import GraphChannel
from backend.channels.graph.comments import Comment, answer, moderate
from backend.channels.graph.entries import changes, of_fields, own_entries
from backend.channels.graph.sending import SendRules
from backend.channels.graph.settings import APP_SECRET, BASE_URL, INSTAGRAM_ID, INSTAGRAM_TOKEN, VERIFY_TOKEN
from backend.channels.reading import Json, ident, moment, part, readable, text, word
from omnix_protocol.channels import Capabilities, ChannelGroup, TextUnit
from omnix_protocol.content import ActKind, Source, Topic
from omnix_protocol.messages import Sender

FIELDS: Final = frozenset({"comments", "live_comments"})


class InstagramComments(GraphChannel):
    """Instagram tells of new comments only, not of changes nor of deletions."""

    kind = "ig_comment"
    name = "IG Comment"
    group = ChannelGroup.SOCIAL
    capabilities = Capabilities(
        text_max=2200,
        quotes=True,
        acts=(ActKind.HIDE, ActKind.UNHIDE, ActKind.DELETE),
        comments=True,
        private_reply=True,
        addresses_per_account=True,
    )
    identity = INSTAGRAM_ID
    settings = (INSTAGRAM_ID, INSTAGRAM_TOKEN, APP_SECRET, VERIFY_TOKEN, BASE_URL)
    _public = SendRules("Instagram comments", capabilities, metadata=False)
    _private = SendRules("Instagram", Capabilities(text_max=1000, text_unit=TextUnit.BYTES), metadata=False)

    def addressees(self, told: Json) -> Iterable[str]:
        return of_fields(told, "instagram", FIELDS)

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        account_id = self.known_as(account)
        told = [
            (field, value, entry.get("time"))
            for entry in own_entries(raw, "instagram", account_id)
            for field, value in changes(entry)
            if field in FIELDS
        ]
        return readable(told, lambda it: [_comment(account_id, *it).event(account)])

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return await answer(account, message, http, "replies", self._public, self._private)

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        match act.kind:
            case ActKind.HIDE | ActKind.UNHIDE:
                return await moderate(account, http, "POST", act.provider_id, {"hide": act.kind is ActKind.HIDE})
            case ActKind.DELETE:
                return await moderate(account, http, "DELETE", act.provider_id)
            case _:
                return await super().act(account, act, http)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        return await instagram_name(account, http)

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        """As for direct messages: with a page's token any field of the page will do."""
        fields = "comments,live_comments" if "instagram" in account.settings.get(BASE_URL.name, "") else "feed"
        await ask_or_fault(account, http, "POST", "me/subscribed_apps", params={"subscribed_fields": fields})


def _comment(account_id: str, field: str, value: Json, told_at: Any) -> Comment:
    writer, media = part(value, "from"), part(value, "media")
    comment_id, media_id = ident(value, "id"), ident(media, "id")
    author_id, username = ident(writer, "id"), word(writer, "username")
    if not comment_id or not media_id or not author_id:
        unreadable("A comment of Instagram has an id, a media and an author; this has not.")
    title = word(media, "ad_title")
    kind = "ad" if word(media, "ad_id") else "live" if field == "live_comments" else "post"
    return Comment(
        id=comment_id,
        post_id=media_id,
        author=Sender(address=author_id, name=username, handle=username),
        ours=author_id in {account_id, word(writer, "self_ig_scoped_id")},
        text=text(value, "text"),
        at=moment(told_at),
        parent_id=ident(value, "parent_id"),
        source=Source(kind=kind, title=title, text=word(media, "media_product_type")),
        topic=Topic(title=title) if title else None,
    )
