"""The tokens of one signed-in life: renewed before they end, kept before they are used."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from omnix_desktop.clock import ServerClock
from omnix_desktop.sync.http import Http, Unreachable
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.sign_in import SignedIn

_EARLY: Final = timedelta(seconds=30)


class SignedOut(Exception):
    """The server no longer takes these tokens: trying again makes no sense."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


class Tokens:
    """`keep` stores the new refresh token (keychain); it runs in a thread, before the successor's first use."""

    def __init__(
        self, signed_in: SignedIn, device_id: str, http: Http, clock: ServerClock, keep: Callable[[SignedIn], None]
    ) -> None:
        self.signed_in = signed_in
        self.device_id = device_id
        self._http, self._clock, self._keep = http, clock, keep
        self._renewing = asyncio.Lock()
        self._rejected = ""

    async def access(self) -> str:
        """A token that should be good for a while. Raises Unreachable or SignedOut."""
        async with self._renewing:
            if self._is_stale():
                await self._renew()
            return self.signed_in.access_token

    def reject(self, access_token: str) -> None:
        """The server did not take this one, though its time is not over."""
        self._rejected = access_token

    def _is_stale(self) -> bool:
        current = self.signed_in
        return current.access_token == self._rejected or self._clock.now() + _EARLY >= current.access_expires_at

    async def _renew(self) -> None:
        answer = await self._http.refresh(self.signed_in.refresh_token, self.device_id)
        if isinstance(answer, Refused):
            if answer.reason in {Reason.UNAVAILABLE, Reason.TOO_MANY_REQUESTS}:
                raise Unreachable(answer.code)
            raise SignedOut(answer)
        await asyncio.to_thread(self._keep, answer)
        self.signed_in = answer
