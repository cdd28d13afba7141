"""What Messenger and Instagram tell a business: one `messaging` item for each thing that a person does.

Format: developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events and
…/instagram-messaging (webhooks, story mentions and replies), as read in 2026.
"""

from typing import Any

from tests.simulators.graph.accounts import Page, Person, Professional
from tests.simulators.graph.hooks import Event
from tests.simulators.graph.media import MediaStore
from tests.simulators.graph.world import Sent, World

PAGE_INBOX = "263902037430900"
"""Meta's own inbox, as an app that may hold a conversation."""


class Messaging:
    """What both have in common; each method delivers one webhook and returns the item in it."""

    _echoed: tuple[str, ...] = ()
    """What else of a message its echo brings back."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self.world = world
        self._media = media

    def person_id(self, person: Person) -> str:
        raise NotImplementedError

    def new_mid(self) -> str:
        raise NotImplementedError

    async def text(self, account: Any, person: Person, text: str, **more: Any) -> dict[str, Any]:
        """`more` is laid over the message: reply_to={"mid": …}, referral={…}."""
        return await self.message(account, person, {"text": text} | more)

    async def quick_reply(self, account: Any, person: Person, text: str, payload: str) -> dict[str, Any]:
        return await self.text(account, person, text, quick_reply={"payload": payload})

    async def file(
        self, account: Any, person: Person, kind: str, data: bytes, mime: str, name: str = "", text: str = ""
    ) -> dict[str, Any]:
        """`kind` is image, audio, video or file; anyone with the URL gets it."""
        url = self._media.cdn(self._media.put(account, data, mime, name))
        return await self.attachment(account, person, kind, {"url": url}, **({"text": text} if text else {}))

    async def attachment(
        self, account: Any, person: Person, kind: str, payload: dict[str, Any], **more: Any
    ) -> dict[str, Any]:
        """Any attachment: fallback, template, share, ig_reel, reel, story_mention …"""
        return await self.message(account, person, {"attachments": [{"type": kind, "payload": payload}]} | more)

    async def message(self, account: Any, person: Person, message: dict[str, Any]) -> dict[str, Any]:
        return await self.say(account, person, {"message": {"mid": self.new_mid()} | message})

    async def postback(self, account: Any, person: Person, title: str, payload: str, **more: Any) -> dict[str, Any]:
        postback = {"mid": self.new_mid(), "title": title, "payload": payload} | more
        return await self.say(account, person, {"postback": postback})

    async def reaction(self, account: Any, person: Person, mid: str, emoji: str, name: str = "other") -> dict[str, Any]:
        """Without an emoji the reaction is taken back."""
        done: dict[str, Any] = {"mid": mid, "action": "react" if emoji else "unreact"}
        if emoji:
            done |= {"reaction": name, "emoji": emoji}
        return await self.say(account, person, {"reaction": done})

    async def edit(self, account: Any, person: Person, mid: str, text: str, times: int = 1) -> dict[str, Any]:
        """`times` counts the edits of this message."""
        return await self.say(account, person, {"message_edit": {"mid": mid, "text": text, "num_edit": times}})

    async def echo(self, sent: Sent, **more: Any) -> dict[str, Any]:
        """Our own message comes back."""
        person = self.world.people[sent.to]
        back = ("text", "attachments", *self._echoed)
        said = {key: value for key, value in sent.body.get("message", {}).items() if key in back}
        if (attached := sent.body.get("message", {}).get("attachment")) is not None:
            said["attachments"] = [attached]
        return await self._echo(sent.account, person, sent.id, sent.account.app.id, said | more)

    async def inbox_says(self, account: Any, person: Person, text: str) -> dict[str, Any]:
        """A colleague answers in Meta's own inbox; only an echo tells."""
        return await self._echo(account, person, self.new_mid(), PAGE_INBOX, {"text": text})

    async def _echo(self, account: Any, person: Person, mid: str, app_id: str, said: dict[str, Any]) -> dict[str, Any]:
        item = self._item(account.id, self.person_id(person))
        item["message"] = {"mid": mid, "is_echo": True} | self._echo_app(app_id) | said
        return await self._tell(account, self.person_id(person), item)

    def _echo_app(self, app_id: str) -> dict[str, Any]:
        return {"app_id": int(app_id)}

    async def say(self, account: Any, person: Person, done: dict[str, Any], under: str = "") -> dict[str, Any]:
        """Any item, also one that nobody has heard of yet."""
        if "postback" in done or not done.get("message", {"is_deleted": True}).get("is_deleted"):
            self.world.heard_from(account, person)
        else:
            self.world.meet(person)
        item = self._item(self.person_id(person), account.id) | done
        return await self._tell(account, self.person_id(person), item, under)

    def _item(self, sender: str, recipient: str) -> dict[str, Any]:
        return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": int(self.world.now() * 1000)}

    async def _tell(self, account: Any, person_id: str, item: dict[str, Any], under: str = "") -> dict[str, Any]:
        ours = under == "messaging" or self.world.owner(account, person_id) == account.app.id
        await self.world.hooks.tell(Event(account, "messaging" if ours else "standby", item))
        return item


