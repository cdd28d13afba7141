"""Which app holds a conversation: the events of the handover protocol, and the calls.

Format: developers.facebook.com/docs/messenger-platform/handover-protocol and …/webhook-events/messaging_handovers.
"""

from typing import Any

from tests.simulators.graph.accounts import Page, Person, Professional
from tests.simulators.graph.messaging import PAGE_INBOX, Messaging
from tests.simulators.graph.world import Call, World, needed

HELD = 24 * 3600


class Handover:
    """What other apps do with a conversation; what follows while another holds it comes as `standby`."""

    def __init__(self, world: World, messaging: Messaging) -> None:
        self._world = world
        self._messaging = messaging

    async def passed(
        self, account: Page | Professional, person: Person, to: str = "", metadata: str = ""
    ) -> dict[str, Any]:
        """Control goes to an app, ours by default."""
        to = to or account.app.id
        return await self._say(account, person, "pass_thread_control", to, metadata)

    async def taken(
        self, account: Page | Professional, person: Person, by: str = PAGE_INBOX, metadata: str = ""
    ) -> dict[str, Any]:
        return await self._say(account, person, "take_thread_control", by, metadata)

    async def requested(
        self, account: Page | Professional, person: Person, by: str = PAGE_INBOX, metadata: str = ""
    ) -> dict[str, Any]:
        done = {"request_thread_control": {"requested_owner_app_id": by, "metadata": metadata}}
        return await self._messaging.say(account, person, done, under="messaging")

    async def _say(
        self, account: Page | Professional, person: Person, what: str, owner: str, metadata: str
    ) -> dict[str, Any]:
        person_id = self._messaging.person_id(person)
        before = self._world.owner(account, person_id)
        self._world.own(account, person_id, owner)
        done = {what: {"previous_owner_app_id": before, "new_owner_app_id": owner, "metadata": metadata}}
        return await self._messaging.say(account, person, done, under="messaging")


class HandoverCalls:
    """POST /{page}/pass_thread_control and its kin; GET /{page}/thread_owner."""

    def __init__(self, world: World) -> None:
        self._world = world

    def change(self, account: Page | Professional, call: Call) -> dict[str, Any]:
        """pass_, take_, release_ and request_thread_control."""
        person_id = str(needed(needed(call.params, "recipient"), "id"))
        if call.edge == "pass_thread_control":
            self._world.own(account, person_id, str(needed(call.params, "target_app_id")))
        elif call.edge == "take_thread_control":
            self._world.own(account, person_id, account.app.id)
        elif call.edge == "release_thread_control":
            self._world.own(account, person_id, PAGE_INBOX)
        return {"success": True}

    def owner(self, account: Page | Professional, call: Call) -> dict[str, Any]:
        asked = needed(call.params, "recipient")
        owner = self._world.owner(account, str(asked["id"] if isinstance(asked, dict) else asked))
        return {"data": [{"thread_owner": {"app_id": owner, "expiration": int(self._world.now()) + HELD}}]}
