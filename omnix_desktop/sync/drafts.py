"""What is being typed, on all machines of its user: the latest text goes out, what came from elsewhere comes in.

Not through the outbox: only the latest text counts, and local.db holds it until the server has it.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from omnix_desktop.cache.drafts import Keep, Offer
from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.feed import Changed
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.queries.composer import elsewhere
from omnix_desktop.ports import LinkState, LinkStatus
from omnix_desktop.sync.exchange import Disconnected, Exchange
from omnix_desktop.sync.link import LiveLink
from omnix_protocol import codec
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import CommandId, ConversationId, UserId, new_id
from omnix_protocol.messages import DraftSaved, SaveDraft

PAUSE_SECONDS: Final = 1.5
"""Without a key press, before a text goes out."""
AGAIN_SECONDS: Final = 10.0
LAST_SECONDS: Final = 1.0
_PASSING: Final = frozenset({Reason.UNAVAILABLE, Reason.TOO_MANY_REQUESTS})
_log: Final = logging.getLogger("omnix_desktop.sync.drafts")


class DraftSharing:
    """One round at a time: what the replica and local.db hold is compared, then what differs is offered."""

    def __init__(self, engine: Engine, local: Local, exchange: Exchange, link: LiveLink, user_id: UserId) -> None:
        self._engine, self._local, self._exchange, self._link = engine, local, exchange, link
        self._user_id = user_id
        self._wake = asyncio.Event()
        self._round_at_a_time = asyncio.Lock()
        self._quiet_at: dict[str, float] = {}
        """Conversations in which something was typed, and when that is to go out; in the loop's time."""
        self._left: set[str] = set()
        """Conversations whose text goes out at once, whatever the feed still says of the last key press."""
        self._look = False
        self._fresh = True
        self._online = False
        self._barred: set[tuple[str, str, str]] = set()
        """Texts that the server does not take; asked again with the next connection."""

    async def share_forever(self) -> None:
        endings = (self._engine.feed.subscribe(self._changed), self._link.subscribe(self._linked))
        self._linked(self._link.status)
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(min(self._quiet_at.values(), default=None)):
                        await self._wake.wait()
                self._wake.clear()
                await self._round()
        finally:
            for end in endings:
                end()

    def hurry(self, conversation_id: str) -> None:
        """What was typed there goes out now."""
        if self._online:
            self._left.add(conversation_id)
            self._wake.set()

    async def finish(self) -> None:
        """The program ends: what was typed last goes out, where that takes no time."""
        self._quiet_at.clear()
        self._look = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await self._round()
        self._online = False  # the files are closed next

    def _linked(self, status: LinkStatus) -> None:
        online = status.state == LinkState.ONLINE
        if online and not self._online:
            self._fresh = True
            self._barred.clear()
            self._wake.set()
        elif not online:
            self._quiet_at.clear()  # with the next connection all of them are looked at
        self._online = online

    def _changed(self, changed: Changed) -> None:
        if not self._online:
            return
        typed = {id_ for type_name, id_ in changed if type_name == "draft"}
        at = asyncio.get_running_loop().time() + PAUSE_SECONDS
        self._quiet_at.update(dict.fromkeys(typed, at))
        self._look = self._look or any(type_name == "Draft" for type_name, _ in changed)
        if typed or self._look:
            self._wake.set()

    async def _round(self) -> None:
        async with self._round_at_a_time:
            if not self._online or not self._is_due():
                return
            try:
                theirs = elsewhere(self._engine.reader(), self._user_id)
                if theirs is None:
                    return
                fresh, self._fresh, self._look = self._fresh, False, False
                sharing = self._local.share_drafts(theirs, self._keep(), fresh=fresh)
                for offer in await asyncio.wrap_future(sharing):
                    await self._offer(offer)
            except Disconnected:
                pass
            except Exception as error:  # the driver's classes are its own; Local has told the person
                _log.warning("drafts are not shared: %s", type(error).__name__)

    def _is_due(self) -> bool:
        now = asyncio.get_running_loop().time()
        quiet = self._left | {one for one, at in self._quiet_at.items() if at <= now}
        for one in quiet:
            self._quiet_at.pop(one, None)
        self._left.clear()
        return bool(quiet) or self._look or self._fresh

    def _keep(self) -> Keep:
        """Not what is being typed at the moment, and not what was refused."""
        typing, barred = frozenset(self._quiet_at), frozenset(self._barred)
        return lambda key, text: key[0] in typing or (*key, text) in barred

    async def _offer(self, offer: Offer) -> None:
        """Raises Disconnected: whether it arrived shows the replica, once the connection is back."""
        command = SaveDraft(
            conversation_id=ConversationId(offer.conversation_id),
            mode=offer.mode,
            text=offer.text,
            base_version=offer.base_version,
        )
        result = await self._exchange.run(CommandId(new_id()), command)
        if result.refused is None:
            version = codec.decode(result.body, DraftSaved).version
            await asyncio.wrap_future(self._local.draft_answered(offer, version))
            return
        self._put_off(offer, result.refused)
        await asyncio.wrap_future(self._local.draft_answered(offer, None))

    def _put_off(self, offer: Offer, why: Refused) -> None:
        if why.reason in _PASSING:
            self._quiet_at[offer.conversation_id] = asyncio.get_running_loop().time() + AGAIN_SECONDS
        elif why.reason != Reason.VERSION_CONFLICT:  # then the other machine's text is on its way here
            self._barred.add((offer.conversation_id, offer.mode, offer.text))
