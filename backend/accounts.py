"""Tenants, people and channel accounts as the command line and the demo make them: by commands and the two doors."""

from dataclasses import dataclass, field
from typing import Final

from backend.app import Parts
from backend.channels import CHANNELS
from backend.gateway.channel_setup import route_of
from backend.runner import SYSTEM
from backend.store.control import TenantEntry
from backend.store.errors import Conflict
from omnix_protocol.base import Command
from omnix_protocol.channels import AddChannelAccount, PublishChannel, ServeChannel
from omnix_protocol.codec import Malformed, command
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import (
    ChannelAccountId,
    CommandId,
    GroupId,
    QueueId,
    SecretId,
    TenantId,
    UserId,
    new_id,
)
from omnix_protocol.people import AddGroup, AddUser, Group, OpenTenant, Role
from omnix_protocol.text import encode_storable

ROLES: Final = [role.value for role in Role]
EXPECTED: Final = {
    "code": "2 to 39 lower-case letters, digits and hyphens, such as samudra",
    "email": "an address such as ayu@samudra.example",
}
"""What to type, by the field of a command that the wire would not let through."""


class Refusal(Exception):
    """What was asked was refused; one sentence."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person, with the password that their administrator gave them."""

    email: str
    name: str
    password: str = field(repr=False)
    role: str = Role.AGENT
    groups: tuple[str, ...] = ()
    must_change: bool = True


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A channel account; `secrets` go through the door for secrets."""

    kind: str
    name: str
    group: str
    address: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


async def add_tenant(
    parts: Parts, code: str, name: str, locale: str = "id", time_zone: str = "Asia/Jakarta"
) -> TenantId:
    tenant_id = TenantId(new_id())
    opening = _checked(OpenTenant(tenant_id=tenant_id, code=code, name=name, locale=locale, time_zone=time_zone))
    try:
        await parts.store.control.add_tenant(TenantEntry(tenant_id, code, name, locale, active=True))
    except Conflict:
        raise Refusal(f"There is a tenant {code} already.") from None
    await run(parts, tenant_id, opening)
    await publish_channels(parts, tenant_id)
    return tenant_id


async def publish_channels(parts: Parts, tenant_id: TenantId) -> None:
    """What this release's channels can do, into the tenant's catalogue."""
    for channel in CHANNELS:
        publishing = PublishChannel(
            kind=channel.kind,
            name=channel.name,
            group=channel.group,
            capabilities=channel.capabilities,
            settings=channel.settings,
        )
        await run(parts, tenant_id, publishing)


async def add_user(parts: Parts, tenant_code: str, person: NewUser) -> UserId:
    tenant_id = await tenant_of(parts, tenant_code)
    group_ids = tuple([await group_of(parts, tenant_id, name) for name in person.groups])
    user_id = UserId(new_id())
    adding = AddUser(user_id=user_id, name=person.name, email=person.email, role=Role(person.role), group_ids=group_ids)
    await run(parts, tenant_id, _checked(adding))
    await parts.sign_in.give_password(tenant_id, user_id, person.password, must_change=person.must_change)
    return user_id


async def add_channel(parts: Parts, tenant_code: str, new: NewAccount) -> str:
    """The account's route: what its webhook or its page ends with."""
    kinds = [channel.kind for channel in CHANNELS]
    if new.kind not in kinds:
        raise Refusal(f"There is no channel {new.kind}; there are {', '.join(kinds)}.")
    tenant_id = await tenant_of(parts, tenant_code)
    await publish_channels(parts, tenant_id)
    account_id = ChannelAccountId(new_id())
    secret_id: SecretId | None = await parts.secrets.put(tenant_id, new.secrets) if new.secrets else None
    adding = AddChannelAccount(
        channel_account_id=account_id,
        kind=new.kind,
        name=new.name,
        address=new.address,
        settings=new.settings,
        secret_id=secret_id,
    )
    await run(parts, tenant_id, _checked(adding))
    group_id = await group_of(parts, tenant_id, new.group)
    serving = ServeChannel(queue_id=QueueId(new_id()), channel_account_id=account_id, group_id=group_id)
    await run(parts, tenant_id, serving)
    return (await route_of(parts.store.control, tenant_id, account_id, new.kind)).route


async def tenant_of(parts: Parts, code: str) -> TenantId:
    entry = await parts.store.control.tenant_by_code(code)
    if entry is None:
        raise Refusal(f"There is no tenant {code}; `omnix-server tenant add` makes one.")
    return entry.tenant_id


async def group_of(parts: Parts, tenant_id: TenantId, name: str) -> GroupId:
    """The group of this name; made where it is missing."""
    async with parts.store.read(tenant_id) as tx:
        known = {group.name: GroupId(group.id) for group in await tx.all(Group)}
    if name in known:
        return known[name]
    group_id = GroupId(new_id())
    await run(parts, tenant_id, _checked(AddGroup(group_id=group_id, name=name)))
    return group_id


async def run(parts: Parts, tenant_id: TenantId, asked: Command) -> None:
    """By the system itself. Raises Refusal."""
    result = await parts.runner.do(tenant_id, SYSTEM, CommandId(new_id()), asked)
    if result.refused is not None:
        raise Refusal(_sentence(result.refused))


def _checked(asked: Command) -> Command:
    """The command as the wire would let it through. Raises Refusal."""
    try:
        return command(type(asked).__name__, encode_storable(asked))
    except Malformed as error:
        where = str(error).rpartition("$.")[2].rstrip("`")
        expected = EXPECTED.get(where)
        raise Refusal(f"{where}: expected {expected}." if expected else f"That does not do: {error}.") from None


def _sentence(why: Refused) -> str:
    if why.code == Reason.INVALID_FIELD:
        return f"{why.args['field']}: {why.args['detail']}."
    details = ", ".join(f"{name} {value}" for name, value in why.args.items())
    return f"Refused: {why.code.replace('_', ' ')}{f' ({details})' if details else ''}."
