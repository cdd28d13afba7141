"""Who is signed in, their sessions and password."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from omnix_desktop.ports import OFFLINE
from omnix_desktop.sync.http import Http, Unreachable
from omnix_desktop.sync.tokens import SignedOut, Tokens
from omnix_protocol.errors import Refused
from omnix_protocol.ids import SessionId, UserId
from omnix_protocol.sign_in import ChangePassword, ResetPassword, Session, SignedIn

T = TypeVar("T")


class SignedInAccount:
    """The port Account."""

    def __init__(self, http: Http, tokens: Tokens, close: Callable[[], Awaitable[None]]) -> None:
        self._http, self._tokens, self._close = http, tokens, close

    @property
    def me(self) -> SignedIn:
        return self._tokens.signed_in

    async def sessions(self) -> tuple[Session, ...] | Refused:
        return await with_token(self._tokens, self._http.sessions)

    async def end_session(self, session_id: SessionId) -> Refused | None:
        return await with_token(self._tokens, lambda token: self._http.end_session(token, session_id))

    async def change_password(self, old: str, new: str) -> Refused | None:
        request = ChangePassword(old_password=old, new_password=new)
        return await with_token(self._tokens, lambda token: self._http.change_password(token, request))

    async def reset_password(self, user_id: UserId, password: str) -> Refused | None:
        request = ResetPassword(new_password=password)
        return await with_token(self._tokens, lambda token: self._http.reset_password(token, user_id, request))

    async def sign_out(self) -> None:
        """Here in any case; the server's side of the session ends where it can be reached."""
        await with_token(self._tokens, self._http.sign_out)
        await self._close()


async def with_token(tokens: Tokens, call: Callable[[str], Awaitable[T]]) -> T | Refused:
    """What the server answers to who is signed in, or why it was not asked."""
    try:
        return await call(await tokens.access())
    except Unreachable:
        return OFFLINE
    except SignedOut as end:
        return end.refused
