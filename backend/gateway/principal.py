"""Who stands at the door, once their token was looked at."""

from dataclasses import dataclass

from backend.runner import Actor
from omnix_protocol.ids import SessionId, TenantId, UserId


@dataclass(frozen=True, slots=True)
class Principal:
    """A user's or a visitor's session, as long as it lasts."""

    tenant_id: TenantId
    actor: Actor
    session_id: SessionId
    user_id: UserId | None = None  # None: a visitor
    name: str = ""
    device_name: str = ""
    must_change_password: bool = False
