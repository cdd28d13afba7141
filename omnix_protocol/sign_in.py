"""The HTTP bodies of the doors beside commands: signing in, sessions, passwords, files."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta

from omnix_protocol.base import Value
from omnix_protocol.ids import SessionId, TenantId, UserId
from omnix_protocol.people import Role

Password = Annotated[str, Meta(min_length=1, max_length=1024)]
PASSWORD_MIN: Final = 10
"""Characters that a new password has at least."""
NewPassword = Annotated[str, Meta(min_length=PASSWORD_MIN, max_length=1024)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]


RESET_CODE_LENGTH: Final = 8
"""Digits of a mailed code."""
ResetCode = Annotated[str, Meta(min_length=1, max_length=32)]
Address = Annotated[str, Meta(max_length=254)]


class FindTenant(Value, frozen=True, kw_only=True):
    """POST /v1/tenant (S0.1): the first of the two steps."""

    code: Code


class TenantFound(Value, frozen=True, kw_only=True):
    code: str
    name: str
    locale: str
    mails_codes: bool = False  # a forgotten password is reset by a mailed code; where not, a team leader gives one


class SignIn(Value, frozen=True, kw_only=True):
    """POST /v1/sign-in (S0.4–S0.9)."""

    tenant_code: Code
    email: Address
    password: Password
    device_id: Annotated[str, Meta(min_length=1, max_length=64)]
    device_name: Annotated[str, Meta(max_length=200)] = ""


class SignedIn(Value, frozen=True, kw_only=True):
    """The answer to SignIn and Refresh. The access token lives minutes, the refresh token days, each used once."""

    session_id: SessionId
    tenant_id: TenantId
    tenant_code: str
    tenant_name: str
    user_id: UserId
    user_name: str
    role: Role
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    must_change_password: bool = False


class Refresh(Value, frozen=True, kw_only=True):
    """POST /v1/refresh."""

    refresh_token: str
    device_id: str


class Session(Value, frozen=True, kw_only=True):
    """A row of GET /v1/sessions; DELETE /v1/sessions/{id} ends it."""

    id: SessionId
    device_name: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    current: bool = False


class Sessions(Value, frozen=True, kw_only=True):
    sessions: tuple[Session, ...] = ()


class ChangePassword(Value, frozen=True, kw_only=True):
    """POST /v1/password, by the user."""

    old_password: Password
    new_password: NewPassword


class ResetPassword(Value, frozen=True, kw_only=True):
    """POST /v1/users/{id}/password, by an administrator: a one-time password that must be changed."""

    new_password: NewPassword


class AskResetCode(Value, frozen=True, kw_only=True):
    """POST /v1/password-reset/code (S0.7): mails a code, if there is such a person; the answer is always the same."""

    tenant_code: Code
    email: Address


class ResetWithCode(Value, frozen=True, kw_only=True):
    """POST /v1/password-reset: the newest mailed code and a new password. All of the person's sessions end."""

    tenant_code: Code
    email: Address
    code: ResetCode
    new_password: NewPassword
