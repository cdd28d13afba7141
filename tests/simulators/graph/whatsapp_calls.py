"""What a business asks of the Cloud API: send, mark as read, media, blocked users, templates.

Format: developers.facebook.com/documentation/business-messaging/whatsapp: messages, typing-indicators,
block-users, templates, support/error-codes.
"""

from typing import Any

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Number, Template
from tests.simulators.graph.errors import GraphError
from tests.simulators.graph.media import MediaStore
from tests.simulators.graph.whatsapp import WhatsApp
from tests.simulators.graph.world import DAY, Call, Refused, Sent, World, needed

TEXT_MAX, CAPTION_MAX, BODY_MAX = 4096, 1024, 1024
BUTTONS_MAX, BUTTON_TITLE_MAX, ROWS_MAX, ROW_TITLE_MAX = 3, 20, 10, 24
BLOCKED_A_CALL = 1000
MEDIA_KINDS = ("image", "audio", "video", "document", "sticker")
KINDS = (*MEDIA_KINDS, "text", "template", "interactive", "location", "contacts", "reaction")


class WhatsAppCalls:
    """The endpoints of a number and of its business account."""

    def __init__(self, world: World, media: MediaStore, events: WhatsApp) -> None:
        self._world = world
        self._media = media
        self._events = events
        self.templates: dict[tuple[str, str, str], Template] = {}  # by business account, name and language
        self.blocked: dict[str, set[str]] = {}  # phone numbers by number id
        self.seen: list[str] = []  # messages marked as read
        self.typing: list[str] = []  # messages under which "typing" was shown
        self.receipts: tuple[str, ...] = ()  # statuses that follow every accepted message by themselves

    def add_template(self, number: Number, template: Template) -> None:
        self.templates[number.waba_id, template.name, template.language] = template

    async def messages(self, number: Number, call: Call) -> dict[str, Any]:
        """POST /{number}/messages."""
        asked = call.params
        if asked.get("messaging_product") != "whatsapp":
            raise Refused(errors.PARAMETER.saying("The parameter messaging_product is required."))
        if asked.get("status") == "read":
            return self._mark_read(asked)
        to = str(asked.get("to") or needed(asked, "recipient", errors.MISSING))
        kind = str(asked.get("type") or "text")
        self._check(number, kind, asked)
        person = self._world.people.get(to.lstrip("+"))
        phone = person.phone if person else to.lstrip("+")
        if phone in self.blocked.get(number.id, ()):
            raise Refused(errors.UNDELIVERABLE)
        sent = Sent(self._world.ids.wamid(phone), number, to.lstrip("+"), kind, asked, self._world.now())
        await self._world.accept(sent)
        self._world.in_background(self._follow(sent))
        key = "wa_id" if asked.get("to") else "user_id"
        answer: dict[str, Any] = {"id": sent.id}
        if kind == "template":
            answer["message_status"] = "accepted"
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, key: to.lstrip("+")}],
            "messages": [answer],
        }

    def upload(self, number: Number, call: Call) -> dict[str, Any]:
        """POST /{number}/media."""
        return self._media.upload(number, call.params, call.files)

    def block(self, number: Number, call: Call) -> dict[str, Any]:
        """POST /{number}/block_users: only who wrote within 24 hours; a failure is told per user."""
        added, failed = [], []
        for user in self._users(call):
            person = self._world.people.get(user.lstrip("+"))
            if person is None or self._world.since_heard(number, person) > DAY:
                failed.append({"input": user, "wa_id": user.lstrip("+"), "errors": [_per_user(errors.BLOCK_FAILED)]})
                continue
            self.blocked.setdefault(number.id, set()).add(person.phone)
            added.append({"input": user, "wa_id": person.phone, "user_id": person.bsuid})
        answer: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "block_users": {"added_users": added} | ({"failed_users": failed} if failed else {}),
        }
        if failed:
            answer["errors"] = _per_user(errors.BLOCK_FAILED)
        return answer

    def unblock(self, number: Number, call: Call) -> dict[str, Any]:
        """DELETE /{number}/block_users."""
        removed = []
        for user in self._users(call):
            phone = user.lstrip("+")
            self.blocked.get(number.id, set()).discard(phone)
            removed.append({"input": user, "wa_id": phone})
        return {"messaging_product": "whatsapp", "block_users": {"removed_users": removed}}

    def list_blocked(self, number: Number) -> dict[str, Any]:
        """GET /{number}/block_users."""
        users = [
            {"messaging_product": "whatsapp", "input": phone, "wa_id": phone}
            for phone in sorted(self.blocked.get(number.id, ()))
        ]
        return {"data": users, "paging": {"cursors": {"before": "", "after": ""}}}

    def list_templates(self, waba_id: str, call: Call) -> dict[str, Any]:
        """GET /{business account}/message_templates; filters, `limit` and `after` as documented."""
        wanted = {key: call.params[key] for key in ("name", "status", "language", "category") if key in call.params}
        found = [
            template.as_json()
            for (owner, _, _), template in sorted(self.templates.items())
            if owner == waba_id and all(getattr(template, key) == value for key, value in wanted.items())
        ]
        start, size = int(call.params.get("after") or 0), int(call.params.get("limit") or 25)
        page = found[start : start + size]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + len(page))}}
        if start + size < len(found):
            paging["next"] = (
                f"{self._world.address}/v23.0/{waba_id}/message_templates?limit={size}&after={start + size}"
            )
        summary: dict[str, Any] = {
            "total_count": len(found),
            "message_template_count": len(found),
            "message_template_limit": 6000,
        }
        summary["are_translations_complete"] = False
        return {"data": page, "paging": paging} | ({"summary": summary} if "summary" in call.params else {})

    def create_template(self, waba_id: str, call: Call) -> dict[str, Any]:
        """POST /{business account}/message_templates: pending until the test approves it."""
        body = next((part["text"] for part in needed(call.params, "components") if part["type"].upper() == "BODY"), "")
        template = Template(
            name=needed(call.params, "name"),
            body=body,
            language=needed(call.params, "language"),
            category=needed(call.params, "category"),
            status="PENDING",
            id=self._world.ids.number(),
        )
        self.templates[waba_id, template.name, template.language] = template
        return {"id": template.id, "status": template.status, "category": template.category}

    def _mark_read(self, asked: dict[str, Any]) -> dict[str, Any]:
        message_id = str(needed(asked, "message_id"))
        self.seen.append(message_id)
        if asked.get("typing_indicator") == {"type": "text"}:
            self.typing.append(message_id)
        return {"success": True}

    def _users(self, call: Call) -> list[str]:
        asked = needed(call.params, "block_users")
        if call.params.get("messaging_product") != "whatsapp" or len(asked) > BLOCKED_A_CALL:
            raise Refused(errors.PARAMETER)
        return [str(one.get("user") or one.get("user_id")) for one in asked]

    def _check(self, number: Number, kind: str, asked: dict[str, Any]) -> None:
        if kind not in KINDS:
            raise Refused(errors.PARAMETER.saying(f"Param type must be one of {set(KINDS)} - got {kind!r}."))
        content = needed(asked, kind, errors.MISSING)
        if kind == "text":
            _limit("text.body", needed(content, "body", errors.MISSING), TEXT_MAX)
        elif kind in MEDIA_KINDS:
            _limit("caption", content.get("caption", ""), CAPTION_MAX)
            self._check_media(number, content)
        elif kind == "interactive":
            _check_interactive(content)
        elif kind == "template":
            self._check_template(number, content)
        elif kind == "reaction":
            needed(content, "message_id", errors.MISSING)
        elif kind == "location" and not {"latitude", "longitude"} <= content.keys():
            raise Refused(errors.MISSING.saying("latitude and longitude are required."))

    def _check_media(self, number: Number, content: dict[str, Any]) -> None:
        if content.get("link"):
            return
        media = self._media.files.get(str(content.get("id")))
        if media is None or media.account != number:
            raise Refused(
                errors.PARAMETER.saying("Param id is not a valid whatsapp business account media attachment ID")
            )

    def _check_template(self, number: Number, content: dict[str, Any]) -> None:
        language = needed(content, "language", errors.MISSING)["code"]
        template = self.templates.get((number.waba_id, needed(content, "name", errors.MISSING), language))
        if template is None or template.status in ("PENDING", "REJECTED"):
            raise Refused(
                errors.TEMPLATE_UNKNOWN.saying(f"template name ({content['name']}) does not exist in {language}")
            )
        if template.status == "PAUSED":
            raise Refused(errors.TEMPLATE_PAUSED)
        given = sum(len(part.get("parameters", ())) for part in content.get("components", ()) if part["type"] == "body")
        expected = template.placeholders
        if given != expected:
            said = f"body: number of localizable_params ({given}) does not match the expected number ({expected})"
            raise Refused(errors.TEMPLATE_COUNT.saying(said))

    async def _follow(self, sent: Sent) -> None:
        """The statuses after the answer: what is sent outside the window is accepted, and fails afterwards."""
        person = self._world.people.get(sent.to)
        away = person is None or self._world.since_heard(sent.account, person) > DAY
        if away and sent.kind != "template":
            await self._events.status(sent, "failed", errors.WINDOW)
            return
        for state in self.receipts:
            await self._events.status(sent, state)


def _limit(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Refused(errors.NOT_VALID.saying(f"{what} must be at most {most} characters, got {len(text)}."))


def _check_interactive(content: dict[str, Any]) -> None:
    _limit("interactive.body.text", needed(content, "body", errors.MISSING).get("text", ""), BODY_MAX)
    action = needed(content, "action", errors.MISSING)
    if content.get("type") == "button":
        titles = [one["reply"]["title"] for one in action.get("buttons", ())]
        if not 1 <= len(titles) <= BUTTONS_MAX or len(set(titles)) != len(titles):
            raise Refused(
                errors.NOT_VALID.saying("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
            )
        for title in titles:
            _limit("button title", title, BUTTON_TITLE_MAX)
    if content.get("type") == "list":
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        if not 1 <= len(rows) <= ROWS_MAX:
            raise Refused(errors.NOT_VALID.saying("Total row count exceed max allowed count: 10"))
        for row in rows:
            _limit("row title", row["title"], ROW_TITLE_MAX)


def _per_user(error: GraphError) -> dict[str, Any]:
    return {"message": f"(#{error.code}) {error.message}", "code": error.code, "error_data": {"details": error.details}}
