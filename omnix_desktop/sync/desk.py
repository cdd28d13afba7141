"""One signed-in user's desk: both files open, sync running, and the ports to reach them. Runs headless."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.local import Local
from omnix_desktop.clock import ServerClock
from omnix_desktop.ports import Fault, LinkState, Ports
from omnix_desktop.sync.account import SignedInAccount
from omnix_desktop.sync.asks import Asks
from omnix_desktop.sync.channels import Channels
from omnix_desktop.sync.connection import Connection
from omnix_desktop.sync.drafts import DraftSharing
from omnix_desktop.sync.exchange import Exchange
from omnix_desktop.sync.files import FileTransfers
from omnix_desktop.sync.follow import FRAMES, Follower
from omnix_desktop.sync.http import Http
from omnix_desktop.sync.link import LiveLink
from omnix_desktop.sync.outbox import Outbox
from omnix_desktop.sync.outside import OutsidePictures
from omnix_desktop.sync.pulses import LivePulses
from omnix_desktop.sync.tokens import Tokens
from omnix_desktop.sync.unsent import UnsentWork
from omnix_desktop.tasks import Tasks
from omnix_protocol.errors import Refused
from omnix_protocol.frames import Answer, Pong, Pulsed, Result, ServerFrame, Welcome
from omnix_protocol.ids import UserId
from omnix_protocol.sign_in import SignedIn

CLIENT: Final = "omnix-desktop/0.1.0"


class Desk:
    """Made without the network and without its libraries; `start` begins to reach for the server.

    `keep` stores each new refresh token; it is called in a thread, before the token's first use.
    """

    def __init__(
        self,
        server: str,
        signed_in: SignedIn,
        device_id: str,
        folder: Path,
        key: bytes,
        keep: Callable[[SignedIn], None] = lambda _: None,
    ) -> None:
        self.clock = ServerClock()
        self.engine = Engine(folder, key, self.clock.now)
        self.local = Local(self.engine, self.clock.now)
        self._http = Http(server)
        self._tasks = Tasks("desk")
        tokens = Tokens(signed_in, device_id, self._http, self.clock, keep)
        self._connection = Connection(server, CLIENT, tokens, self.clock, self._tasks)
        self._link = LiveLink(self._connection.try_now)
        self._exchange = Exchange(self._connection)
        self._follower = Follower(self.engine, self._connection)
        self._outbox = Outbox(self.engine, self.local, self._exchange, self._link, self._tasks)
        self._drafts = DraftSharing(self.engine, self.local, self._exchange, self._link, UserId(signed_in.user_id))
        self.local.on_left = self._drafts.hurry
        self._pulses = LivePulses(self._connection)
        self._outside = OutsidePictures()
        self.ports = Ports(
            run=self._outbox,
            ask=Asks(self._exchange, self._link),
            pulses=self._pulses,
            transfers=FileTransfers(self._http, tokens),
            account=SignedInAccount(self._http, tokens, self.close),
            link=self._link,
            follows=self._follower,
            unsent=UnsentWork(self.engine, self.local, self._tasks),
            outside=self._outside,
            channels=Channels(self._http, tokens),
        )
        self._link.change(fault=self.engine.faults[-1] if self.engine.faults else None)

    def start(self) -> None:
        """In the running loop; feeds and ports call back in its thread from now on."""
        loop = asyncio.get_running_loop()

        def deliver(call: Callable[[], None]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(call)

        def fault(found: Fault | None) -> None:
            deliver(lambda: self._link.change(fault=found))

        self.engine.feed.deliver_by(deliver)
        self.engine.on_rebuilt = lambda: deliver(self._connection.begin_again)
        self.local.on_fault = fault
        self._follower.on_fault = fault
        self._follower.on_new_epoch = self._outbox.hold_all
        self._follower.on_ready = self._ready
        self._follower.on_current = self._current
        self._tasks.start(self._follower.apply_forever(), "follow")
        self._tasks.start(self._outbox.send_forever(), "outbox")
        self._tasks.start(self._drafts.share_forever(), "drafts")
        self._connection.start(self)

    async def close(self) -> None:
        """Everything that was decided is on disk afterwards; what is unsent goes out at the next start."""
        await self._drafts.finish()
        await self._tasks.close()
        await self._http.close()
        await self._outside.close()
        await asyncio.to_thread(self.engine.close)
        self._link.change(state=LinkState.OFFLINE, retry_at=None)

    # the connection speaks

    def connecting(self) -> None:
        self._link.change(state=LinkState.CONNECTING, retry_at=None)

    def welcomed(self, welcome: Welcome) -> None:
        self._follower.welcomed(welcome)

    def received(self, frame: ServerFrame) -> None:
        if isinstance(frame, Result | Answer):
            self._exchange.answered(frame)
        elif isinstance(frame, Pulsed):
            self._pulses.received(frame)
        elif isinstance(frame, FRAMES):
            self._follower.received(frame)
        elif isinstance(frame, Pong) and self._link.status.state == LinkState.ONLINE:
            self._link.change(last_sync=self.clock.now())

    def lost(self, delay: float, reason: Refused | None) -> None:
        self._follower.lost()
        retry_at = self.clock.now() + timedelta(seconds=delay)
        self._link.change(state=LinkState.OFFLINE, retry_at=retry_at, reason=reason)
        self._exchange.lost()

    def ended(self, reason: Refused) -> None:
        self._follower.lost()
        self._link.change(state=LinkState.ENDED, retry_at=None, reason=reason)
        self._exchange.lost()

    # the follower speaks

    def _ready(self) -> None:
        """The server is the one that we know: commands may go out."""
        self._link.change(state=LinkState.BEHIND, reason=None)
        self._outbox.wake()

    def _current(self) -> None:
        self._link.change(state=LinkState.ONLINE, last_sync=self.clock.now())
