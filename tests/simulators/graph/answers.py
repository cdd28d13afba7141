"""Which endpoint a call means, and its answer."""

from collections.abc import Callable
from typing import Any

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Account, Number, Page, Professional
from tests.simulators.graph.comment_calls import CommentCalls, only
from tests.simulators.graph.comments import Comments
from tests.simulators.graph.handover import HandoverCalls
from tests.simulators.graph.media import MediaStore
from tests.simulators.graph.messaging import InstagramDirect, Messenger
from tests.simulators.graph.messaging_calls import MessagingCalls
from tests.simulators.graph.whatsapp import WhatsApp
from tests.simulators.graph.whatsapp_calls import WhatsAppCalls
from tests.simulators.graph.world import Call, Refused, World

Answer = dict[str, Any]
HANDOVER = ("pass_thread_control", "take_thread_control", "release_thread_control", "request_thread_control")


class Answers:
    """By the kind of account whose token it is: a token opens nothing of another account."""

    def __init__(
        self,
        world: World,
        media: MediaStore,
        comments: Comments,
        whatsapp: WhatsApp,
        messenger: Messenger,
        direct: InstagramDirect,
    ) -> None:
        self._world = world
        self._media = media
        self.of_whatsapp = WhatsAppCalls(world, media, whatsapp)
        self.of_messaging = MessagingCalls(world, media, comments, messenger, direct)
        self._of_comments = CommentCalls(world, comments)
        self._of_handover = HandoverCalls(world)
        self.subscribed: dict[str, list[str]] = {}  # fields by account id, as POST /{account}/subscribed_apps asked

    async def to(self, account: Account, call: Call) -> Answer:
        """Raises Refused."""
        if call.edge == "subscribed_apps" and call.node in (account.id, account.entry_id):
            return self._subscribe(account, call)
        if isinstance(account, Number):
            return await self._number(account, call)
        return await self._page(account, call)

    async def _number(self, number: Number, call: Call) -> Answer:
        whatsapp = self.of_whatsapp
        if call.node == number.id and call.edge:
            if (call.method, call.edge) == ("POST", "messages"):
                return await whatsapp.messages(number, call)
            if (call.method, call.edge) == ("POST", "media"):
                return whatsapp.upload(number, call)
            if call.edge == "block_users":
                if call.method == "GET":
                    return whatsapp.list_blocked(number)
                return whatsapp.block(number, call) if call.method == "POST" else whatsapp.unblock(number, call)
        if call.node == number.waba_id and call.edge == "message_templates":
            list_or_make = whatsapp.list_templates if call.method == "GET" else whatsapp.create_template
            return list_or_make(number.waba_id, call)
        if call.method == "POST" and call.node == number.id and "webhook_configuration" in call.params:
            return await self._override(number, call.params["webhook_configuration"])
        if not call.edge:
            return self._number_node(number, call)
        raise Refused(errors.NO_OBJECT)

    async def _override(self, number: Number, hook: Answer) -> Answer:
        """The number's webhooks go there from now on, once the handshake has succeeded ("Webhook overrides")."""
        url, token = str(hook.get("override_callback_uri", "")), str(hook.get("verify_token", ""))
        if not await self._world.hooks.verify(number, url, token):
            raise Refused(errors.HANDSHAKE)
        return {"success": True}

    def _number_node(self, number: Number, call: Call) -> Answer:
        media = self._media.files.get(call.node)
        if media is not None and media.account == number:
            if call.method == "GET":
                return self._media.describe(media)
            if call.method == "DELETE":
                del self._media.files[media.id]
                return {"success": True}
        if call.method == "GET" and call.node == number.id:
            whole = {
                "verified_name": number.name,
                "display_phone_number": f"+{number.display}",
                "quality_rating": "GREEN",
                "code_verification_status": "VERIFIED",
                "status": "CONNECTED",
                "id": number.id,
            }
            return only(whole, call.params, tuple(whole))
        if call.method == "GET" and call.node == number.waba_id:
            return {"id": number.waba_id, "name": number.name, "timezone_id": "66", "message_template_namespace": "ns"}
        raise Refused(errors.NO_OBJECT)

    async def _page(self, account: Page | Professional, call: Call) -> Answer:
        if call.node == account.id and call.edge:
            return await self._edge(account, call)
        if call.method == "POST" and call.edge == ("comments" if isinstance(account, Page) else "replies"):
            return await self._of_comments.answer(account, call)
        if call.edge:
            raise Refused(errors.NO_OBJECT)
        if call.method == "POST":
            return await self._of_comments.update(account, call)
        if call.method == "DELETE":
            return await self._of_comments.delete(account, call)
        if call.node == account.id:
            name = account.name if isinstance(account, Page) else account.username
            return {"id": account.id, "name": name} | ({} if isinstance(account, Page) else {"username": name})
        person = self._world.people.get(call.node)
        if person is not None and call.node in (person.psid, person.igsid):
            whole = self.of_messaging.profile(account, person)
            return only(whole, call.params, tuple(whole))
        return self._of_comments.show(account, call)

    async def _edge(self, account: Page | Professional, call: Call) -> Answer:
        if (call.method, call.edge) == ("POST", "messages"):
            return await self.of_messaging.messages(account, call)
        edges: dict[tuple[str, str], Callable[[Page | Professional, Call], Answer]] = {
            ("POST", "message_attachments"): self.of_messaging.attach,
            ("GET", "thread_owner"): self._of_handover.owner,
        }
        edges |= {("POST", edge): self._of_handover.change for edge in HANDOVER}
        found = edges.get((call.method, call.edge))
        if found is None:
            raise Refused(errors.NO_OBJECT)
        return found(account, call)

    def _subscribe(self, account: Account, call: Call) -> Answer:
        if call.method == "GET":
            fields = self.subscribed.get(account.id, [])
            return {"data": [{"id": account.app.id, "name": "App", "subscribed_fields": fields}]}
        asked = call.params.get("subscribed_fields") or []
        self.subscribed[account.id] = asked.split(",") if isinstance(asked, str) else list(asked)
        return {"success": True}
