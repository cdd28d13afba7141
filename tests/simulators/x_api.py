"""X's API v2 as documented (docs.x.com, openapi.json 2.167): what an app may call for one of its users."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.simulators.mishaps import Fault, Faults
from tests.simulators.x_media import Refused, Uploads, fields
from tests.simulators.x_oauth import Door
from tests.simulators.x_webhooks import Hooked, Webhooks
from tests.simulators.x_words import Person, Post, now_ms

DM_TEXT_MAX = 10_000
POST_WEIGHT_MAX = 280
SUBSCRIPTION = "/2/account_activity/webhooks/{id}/subscriptions/all"
LINK = re.compile(r"https?://\S+")
EPOCH_MS = 1_288_834_974_657
"""X counts the time in its ids from here."""
TITLES = {
    400: "Invalid Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found Error", 409: "Conflict",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip
KINDS = {400: "invalid-request", 404: "resource-not-found"}
SIGNED = ("oauth1", "user")
Answer = Callable[["Account", Request], Awaitable[Response]]


@dataclass(frozen=True)
class SentDm:
    """A direct message that an account sent through the API."""

    id: str
    to: str
    text: str
    media: bytes = b""


@dataclass
class Account(Hooked):
    """One user whose app we are, with the app's keys and webhooks."""

    person: Person = field(kw_only=True)
    sent: list[SentDm] = field(default_factory=list)
    posted: list[Post] = field(default_factory=list)
    closed_to: set[str] = field(default_factory=set)  # users who take no message from this account
    blocked: set[str] = field(default_factory=set)  # users from whom this account takes none
    faults: Faults = field(default_factory=Faults)


