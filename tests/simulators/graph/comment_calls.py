"""What a business does with comments: answer, hide, delete, read them and what they stand under.

Format: developers.facebook.com/docs/graph-api/reference/comment, …/documentation/instagram-platform/comment-moderation.
"""

from typing import Any

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Page, Professional
from tests.simulators.graph.comments import Comment, Comments, Post, iso, permalink
from tests.simulators.graph.world import Call, Refused, Sent, World

TEXT_MAX = 8000
INSTAGRAM_TEXT_MAX = 2200


class CommentCalls:
    """The endpoints of comments and of what they stand under."""

    def __init__(self, world: World, comments: Comments) -> None:
        self._world = world
        self._comments = comments

    async def answer(self, account: Page | Professional, call: Call) -> dict[str, Any]:
        """POST /{comment}/comments (page) or /{comment}/replies (Instagram); pages also POST /{post}/comments.

        A page's comment may have a photo, by `attachment_url` or as the file `source`.
        """
        found = self._need(account, call.node)
        text, photo = str(call.params.get("message") or ""), str(call.params.get("attachment_url") or "")
        if isinstance(account, Page) and (file := call.files.get("source")) is not None:
            photo = f"{self._world.address}/cdn/comments/{file.name}"
        limit = TEXT_MAX if isinstance(account, Page) else INSTAGRAM_TEXT_MAX
        if not (text or photo) or len(text) > limit:
            raise Refused(errors.PARAMETER)
        post, parent = (found.post, found) if isinstance(found, Comment) else (found, None)
        if parent and isinstance(account, Professional):
            parent = parent.parent or parent  # Instagram knows one level of answers
        comment = self._comments.add(post, None, text, parent, photo)
        self._world.in_background(self._comments.tell(comment, "add"))
        await self._world.accept(Sent(comment.id, account, call.node, "comment", call.params, comment.at))
        return {"id": comment.id}

    async def update(self, account: Page | Professional, call: Call) -> dict[str, Any]:
        """POST /{comment}: is_hidden (page) or hide (Instagram), true or false; a page's own takes a new message."""
        found = self._need(account, call.node)
        if isinstance(account, Page) and isinstance(found, Comment) and found.by is None and "message" in call.params:
            self._world.in_background(self._comments.edit(found, str(call.params["message"])))
            return {"success": True}
        asked = call.params.get("is_hidden" if isinstance(account, Page) else "hide")
        if not isinstance(found, Comment) or str(asked).lower() not in ("true", "false", "1", "0"):
            raise Refused(errors.PARAMETER)
        found.hidden = str(asked).lower() in ("true", "1")
        self._world.in_background(self._comments.hide(found, found.hidden))
        return {"success": True}

    async def delete(self, account: Page | Professional, call: Call) -> dict[str, Any]:
        """DELETE /{comment}."""
        found = self._need(account, call.node)
        if not isinstance(found, Comment):
            raise Refused(errors.PERMISSION)
        found.deleted = True
        self._world.in_background(self._comments.remove(found, by_business=True))
        return {"success": True}

    def show(self, account: Page | Professional, call: Call) -> dict[str, Any]:
        """GET /{comment}, /{post} or /{media}; only the `fields` asked for, and the id."""
        found = self._need(account, call.node)
        if isinstance(found, Comment):
            whole = self._page_comment(found) if isinstance(account, Page) else self._instagram_comment(found)
        else:
            whole = self._page_post(found) if isinstance(account, Page) else self._instagram_media(found)
        return only(whole, call.params, ("created_time", "message") if isinstance(account, Page) else ("id",))

    def _page_comment(self, comment: Comment) -> dict[str, Any]:
        page = comment.post.account
        by = {"id": comment.by.psid, "name": comment.by.name} if comment.by else {"id": page.id, "name": page.name}
        whole: dict[str, Any] = {
            "id": comment.id,
            "message": comment.text,
            "from": by,
            "created_time": iso(comment.at),
            "is_hidden": comment.hidden,
            "can_hide": comment.by is not None,
            "can_reply_privately": comment.by is not None and not comment.answered_privately,
            "permalink_url": f"{permalink(comment.post)}?comment_id={comment.id}",
        }
        if comment.parent:
            whole["parent"] = {"id": comment.parent.id, "message": comment.parent.text}
        if comment.photo:
            whole["attachment"] = {"type": "photo", "media": {"image": {"src": comment.photo}}, "url": comment.photo}
        return whole

    def _page_post(self, post: Post) -> dict[str, Any]:
        picture = {"full_picture": post.picture} if post.picture else {}
        author = {"id": post.account.id, "name": post.account.name}
        return picture | {
            "id": post.id,
            "message": post.words,
            "created_time": iso(post.at),
            "permalink_url": permalink(post),
            "from": author,
        }

    def _instagram_comment(self, comment: Comment) -> dict[str, Any]:
        assert isinstance(comment.post.account, Professional)
        by = comment.by
        name = by.handle if by else comment.post.account.username
        whole = {
            "id": comment.id,
            "text": comment.text,
            "timestamp": iso(comment.at),
            "username": name,
            "from": {"id": by.igsid if by else comment.post.account.id, "username": name},
            "hidden": comment.hidden,
            "like_count": 0,
            "media": {"id": comment.post.id, "media_product_type": comment.post.product},
        }
        return whole | ({"parent_id": comment.parent.id} if comment.parent else {})

    def _instagram_media(self, post: Post) -> dict[str, Any]:
        assert isinstance(post.account, Professional)
        return {
            "id": post.id,
            "caption": post.words,
            "media_type": "IMAGE",
            "media_product_type": post.product,
            "media_url": post.picture or f"{self._world.address}/cdn/media/{post.id}.jpg",
            "permalink": permalink(post),
            "timestamp": iso(post.at),
            "username": post.account.username,
            "comments_count": sum(one.post == post and not one.deleted for one in self._comments.by_id.values()),
        }

    def _found(self, account: Page | Professional, node: str) -> Comment | Post | None:
        post = self._comments.posts.get(node)
        return self._comments.find(account, node) or (post if post and post.account == account else None)

    def _need(self, account: Page | Professional, node: str) -> Comment | Post:
        found = self._found(account, node)
        if found is None:
            raise Refused(errors.NO_OBJECT)
        return found


def only(whole: dict[str, Any], params: dict[str, Any], by_default: tuple[str, ...]) -> dict[str, Any]:
    """What `fields` asks for; the id is always there."""
    asked = str(params.get("fields") or "")
    wanted = [name.partition("{")[0].strip() for name in asked.split(",")] if asked else list(by_default)
    return {key: value for key, value in whole.items() if key in wanted or key == "id"}
