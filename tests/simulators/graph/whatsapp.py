"""What WhatsApp tells a business: messages of customers, statuses of its own, in the Cloud API's webhook format.

Format: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages and its pages
per type and for status; …/whatsapp/business-scoped-user-ids for `user_id`, `from_user_id`, `recipient_user_id`.
"""

from typing import Any

from tests.simulators.graph.accounts import Number, Person
from tests.simulators.graph.errors import UNSUPPORTED, GraphError
from tests.simulators.graph.hooks import Event
from tests.simulators.graph.media import MediaStore, family_of
from tests.simulators.graph.world import Sent, World

FREE = {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"}


class WhatsApp:
    """The customers' side of a number. Each method delivers one webhook and returns the `messages[]` item in it."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self._world = world
        self._media = media

    async def text(self, number: Number, person: Person, body: str, **more: Any) -> dict[str, Any]:
        """`more` is laid over the message: context={"id": …}, referral={…}."""
        return await self.message(number, person, "text", {"body": body}, **more)

    async def reply(self, number: Number, person: Person, body: str, to: str, by: str = "") -> dict[str, Any]:
        """An answer that quotes message `to`, written `by` the customer or (by default) the business."""
        return await self.text(number, person, body, context={"from": by or number.display, "id": to})

    async def forward(self, number: Number, person: Person, body: str, often: bool = False) -> dict[str, Any]:
        context = {"forwarded": True} | ({"frequently_forwarded": True} if often else {})
        return await self.text(number, person, body, context=context)

    async def file(
        self, number: Number, person: Person, data: bytes, mime: str, *, name: str = "", caption: str = "", **more: Any
    ) -> dict[str, Any]:
        """An image, video, audio or document, by its type; `sticker=True`, `voice=True`, `animated=True` say more."""
        flags = {key: more.pop(key) for key in ("voice", "animated") if key in more}
        kind = "sticker" if more.pop("sticker", False) else family_of(mime) or "document"
        media = self._media.put(number, data, mime, name)
        content: dict[str, Any] = {"mime_type": mime, "sha256": media.sha256_in_webhook, "id": media.id}
        content["url"] = self._media.bearer_url(media)
        if kind == "document":
            content["filename"] = name or "Untitled"
        if kind == "audio":
            content["voice"] = False
        if kind == "sticker":
            content["animated"] = False
        if caption and kind not in ("audio", "sticker"):
            content["caption"] = caption
        return await self.message(number, person, kind, content | flags, **more)

    async def location(
        self, number: Number, person: Person, latitude: float, longitude: float, name: str = "", address: str = ""
    ) -> dict[str, Any]:
        named = {key: value for key, value in (("name", name), ("address", address)) if value}
        return await self.message(number, person, "location", {"latitude": latitude, "longitude": longitude} | named)

    async def contacts(self, number: Number, person: Person, *cards: Person) -> dict[str, Any]:
        shared = [
            {
                "name": {"formatted_name": card.name, "first_name": card.name.split()[0]},
                "phones": [{"phone": f"+{card.phone}", "wa_id": card.phone, "type": "CELL"}],
            }
            for card in cards
        ]
        return await self.message(number, person, "contacts", shared)

    async def reaction(self, number: Number, person: Person, to: str, emoji: str) -> dict[str, Any]:
        """Without an emoji the reaction is taken back."""
        return await self.message(number, person, "reaction", {"message_id": to} | ({"emoji": emoji} if emoji else {}))

    async def tap(self, number: Number, person: Person, to: str, key: str, title: str) -> dict[str, Any]:
        """A reply button of an interactive message."""
        content = {"type": "button_reply", "button_reply": {"id": key, "title": title}}
        return await self.message(number, person, "interactive", content, context={"from": number.display, "id": to})

    async def choose(
        self, number: Number, person: Person, to: str, key: str, title: str, description: str = ""
    ) -> dict[str, Any]:
        """A row of a list."""
        row = {"id": key, "title": title} | ({"description": description} if description else {})
        content = {"type": "list_reply", "list_reply": row}
        return await self.message(number, person, "interactive", content, context={"from": number.display, "id": to})

    async def template_button(self, number: Number, person: Person, to: str, payload: str, text: str) -> dict[str, Any]:
        """A quick reply button of a template."""
        content = {"payload": payload, "text": text}
        return await self.message(number, person, "button", content, context={"from": number.display, "id": to})

    async def edit(self, number: Number, person: Person, message: dict[str, Any], body: str) -> dict[str, Any]:
        """The customer changes text or caption; it comes as a message of its own that names the first."""
        kind = message["type"]
        words = {"body": body} if kind == "text" else message[kind] | {"caption": body}
        content = {"original_message_id": message["id"], "message": {"type": kind, kind: words}}
        return await self.message(number, person, "edit", content)

    async def revoke(self, number: Number, person: Person, message: dict[str, Any]) -> dict[str, Any]:
        """The customer deletes it."""
        return await self.message(number, person, "revoke", {"original_message_id": message["id"]})

    async def unsupported(self, number: Number, person: Person, what: str = "poll_creation") -> dict[str, Any]:
        return await self.message(number, person, "unsupported", {"type": what}, errors=[UNSUPPORTED.in_status()])

    async def changed_number(self, number: Number, person: Person, to: str) -> dict[str, Any]:
        """A system message; it has no contacts."""
        said = f"User {person.name} changed from {person.phone} to {to}"
        return await self.message(
            number, person, "system", {"body": said, "wa_id": to, "type": "user_changed_number"}, known=False
        )

    async def message(
        self, number: Number, person: Person, kind: str, content: Any, known: bool = True, **more: Any
    ) -> dict[str, Any]:
        """Any kind, also one that nobody has heard of yet."""
        self._world.heard_from(number, person)
        message: dict[str, Any] = {} if person.hides_number else {"from": person.phone}
        message |= {
            "from_user_id": person.bsuid,
            "id": self._world.ids.wamid(person.phone),
            "timestamp": str(int(self._world.now())),
            "type": kind,
            kind: content,
        } | more
        contacts = {"contacts": [contact(person)]} if known else {}
        await self._tell(number, contacts | {"messages": [message]})
        return message

    async def status(self, sent: Sent, state: str, error: GraphError | None = None) -> None:
        """sent, delivered, read, played or failed (with its error).

        As documented, a failed one has no `contacts`, and no `recipient_user_id` where it went to a number.
        """
        assert isinstance(sent.account, Number)
        sent.states.append(state)
        person = self._world.people.get(sent.to) or Person(sent.to)
        status: dict[str, Any] = {"id": sent.id, "status": state, "timestamp": str(int(self._world.now()))}
        if sent.to != person.bsuid or not person.hides_number:
            status["recipient_id"] = person.phone
        if tracker := sent.body.get("biz_opaque_callback_data"):
            status["biz_opaque_callback_data"] = tracker
        if error is None or sent.to == person.bsuid:
            status["recipient_user_id"] = person.bsuid
        if error is not None:
            await self._tell(sent.account, {"statuses": [status | {"errors": [error.in_status()]}]})
            return
        category = "utility" if sent.kind == "template" else "service"
        pricing = FREE if category == "service" else FREE | {"billable": True, "category": category, "type": "regular"}
        if state in ("sent", "delivered"):
            status["conversation"] = {"id": self._world.ids.trace().lower(), "origin": {"type": category}}
        status["pricing"] = pricing
        known = contact(person, with_username=state != "sent")
        await self._tell(sent.account, {"contacts": [known], "statuses": [status]})

    async def account_error(self, number: Number, error: GraphError) -> None:
        """An error that belongs to no message."""
        await self._tell(number, {"errors": [error.in_status()]})

    async def template_changed(self, number: Number, name: str, event: str, reason: str = "NONE") -> None:
        """APPROVED, REJECTED, PAUSED, DISABLED."""
        value = {
            "event": event,
            "message_template_id": 594425479261596,
            "message_template_name": name,
            "message_template_language": "id",
            "reason": reason,
        }
        await self._world.hooks.tell(
            Event(number, "changes", {"value": value, "field": "message_template_status_update"})
        )

    async def _tell(self, number: Number, told: dict[str, Any]) -> None:
        metadata = {"display_phone_number": number.display, "phone_number_id": number.id}
        value = {"messaging_product": "whatsapp", "metadata": metadata} | told
        await self._world.hooks.tell(Event(number, "changes", {"value": value, "field": "messages"}))


def contact(person: Person, with_username: bool = True) -> dict[str, Any]:
    """An item of `contacts`."""
    profile = {"name": person.name} | ({"username": person.username} if person.username and with_username else {})
    numbered = {} if person.hides_number else {"wa_id": person.phone}
    return {"profile": profile} | numbered | {"user_id": person.bsuid}
