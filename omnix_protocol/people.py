"""Tenants, users, roles, groups, presence."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from omnix_protocol.base import Command, Entity, Value
from omnix_protocol.channels import Name
from omnix_protocol.ids import AuxCodeId, GroupId, TenantId, UserId

Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
LIMIT_MAX: Final = 200
Limit = Annotated[int, Meta(ge=0, le=LIMIT_MAX)]


class Role(StrEnum):
    """S0.60, in rising order of what one may do."""

    AGENT = "agent"
    TEAM_LEADER = "team_leader"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Rules(Value, frozen=True, kw_only=True):
    """The numbers that are the tenant's data (promise 7); `rules.py` has the one function for each."""

    pick_up_limit: Limit = 8
    reply_due_seconds: int = 300
    wait_soon_seconds: int = 180
    wait_late_seconds: int = 300
    grace_seconds: int = 900  # a message this soon after the end goes back to the same agent
    message_max: int = 4096
    memo_max: int = 10_000
    attachment_max_bytes: int = 20 * 1024 * 1024


class Tenant(Entity, frozen=True, kw_only=True):
    """A company; `code` is what its people type at sign-in (S0.1)."""

    code: str
    name: Name
    locale: str = "id"
    time_zone: str = "Asia/Jakarta"
    rules: Rules = Rules()
    status_labels: dict[str, str] = msgspec.field(
        default_factory=dict
    )  # what this tenant calls a status; empty: the program's own words


class Group(Entity, frozen=True, kw_only=True):
    """A team that serves queues."""

    name: Name
    active: bool = True


class User(Entity, frozen=True, kw_only=True):
    """A person of the tenant, as colleagues see them."""

    name: Name
    email: Email
    role: Role
    group_ids: tuple[GroupId, ...] = ()
    pick_up_limit: Limit | None = None  # None: the tenant's
    active: bool = True


class AuxCode(Entity, frozen=True, kw_only=True):
    """A reason for not taking work."""

    code: str
    name: Name


class PresenceState(StrEnum):
    ONLINE = "online"
    AUX = "aux"
    OFFLINE = "offline"


class Presence(Entity, frozen=True, kw_only=True):
    """Whether a person is there; `id` is the user's. A lease of the gateway keeps it, a command changes it."""

    state: PresenceState = PresenceState.OFFLINE
    since: datetime | None = None
    aux_code_id: AuxCodeId | None = None
    load: int = 0  # interactions being handled
    devices: tuple[str, ...] = ()  # what the person is signed in with (S1.6)
    signed_in_at: datetime | None = None  # last time, with what and from where
    signed_in_with: str = ""
    signed_in_from: str = ""
    password_reset_at: datetime | None = None  # last time by a mailed code, and from where
    password_reset_from: str = ""


class OpenTenant(Command, frozen=True, kw_only=True):
    """By the system, first of all in a new tenant."""

    tenant_id: TenantId
    code: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,38}$")]
    name: Name
    locale: str = "id"
    time_zone: str = "Asia/Jakarta"


class EditRules(Command, frozen=True, kw_only=True):
    """By a supervisor (S0.20): the tenant's numbers."""

    base_version: int
    rules: Rules


class AddGroup(Command, frozen=True, kw_only=True):
    """By an administrator."""

    group_id: GroupId
    name: Name


class AddUser(Command, frozen=True, kw_only=True):
    """By a team leader or above (S0.9), of a role not above their own. The password goes through its own door."""

    user_id: UserId
    name: Name
    email: Email
    role: Role = Role.AGENT
    group_ids: tuple[GroupId, ...] = ()


class EditUser(Command, frozen=True, kw_only=True):
    """By a team leader or above; fields left out stay as they are."""

    user_id: UserId
    base_version: int
    name: Name | None = None
    role: Role | None = None
    group_ids: tuple[GroupId, ...] | None = None
    active: bool | None = None


class SetPickUpLimit(Command, frozen=True, kw_only=True):
    """By a supervisor (S0.20): how many interactions this person may handle; None: as the tenant."""

    user_id: UserId
    limit: Limit | None = None


class AddAuxCode(Command, frozen=True, kw_only=True):
    """By an administrator."""

    aux_code_id: AuxCodeId
    code: Annotated[str, Meta(min_length=1, max_length=20)]
    name: Name


class SetPresence(Command, frozen=True, kw_only=True):
    """By the person: ready again, or away with a reason."""

    state: PresenceState
    aux_code_id: AuxCodeId | None = None


class RecordPresence(Command, frozen=True, kw_only=True):
    """By the system, from the gateway's leases: the devices that the person is connected with now."""

    user_id: UserId
    devices: tuple[str, ...] = ()


class RecordSignIn(Command, frozen=True, kw_only=True):
    """By the system after the credentials were right: for the audit log."""

    user_id: UserId
    device_name: Annotated[str, Meta(max_length=200)]
    address: Annotated[str, Meta(max_length=64)]


class RecordPasswordReset(Command, frozen=True, kw_only=True):
    """By the system after a mailed code was right: for the audit log."""

    user_id: UserId
    address: Annotated[str, Meta(max_length=64)]
