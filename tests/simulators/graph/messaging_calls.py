"""What a business asks of Messenger and Instagram: the Send API, sender actions, attachments, profiles.

Format: developers.facebook.com/documentation/business-messaging/messenger-platform: send-messages, private-replies,
error-codes; …/instagram-messaging: send-message, private-replies.
"""

from typing import Any

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Page, Person, Professional
from tests.simulators.graph.comments import Comments
from tests.simulators.graph.media import MediaStore
from tests.simulators.graph.messaging import InstagramDirect, Messenger
from tests.simulators.graph.world import DAY, Call, Refused, Sent, World, needed

TEXT_MAX = 2000  # characters, Messenger
INSTAGRAM_TEXT_MAX = 1000  # bytes of UTF-8
HUMAN_AGENT_DAYS = 7
ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")
KINDS = ("image", "audio", "video", "file", "template")


class MessagingCalls:
    """The endpoints of a page and of a professional account."""

    def __init__(
        self, world: World, media: MediaStore, comments: Comments, messenger: Messenger, direct: InstagramDirect
    ) -> None:
        self._world = world
        self._media = media
        self._comments = comments
        self._messenger = messenger
        self._direct = direct
        self.actions: list[tuple[str, str]] = []  # (person's id, sender action)
        self.human_agent_approved = True
        self.receipts: tuple[str, ...] = ()  # "echo", "delivered", "read": what follows a send by itself

    async def messages(self, account: Page | Professional, call: Call) -> dict[str, Any]:
        """POST /{page}/messages."""
        asked = call.params
        recipient = needed(asked, "recipient")
        if asked.get("sender_action"):
            return self._act(account, asked)
        message = asked.get("message") or {}
        self._check(account, message, bool(call.files))
        comment_id = str(recipient.get("comment_id") or recipient.get("post_id") or "")
        if comment_id:
            person = self._comments.private_reply(account, comment_id)
        else:
            person = self._person(account, str(needed(recipient, "id")))
            self._check_window(account, person, asked)
        person_id = self._id_of(account, person)
        mid = self._world.ids.mid() if isinstance(account, Page) else self._world.ids.instagram_mid()
        answer = {"recipient_id": person_id, "message_id": mid}
        if "filedata" in call.files:
            answer |= self._media.attach(account, {"message": message}, call.files)
        kind = next((key for key in ("attachment", "attachments", "sticker_id") if key in message), "text")
        sent = Sent(mid, account, person_id, kind, asked, self._world.now(), private_reply_to=comment_id)
        await self._world.accept(sent)
        self._world.in_background(self._follow(sent, person))
        return answer

    def attach(self, account: Page | Professional, call: Call) -> dict[str, Any]:
        """POST /{page}/message_attachments."""
        return self._media.attach(account, call.params, call.files)

    def profile(self, account: Page | Professional, person: Person) -> dict[str, Any]:
        """GET /{person's id}: only of people who wrote."""
        picture = f"{self._world.address}/cdn/profiles/{self._id_of(account, person)}.jpg"
        if isinstance(account, Page):
            first, _, last = person.name.partition(" ")
            return {"first_name": first, "last_name": last, "profile_pic": picture, "id": person.psid}
        return {
            "name": person.name,
            "username": person.handle,
            "profile_pic": picture,
            "follower_count": 120,
            "is_verified_user": False,
            "is_user_follow_business": True,
            "is_business_follow_user": False,
            "id": person.igsid,
        }

    def _id_of(self, account: Page | Professional, person: Person) -> str:
        return person.psid if isinstance(account, Page) else person.igsid

    def _person(self, account: Page | Professional, person_id: str) -> Person:
        person = self._world.people.get(person_id)
        if person is None or person_id != self._id_of(account, person):
            raise Refused(errors.NO_USER)
        return person

    def _act(self, account: Page | Professional, asked: dict[str, Any]) -> dict[str, Any]:
        person_id = str(needed(asked["recipient"], "id"))
        self._person(account, person_id)
        if asked["sender_action"] not in ACTIONS:
            raise Refused(errors.PARAMETER)
        self.actions.append((person_id, asked["sender_action"]))
        return {"recipient_id": person_id}

    def _check(self, account: Page | Professional, message: dict[str, Any], with_file: bool) -> None:
        attachment = message.get("attachment") or {}
        if not (message.get("text") or attachment or message.get("attachments") or message.get("sticker_id")):
            raise Refused(errors.PARAMETER.saying("Empty text"))
        text = message.get("text", "")
        limit = TEXT_MAX if isinstance(account, Page) else INSTAGRAM_TEXT_MAX
        if (len(text) if isinstance(account, Page) else len(text.encode())) > limit:
            raise Refused(
                errors.PARAMETER.saying(f"Length of param message[text] must be less than or equal to {limit}")
            )
        if not attachment:
            return
        payload = attachment.get("payload", {})
        if attachment.get("type") not in KINDS:
            raise Refused(errors.PARAMETER.saying("Param message[attachment][type] must be one of {AUDIO, FILE, …}"))
        stored = self._media.files.get(str(payload.get("attachment_id", "")))
        if payload.get("attachment_id") and (stored is None or stored.account != account):
            raise Refused(errors.ATTACHMENT)
        if attachment["type"] != "template" and not (payload.get("url") or stored or with_file):
            raise Refused(errors.ATTACHMENT)

    def _check_window(self, account: Page | Professional, person: Person, asked: dict[str, Any]) -> None:
        if self._world.owner(account, self._id_of(account, person)) != account.app.id:
            raise Refused(errors.NOT_OWNER)
        silence = self._world.since_heard(account, person)
        if silence <= DAY:
            return
        if asked.get("messaging_type") == "MESSAGE_TAG" and asked.get("tag") == "HUMAN_AGENT":
            if not self.human_agent_approved:
                raise Refused(errors.TAG_NOT_APPROVED)
            if silence <= HUMAN_AGENT_DAYS * DAY:
                return
        raise Refused(errors.MESSAGING_WINDOW if isinstance(account, Page) else errors.INSTAGRAM_WINDOW)

    async def _follow(self, sent: Sent, person: Person) -> None:
        messaging = self._messenger if isinstance(sent.account, Page) else self._direct
        if "echo" in self.receipts:
            await messaging.echo(sent)
        if isinstance(sent.account, Page):
            if "delivered" in self.receipts:
                await self._messenger.delivered(sent.account, person, sent)
            if "read" in self.receipts:
                await self._messenger.read(sent.account, person)
        elif isinstance(sent.account, Professional) and "read" in self.receipts:
            await self._direct.read(sent.account, person, sent)
