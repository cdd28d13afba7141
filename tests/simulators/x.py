"""X: people who write direct messages and mention an account, and its API v2 with faults on demand."""

import asyncio
import json
import random
from dataclasses import replace
from typing import Any

import httpx

from tests.simulators.mishaps import CALL_TROUBLES, Courier, Parcel, Trouble
from tests.simulators.x_activity import dm_activity, post_activity
from tests.simulators.x_api import Account, SentDm, XApi
from tests.simulators.x_oauth import keys
from tests.simulators.x_webhooks import signature
from tests.simulators.x_words import Person, Post, direct_message, media_of_dm, media_of_post, now_ms, tweet

APP_ID = "13090192"


class XSimulator(XApi):
    """Account Activity webhooks, signed with the app's consumer secret and brought again until they are taken.

    `activity_api`: in the envelope of the X Activity API, which follows the Account Activity API.
    `echo`: what an account does through the API comes back to its webhook, as it does at X. `dice`: the same gives
    the same duplicates and order. `base`: where media lies; the simulator's own address where they are to be read.
    """

    def __init__(
        self,
        *,
        echo: bool = True,
        activity_api: bool = False,
        dice: random.Random | None = None,
        dms_per_window: int = 0,
    ) -> None:
        super().__init__(dms_per_window=dms_per_window)
        self.activity_api = activity_api
        self.courier = Courier(self.http, dice or random.Random())
        self.echo = echo
        self.base = "https://ton.twitter.com"
        self.emitted: list[bytes] = []  # every webhook's body, repeats too
        self._named: dict[str, Account] = {}
        self._echoes: set[asyncio.Task[None]] = set()

    def account(self, name: str = "demo") -> Account:
        """The account of this name, with its keys; known from now on."""
        if name not in self._named:
            person = Person(str(700_000 + len(self._named)), f"Toko {name}", f"toko_{name}")
            secrets = keys(name, person.id)
            self._named[name] = self.accounts[secrets.access_token] = Account(secrets, person=person)
            self.door.known[secrets.access_token] = secrets
        return self._named[name]

    def revoke(self, account: Account) -> None:
        """The user took the app's rights away: every call as this user answers 401."""
        self.door.revoked.add(account.keys.access_token)

    def trouble(self, what: Trouble, share: float) -> None:
        """So much of all goes wrong like this from now on, for every account."""
        if what in CALL_TROUBLES:
            for account in self.accounts.values():
                account.faults.throw(CALL_TROUBLES[what], share)
        elif what is Trouble.EXPIRED:
            self.door.revoked = set(self.accounts) if share else set()
        else:
            self.courier.trouble(what, share)

    async def write(self, account: Account, person: Person, text: str) -> dict[str, Any]:
        """The person sends a direct message; the event as X tells it."""
        event = direct_message(self.new_id(), person, account.person, text, None)
        await self.put(account, direct_message_events=[event], users=_users(account, person))
        return event

    async def show(
        self, account: Account, person: Person, kind: str, data: bytes, media_type: str, text: str = ""
    ) -> dict[str, Any]:
        """The person sends a photo, video or animated_gif in a direct message."""
        dm_id, media_id = self.new_id(), self.new_id()
        media = media_of_dm(self.base, dm_id, media_id, kind, f"berkas.{media_type.partition('/')[2]}")
        self.files["/".join(media["media_url"].rsplit("/", 3)[1:])] = data, media_type, True
        for variant in media.get("video_info", {}).get("variants", ()):
            self.files[httpx.URL(variant["url"]).path] = data, media_type, False
        event = direct_message(dm_id, person, account.person, text, media)
        await self.put(account, direct_message_events=[event], users=_users(account, person))
        return event

    async def read(self, account: Account, person: Person, dm_id: str) -> None:
        """The person read the account's messages up to this one."""
        event = _between(account, person) | {"last_read_event_id": dm_id}
        await self.put(account, direct_message_mark_read_events=[event], users=_users(account, person))

    async def type(self, account: Account, person: Person) -> None:
        event = _between(account, person)
        await self.put(account, direct_message_indicate_typing_events=[event], users=_users(account, person))

    async def mention(
        self, account: Account, person: Person, text: str, answers: Post | None = None, photo: bytes = b"", **more: Any
    ) -> Post:
        """The person mentions the account in a post, or answers a post; the thread is that of what is answered."""
        post_id, media_id = self.new_id(), self.new_id()
        media = (media_of_post(self.base, media_id, f"{media_id}.jpg"),) if photo else ()
        if photo:
            self.files[f"/media/{media_id}.jpg"] = photo, "image/jpeg", False
        thread = answers.conversation if answers else post_id
        post = Post(post_id, person, text, thread, answers, (account.person,), media)
        self.posts[post_id] = replace(post, **more)
        post = self.posts[post_id]
        if self.activity_api:
            await self.bring(account, post_activity(post, account.person))
        else:
            await self.put(account, user_has_blocked="false", tweet_create_events=[tweet(post)])
        return post

    async def delete(self, account: Account, post: Post) -> None:
        """The author deletes a post. X tells only of those by the subscribed user; ask for others at your own risk."""
        self.posts.pop(post.id, None)
        event = {"status": {"id": post.id, "user_id": post.author.id}, "timestamp_ms": str(now_ms())}
        await self.put(account, tweet_delete_events=[event])

    async def revoked(self, account: Account) -> None:
        """X tells that the user took the app's rights away (and takes them)."""
        self.revoke(account)
        target, source = {"app_id": APP_ID}, {"user_id": account.person.id}
        revoke = {"date_time": "2026-01-01T00:00:00+00:00", "target": target, "source": source}
        await self.bring(account, {"user_event": {"revoke": revoke}})

    async def put(self, account: Account, **content: Any) -> bool:
        """Any activity of this account; whether the webhook took it."""
        if self.activity_api and "direct_message_events" in content:
            return await self.bring(account, dm_activity(content, account.person))
        return await self.bring(account, {"for_user_id": account.person.id, **content})

    async def bring(self, account: Account, activity: dict[str, Any]) -> bool:
        body = json.dumps(activity, ensure_ascii=False).encode()
        if not account.webhook:
            self.emitted.append(body)
            return False
        parcel = Parcel(lambda: self._request(account, body), lambda: self._request(account, body))
        return await self.courier.take(parcel)

    async def replies(self, account: Account, person: Person, count: int = 1, timeout: float = 20) -> list[SentDm]:
        """What the account sent to this person, as soon as there are so many."""

        def found() -> list[SentDm]:
            return [one for one in account.sent if one.to == person.id]

        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: len(found()) >= count)
        return found()

    async def answers(self, account: Account, post: Post, count: int = 1, timeout: float = 20) -> list[Post]:
        """What the account posted in answer to this post, as soon as there are so many."""

        def found() -> list[Post]:
            return [one for one in account.posted if one.answers is not None and one.answers.id == post.id]

        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(lambda: len(found()) >= count)
        return found()

    async def happened(self, account: Account, post: Post | None = None, dm: SentDm | None = None) -> None:
        if not self.echo or not account.webhook:
            return
        echo = asyncio.create_task(self._echo(account, post, dm))
        self._echoes.add(echo)
        echo.add_done_callback(self._echoes.discard)

    async def settled(self) -> None:
        """All echoes and all that was held back have arrived."""
        while self._echoes:
            await asyncio.gather(*self._echoes)
        await self.courier.flush()

    async def close(self) -> None:
        for echo in list(self._echoes):
            echo.cancel()
        await asyncio.gather(*self._echoes, return_exceptions=True)
        await self.courier.flush()
        await self.http.aclose()

    async def _echo(self, account: Account, post: Post | None, dm: SentDm | None) -> None:
        if post is not None:
            await self.put(account, tweet_create_events=[tweet(post)])
        if dm is not None:
            other = Person(dm.to, "Penerima", "penerima")
            event = direct_message(dm.id, account.person, other, dm.text, None, APP_ID)
            apps = {APP_ID: {"id": APP_ID, "name": "Omnix", "url": "https://omnix.example"}}
            await self.put(account, direct_message_events=[event], apps=apps, users=_users(account, other))

    def _request(self, account: Account, body: bytes) -> httpx.Request:
        self.emitted.append(body)
        headers = {"content-type": "application/json; charset=utf-8"}
        headers["x-twitter-webhooks-signature"] = signature(account.keys.consumer_secret, body)
        return self.http.build_request("POST", account.webhook, content=body, headers=headers)


def _users(account: Account, person: Person) -> dict[str, Any]:
    return {person.id: person.in_dm(), account.person.id: account.person.in_dm()}


def _between(account: Account, person: Person) -> dict[str, Any]:
    target = {"recipient_id": account.person.id}
    return {"created_timestamp": str(now_ms()), "sender_id": person.id, "target": target}
