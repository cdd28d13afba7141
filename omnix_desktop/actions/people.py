"""What supervisors and team leaders decide about people: how much each may handle, a new password (S0.20, S0.9)."""

import secrets
from typing import Final

import msgspec

from omnix_desktop.actions.base import action, first_refusal
from omnix_desktop.actions.conditions import leads, online, supervises
from omnix_desktop.actions.place import Place
from omnix_protocol.errors import Refused
from omnix_protocol.ids import UserId
from omnix_protocol.people import EditRules, Role, SetPickUpLimit, Tenant, User
from omnix_protocol.rules import may_reset

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is read as another when it is said over the phone."""
_PARTS, _PART = 3, 4


@action("people.limits", icon="gauge", enabled_when=first_refusal(supervises, online))
def limits(place: Place) -> None:
    place.screen.open_dialog("limits")


@action("people.reset_password", icon="key-round", enabled_when=first_refusal(leads, online))
def reset_password(place: Place) -> None:
    place.screen.open_dialog("reset_password")


async def set_tenant_limit(place: Place, base: Tenant, limit: int) -> Refused | None:
    """`base` is what the supervisor saw when they typed."""
    rules = msgspec.structs.replace(base.rules, pick_up_limit=limit)
    return (await place.ports.run.now(EditRules(base_version=base.version, rules=rules))).refused


async def set_limit(place: Place, user_id: UserId, limit: int | None) -> Refused | None:
    """None: as the tenant."""
    return (await place.ports.run.now(SetPickUpLimit(user_id=user_id, limit=limit))).refused


def resettable(place: Place) -> list[User]:
    """Whose password this person may reset; one's own is changed, not reset."""
    me = place.ports.account.me
    return [
        user
        for user in place.desk.catalogue.users()
        if user.active and user.id != me.user_id and may_reset(Role(me.role), user.role)
    ]


async def give_password(place: Place, user_id: UserId) -> str | Refused:
    """The one-time password, known here and nowhere else."""
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_PART)) for _ in range(_PARTS))
    refused = await place.ports.account.reset_password(user_id, password)
    return refused or password
