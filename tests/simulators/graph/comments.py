"""Comments under posts of a page and media of an Instagram account, as their webhooks tell them.

Format: developers.facebook.com/docs/graph-api/webhooks/reference/page (feed) and …/reference/instagram (comments).
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Page, Person, Professional
from tests.simulators.graph.hooks import Event
from tests.simulators.graph.world import DAY, Refused, World

PRIVATE_REPLY_DAYS = 7


@dataclass(frozen=True)
class Post:
    """A post of a page, or a medium of an Instagram account."""

    id: str
    account: Page | Professional
    words: str
    at: float
    picture: str = ""
    product: str = "FEED"  # Instagram's media_product_type: AD, FEED, REELS, STORY


@dataclass
class Comment:
    """One comment; `by` is None where the business itself wrote it."""

    id: str
    post: Post
    by: Person | None
    text: str
    at: float
    parent: "Comment | None" = None
    photo: str = ""
    hidden: bool = False
    deleted: bool = False
    answered_privately: bool = field(default=False, compare=False)


class Comments:
    """Both products' comments; the business's own come back by webhook like everybody's."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.posts: dict[str, Post] = {}
        self.by_id: dict[str, Comment] = {}
        self.instagram_key = "id"  # Meta documents "comment_id" for apps with Facebook Login, and sends "id"

    def post(self, account: Page | Professional, words: str, picture: str = "", product: str = "FEED") -> Post:
        """Nothing is told: the business knows its own posts."""
        number = self._world.ids.number()
        post_id = f"{account.id}_{number}" if isinstance(account, Page) else f"17{number}"
        post = Post(post_id, account, words, self._world.now(), picture, product)
        self.posts[post.id] = post
        return post

    async def write(
        self, post: Post, by: Person | None, text: str, parent: Comment | None = None, photo: str = ""
    ) -> Comment:
        """A comment, or with `parent` an answer to one."""
        comment = self.add(post, by, text, parent, photo)
        await self.tell(comment, "add")
        return comment

    def add(self, post: Post, by: Person | None, text: str, parent: Comment | None = None, photo: str = "") -> Comment:
        """It stands there; nobody is told yet."""
        number = self._world.ids.number()
        comment_id = f"{post.id.partition('_')[2]}_{number}" if isinstance(post.account, Page) else f"18{number}"
        comment = Comment(comment_id, post, by, text, self._world.now(), parent, photo)
        self.by_id[comment.id] = comment
        if by is not None:
            self._world.meet(by)
        return comment

    async def edit(self, comment: Comment, text: str) -> None:
        """Instagram tells nothing of it."""
        comment.text = text
        await self.tell(comment, "edited")

    async def remove(self, comment: Comment, by_business: bool = False) -> None:
        comment.deleted = True
        await self.tell(comment, "remove", by_business)

    async def hide(self, comment: Comment, hidden: bool = True) -> None:
        """By the business, in this program or elsewhere."""
        comment.hidden = hidden
        await self.tell(comment, "hide" if hidden else "unhide", by_business=True)

    def find(self, account: Page | Professional, comment_id: str) -> Comment | None:
        comment = self.by_id.get(comment_id)
        return comment if comment and not comment.deleted and comment.post.account == account else None

    def private_reply(self, account: Page | Professional, comment_id: str) -> Person:
        """Whom a private reply to this comment goes to; each takes one, within seven days."""
        comment = self.find(account, comment_id)
        if comment is None:
            raise Refused(errors.NO_OBJECT)
        if comment.by is None:
            raise Refused(errors.CANNOT_REPLY)
        if comment.answered_privately:
            raise Refused(errors.ALREADY_REPLIED)
        if self._world.now() - comment.at > PRIVATE_REPLY_DAYS * DAY:
            raise Refused(errors.CANNOT_REPLY)
        comment.answered_privately = True
        return comment.by

    async def tell(self, comment: Comment, verb: str, by_business: bool = False) -> None:
        """add, edited, remove, hide or unhide; Instagram's hook hears of the first only."""
        account = comment.post.account
        if isinstance(account, Page):
            item = {"value": self._feed_value(account, comment, verb, by_business), "field": "feed"}
        elif verb == "add":
            item = {"value": _instagram_value(account, comment, self.instagram_key), "field": "comments"}
        else:
            return
        await self._world.hooks.tell(Event(account, "changes", item))

    def _feed_value(self, page: Page, comment: Comment, verb: str, by_business: bool) -> dict[str, Any]:
        by = comment.by
        author = {"id": page.id, "name": page.name} if by is None or by_business else {"id": by.psid, "name": by.name}
        value: dict[str, Any] = {"from": author, "post_id": comment.post.id, "comment_id": comment.id}
        if verb != "remove":
            value["post"] = {
                "status_type": "added_photos" if comment.post.picture else "mobile_status_update",
                "is_published": True,
                "updated_time": iso(comment.post.at),
                "permalink_url": permalink(comment.post),
                "promotion_status": "inactive",
                "id": comment.post.id,
            }
            if comment.text:
                value["message"] = comment.text
            if comment.photo:
                value["photo"] = comment.photo
        return value | {
            "created_time": int(comment.at if verb == "add" else self._world.now()),
            "item": "comment",
            "parent_id": comment.parent.id if comment.parent else comment.post.id,
            "verb": verb,
        }


def _instagram_value(account: Professional, comment: Comment, key: str) -> dict[str, Any]:
    by = comment.by or replace(Person("0"), username=account.username)
    value: dict[str, Any] = {
        "from": {"id": account.id if comment.by is None else by.igsid, "username": by.handle},
        "media": {"id": comment.post.id, "media_product_type": comment.post.product},
        key: comment.id,
        "text": comment.text,
    }
    if comment.parent:
        value["parent_id"] = comment.parent.id
    return value


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def permalink(post: Post) -> str:
    host = "www.facebook.com" if isinstance(post.account, Page) else "www.instagram.com/p"
    return f"https://{host}/{post.id}"