class Messenger(Messaging):
    """A page's conversations."""

    _echoed = ("metadata",)

    def person_id(self, person: Person) -> str:
        return person.psid

    def new_mid(self) -> str:
        return self.world.ids.mid()

    async def sticker(self, page: Page, person: Person, sticker_id: int = 369239263222822) -> dict[str, Any]:
        """Since September 2026 as `sticker` alone, before that beside an `image`."""
        url = f"{self.world.address}/cdn/stickers/{sticker_id}.png"
        return await self.attachment(page, person, "sticker", {"url": url, "sticker_id": sticker_id})

    async def delivered(self, page: Page, person: Person, *sent: Sent) -> dict[str, Any]:
        done: dict[str, Any] = {"watermark": int(self.world.now() * 1000)}
        if sent:
            done["mids"] = [one.id for one in sent]
        return await self.say(page, person, {"delivery": done})

    async def read(self, page: Page, person: Person) -> dict[str, Any]:
        """All up to now."""
        return await self.say(page, person, {"read": {"watermark": int(self.world.now() * 1000)}})


class InstagramDirect(Messaging):
    """Direct messages of a professional account."""

    def person_id(self, person: Person) -> str:
        return person.igsid

    def new_mid(self) -> str:
        return self.world.ids.instagram_mid()

    async def story_mention(self, account: Professional, person: Person, image: bytes = b"story") -> dict[str, Any]:
        """Somebody's story mentions the account; the URL lives as long as the story."""
        url = self._media.cdn(self._media.put(account, image, "image/jpeg", "story.jpg"))
        return await self.attachment(account, person, "story_mention", {"url": url})

    async def story_reply(
        self,
        account: Professional,
        person: Person,
        text: str,
        story_id: str = "17990000000000001",
        image: bytes = b"story",
    ) -> dict[str, Any]:
        """An answer to a story of the account."""
        url = self._media.cdn(self._media.put(account, image, "image/jpeg", "story.jpg"))
        return await self.text(account, person, text, reply_to={"story": {"url": url, "id": story_id}})

    async def unsend(self, account: Professional, person: Person, mid: str) -> dict[str, Any]:
        """The person deletes message `mid`."""
        return await self.say(account, person, {"message": {"mid": mid, "is_deleted": True}})

    async def unsupported(self, account: Professional, person: Person) -> dict[str, Any]:
        return await self.message(account, person, {"is_unsupported": True})

    async def read(self, account: Professional, person: Person, sent: Sent) -> dict[str, Any]:
        """messaging_seen names the message, not a time."""
        return await self.say(account, person, {"read": {"mid": sent.id}})

    def _echo_app(self, app_id: str) -> dict[str, Any]:
        return {}  # not documented for Instagram