class XApi:
    """api.x.com and ton.twitter.com in one: they have no path in common."""

    def __init__(self, *, dms_per_window: int = 0) -> None:
        self.accounts: dict[str, Account] = {}  # by access token
        self.door = Door()
        self.posts: dict[str, Post] = {}  # those that stand
        self.hidden: set[str] = set()  # ids of replies
        self.files: dict[str, tuple[bytes, str, bool]] = {}  # path: bytes, media type, whether it must be signed
        self.dms_per_window = dms_per_window  # 15 in earnest; 0: no limit
        self.changed = asyncio.Condition()
        self.http = httpx.AsyncClient(timeout=10, trust_env=False, verify=False)  # plain HTTP only
        self._newest = 0
        self.uploads = Uploads(self.new_id)
        self.hooks = Webhooks(self.http, self.new_id)
        self.app = Starlette(routes=self._routes(), exception_handlers={404: lambda *_: problem(404)})

    def fail(self, account: Account, call: str, *faults: Fault) -> None:
        """The next calls of this name fail, one fault each: dm, undm, tweet, untweet, lookup, hide, me, upload,
        initialize, append, finalize, status, media, block, webhooks, subscribe.
        """
        account.faults.add(call, *faults)

    def new_id(self) -> str:
        """Ids grow and hold the moment in milliseconds, as X's do."""
        self._newest = max(self._newest + 1, (now_ms() - EPOCH_MS) << 22)
        return str(self._newest)

    async def happened(self, account: Account, post: Post | None = None, dm: SentDm | None = None) -> None:
        """What the account did comes back to its own webhook; the simulator of the people says how."""

    def _routes(self) -> list[Route]:
        signed, both, hooks = SIGNED, (*SIGNED, "app"), self.hooks
        table: list[tuple[str, str, str, tuple[str, ...], Answer]] = [
            ("POST", "/2/dm_conversations/with/{user}/messages", "dm", signed, self._dm),
            ("DELETE", "/2/dm_events/{id}", "undm", signed, self._undm),
            ("GET", "/2/dm_conversations/media/{dm}/{media}/{name}", "media", ("user",), self._dm_media),
            ("GET", "/1.1/ton/data/dm/{dm}/{media}/{name}", "media", ("oauth1",), self._dm_media),
            ("POST", "/2/tweets", "tweet", signed, self._tweet),
            ("GET", "/2/tweets/{id}", "lookup", both, self._lookup),
            ("DELETE", "/2/tweets/{id}", "untweet", signed, self._untweet),
            ("PUT", "/2/tweets/{id}/hidden", "hide", signed, self._hide),
            ("GET", "/2/users/me", "me", signed, self._me),
            ("POST", "/2/users/{user}/dm/block", "block", signed, self._blocking(True)),
            ("POST", "/2/users/{user}/dm/unblock", "block", signed, self._blocking(False)),
            ("POST", "/2/media/upload", "upload", signed, self._uploading(self.uploads.whole)),
            ("GET", "/2/media/upload", "status", signed, self._uploading(self.uploads.status)),
            ("POST", "/2/media/upload/initialize", "initialize", signed, self._uploading(self.uploads.begin)),
            ("POST", "/2/media/upload/{id}/append", "append", signed, self._uploading(self.uploads.append)),
            ("POST", "/2/media/upload/{id}/finalize", "finalize", signed, self._uploading(self.uploads.finish)),
            ("POST", "/2/webhooks", "webhooks", ("oauth1", "app"), self._hooked(hooks.add)),
            ("GET", "/2/webhooks", "webhooks", ("app",), self._hooked(hooks.all)),
            ("PUT", "/2/webhooks/{id}", "webhooks", ("oauth1", "app"), self._hooked(hooks.check)),
            ("POST", SUBSCRIPTION, "subscribe", signed, self._hooked(hooks.subscribe)),
            ("POST", "/2/activity/subscriptions", "activity", signed, self._hooked(hooks.subscribe_to_one)),
            ("GET", SUBSCRIPTION, "subscribe", signed, self._hooked(hooks.subscribed)),
        ]
        open_to_all = [Route("/oauth2/token", self._app_token, methods=["POST"])]
        public = open_to_all + [Route(path, self._file) for path in ("/media/{name}", "/dm_video/{media}/{rest:path}")]
        return [self._route(*row) for row in table] + public

    def _route(self, method: str, path: str, call: str, ways: tuple[str, ...], work: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            keys, way = self.door.who(request)
            if keys is None:
                return problem(401)
            if way not in ways:
                return problem(403, "Authenticating with this way is not allowed for this endpoint.")
            account = self.accounts[keys.access_token]

            async def answered() -> Response:
                try:
                    return await work(account, request)
                except Refused as refused:
                    return problem(refused.status, str(refused))

            return limits(await account.faults.around(call, answered, failed))

        return Route(path, endpoint, methods=[method])

    async def _dm(self, account: Account, request: Request) -> Response:
        to, body = request.path_params["user"], await fields(request)
        text, attachments = body.get("text", ""), body.get("attachments", [])
        if not isinstance(text, str) or not isinstance(attachments, list) or not (text or attachments):
            raise Refused("At least one of `text`, `attachments` is required.")
        if len(text) > DM_TEXT_MAX or len(attachments) > 1:
            raise Refused("One or more parameters to your request was invalid.")
        if to in account.closed_to:
            raise Refused("You do not have permission to DM one or more participants.", 403)
        if self.dms_per_window and len(account.sent) >= self.dms_per_window:
            return failed(Fault(429))
        media = self._attached(account, [str(one.get("media_id", "")) for one in attachments], "dm_")
        sent = SentDm(self.new_id(), to, text, b"".join(media))
        async with self.changed:
            account.sent.append(sent)
            self.changed.notify_all()
        await self.happened(account, dm=sent)
        conversation = "-".join(sorted((account.person.id, to), key=int))
        return JSONResponse({"data": {"dm_conversation_id": conversation, "dm_event_id": sent.id}}, 201)

    async def _undm(self, account: Account, request: Request) -> Response:
        found = [one for one in account.sent if one.id == request.path_params["id"]]
        if not found:
            return problem(404)
        account.sent.remove(found[0])
        return JSONResponse({"data": {"deleted": True}})

    async def _tweet(self, account: Account, request: Request) -> Response:
        body = await fields(request)
        text, media_ids = str(body.get("text", "")), (body.get("media") or {}).get("media_ids", [])
        parent_id = (body.get("reply") or {}).get("in_reply_to_tweet_id", "")
        if not text and not media_ids:
            raise Refused("One or more parameters to your request was invalid.")
        if weight(text) > POST_WEIGHT_MAX:
            raise Refused("Your Tweet text is too long.", 403)
        parent = self.posts.get(str(parent_id))
        if parent_id and parent is None:
            raise Refused("You attempted to reply to a Tweet that is deleted or not visible to you.", 403)
        same = [one for one in account.posted if one.id in self.posts and one.text == text]
        if same and not media_ids and same[-1].answers == parent:
            raise Refused("You are not allowed to create a Tweet with duplicate content.", 403)
        attached = tuple(self._attached(account, [str(one) for one in media_ids], "tweet_"))
        post_id = self.new_id()
        thread = parent.conversation if parent else post_id
        post = Post(post_id, account.person, text, thread, answers=parent, attached=attached)
        async with self.changed:
            self.posts[post_id] = post
            account.posted.append(post)
            self.changed.notify_all()
        await self.happened(account, post=post)
        return JSONResponse({"data": {"id": post_id, "text": text, "edit_history_tweet_ids": [post_id]}}, 201)

    def _attached(self, account: Account, media_ids: list[str], use: str) -> list[bytes]:
        if len(media_ids) > 4:
            raise Refused("One or more parameters to your request was invalid.")
        uploads = [self.uploads.of(account.person.id, media_id) for media_id in media_ids]
        for upload in uploads:
            if not upload.ready or upload.used or not upload.category.startswith(use):
                raise Refused("Your media IDs are invalid.")
        for upload in uploads:
            upload.used = True
        return [upload.data for upload in uploads]

    async def _lookup(self, account: Account, request: Request) -> Response:
        post = self.posts.get(request.path_params["id"])
        if post is None:
            return problem(404, f"Could not find tweet with id: [{request.path_params['id']}].")
        told: dict[str, Any] = {"id": post.id, "text": post.text, "edit_history_tweet_ids": [post.id]}
        asked = {*request.query_params.get("tweet.fields", "").split(",")}
        asked |= {*request.query_params.get("post.fields", "").split(",")}
        if "conversation_id" in asked:
            told["conversation_id"] = post.conversation
        if "author_id" in asked:
            told["author_id"] = post.author.id
        return JSONResponse({"data": told})

    async def _untweet(self, account: Account, request: Request) -> Response:
        post = self.posts.get(request.path_params["id"])
        if post is not None and post.author.id != account.person.id:
            raise Refused("You are not authorized to delete this Tweet.", 403)
        self.posts.pop(request.path_params["id"], None)
        return JSONResponse({"data": {"deleted": True}})

    async def _hide(self, account: Account, request: Request) -> Response:
        post, hidden = self.posts.get(request.path_params["id"]), (await fields(request)).get("hidden")
        if not isinstance(hidden, bool):
            raise Refused("`hidden` must be a boolean.")
        if post is None:
            return problem(404)
        first = self.posts.get(post.conversation)
        if post.answers is None or first is None or first.author.id != account.person.id:
            raise Refused("You are not permitted to hide this reply.", 403)
        (self.hidden.add if hidden else self.hidden.discard)(post.id)
        return JSONResponse({"data": {"hidden": hidden}})

    async def _me(self, account: Account, _: Request) -> Response:
        person = account.person
        return JSONResponse({"data": {"id": person.id, "name": person.name, "username": person.screen_name}})

    def _blocking(self, blocked: bool) -> Answer:
        async def work(account: Account, request: Request) -> Response:
            (account.blocked.add if blocked else account.blocked.discard)(request.path_params["user"])
            return JSONResponse({"data": {"blocked": blocked}})

        return work

    async def _app_token(self, request: Request) -> Response:
        keys = self.door.app(request)
        if keys is None or (await request.form()).get("grant_type") != "client_credentials":
            return problem(403, "Unable to verify your credentials")
        return JSONResponse({"token_type": "bearer", "access_token": keys.app_bearer})

    def _uploading(self, step: Callable[[str, Request], Awaitable[dict[str, Any]]]) -> Answer:
        async def work(account: Account, request: Request) -> Response:
            return JSONResponse({"data": await step(account.person.id, request)})

        return work

    def _hooked(self, step: Callable[[Hooked, Request], Awaitable[dict[str, Any]]]) -> Answer:
        async def work(account: Account, request: Request) -> Response:
            return JSONResponse(await step(account, request))

        return work

    async def _dm_media(self, account: Account, request: Request) -> Response:
        path = "/".join(request.path_params[name] for name in ("dm", "media", "name"))
        found = self.files.get(path)
        return problem(404) if found is None else Response(found[0], media_type=found[1])

    async def _file(self, request: Request) -> Response:
        found = self.files.get(request.url.path)
        return problem(404) if found is None else Response(found[0], media_type=found[1])


def weight(text: str) -> int:
    """X counts a link as 23, most letters as 1, ideographs as 2, and an emoji as 2 with all that is joined to it."""
    total, joined = 23 * len(LINK.findall(text)), False
    for letter in LINK.sub("", text):
        point = ord(letter)
        if point in (0x200D, 0xFE0F) or 0x1F3FB <= point <= 0x1F3FF:  # a joiner, or what only changes the look
            joined = point == 0x200D
        elif joined:
            joined = False
        else:
            light = point <= 4351 or 8192 <= point <= 8205 or 8208 <= point <= 8223 or 8242 <= point <= 8247
            total += 1 if light else 2
    return total


def problem(status: int, detail: str = "") -> Response:
    """An error as X words it: application/problem+json."""
    title = TITLES.get(status, "Error")
    kind = f"https://api.x.com/2/problems/{KINDS[status]}" if status in KINDS else "about:blank"
    body = {"title": title, "type": kind, "status": status, "detail": detail or title}
    return Response(json.dumps(body), status, media_type="application/problem+json")


def limits(answer: Response, remaining: int = 14) -> Response:
    for name, value in (("limit", 15), ("remaining", remaining), ("reset", int(time.time()) + 900)):
        answer.headers.setdefault(f"x-rate-limit-{name}", str(value))
    return answer


def failed(fault: Fault) -> Response:
    answer = problem(fault.status, fault.text)
    answer.headers.update(dict(fault.headers))
    if fault.retry_after is not None:
        answer.headers["x-rate-limit-reset"] = str(int(time.time()) + fault.retry_after)
    return limits(answer, 0) if fault.status == 429 else answer
