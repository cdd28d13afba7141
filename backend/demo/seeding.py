"""Makes the demo tenant: catalogue, people, accounts, then a month of conversations in order of time."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend import accounts, clock
from backend.app import Parts
from backend.demo.catalogue import AUX, QUICK_REPLIES, branches
from backend.demo.month import Month
from backend.demo.steps import Steps
from backend.store.control import TenantEntry
from backend.store.raw import Route
from omnix_protocol.catalogue import AddCategory, AddQuickReply, QuickReply
from omnix_protocol.channels import AddChannelAccount, ChannelAccount, EditChannelAccount, ServeChannel
from omnix_protocol.ids import (
    AuxCodeId,
    CategoryId,
    ChannelAccountId,
    GroupId,
    QueueId,
    QuickReplyId,
    SecretId,
    TenantId,
    UserId,
)
from omnix_protocol.people import AddAuxCode, AddGroup, AddUser, OpenTenant, Role

CODE: Final = "nusanet"
NAME: Final = "Nusanet Care"
PASSWORD: Final = "nusanet-demo-2026"  # noqa: S105  # of an invented company on a demo server
TELEGRAM_TOKEN: Final = "700100200:AAdemo-token-of-an-invented-bot"  # noqa: S105  # as above
WEBCHAT_ROUTE: Final = "nusanet"
TELEGRAM_ROUTE: Final = "nusanet-telegram"
SIMULATOR: Final = "http://127.0.0.1:8766"
GROUPS: Final = ("Agent", "Caring", "Backroom")
PEOPLE: Final = (
    ("sinta", "Sinta Puspita", Role.AGENT, ("Agent",)),
    ("rizky", "Rizky Ramadhan", Role.AGENT, ("Agent",)),
    ("maya", "Maya Lestari", Role.AGENT, ("Agent", "Caring")),
    ("bagus", "Bagus Nugroho", Role.AGENT, ("Agent",)),
    ("dinda", "Dinda Maharani", Role.AGENT, ("Caring",)),
    ("arif", "Arif Hidayat", Role.AGENT, ("Backroom",)),
    ("laras", "Laras Kusuma", Role.TEAM_LEADER, ("Agent", "Caring")),
    ("hendra", "Hendra Wijaya", Role.SUPERVISOR, ("Agent", "Caring", "Backroom")),
    ("admin", "Ratna Admin", Role.ADMINISTRATOR, ()),
)


@dataclass(frozen=True, slots=True)
class SignInData:
    """What a person types, and where customers are."""

    tenant: str
    password: str
    people: tuple[tuple[str, str], ...]  # email, role
    webchat_route: str
    fresh: bool  # False: everything was there already

    def __str__(self) -> str:
        rows = "\n".join(f"  {email:<28} {role}" for email, role in self.people)
        state = "made" if self.fresh else "there already, nothing changed"
        return (
            f"Demo tenant {self.tenant} ({state}). Password of everybody: {self.password}\n{rows}\n"
            f"Web chat: /chat/{self.webchat_route}"
        )


async def seed(parts: Parts, telegram_url: str = SIMULATOR, now: Callable[[], datetime] = clock.now) -> SignInData:
    """Make what is missing. Everything has a derived id, so that what is there already stays as it is."""
    tenant_id = TenantId(Steps.name("tenant"))
    steps = Steps(parts, tenant_id, now())
    done = await _is_done(parts, tenant_id)
    if not done:
        await _open(parts, steps)
        await _catalogue(steps)
        await _people(parts, steps)
        await _accounts(parts, steps, telegram_url)
        month = Month(steps, random.Random(2026))  # noqa: S311  # invented, and the same every time
        await month.play()
        await _mark(steps)
    else:
        await _telegram_at(steps, telegram_url)
    people = tuple((f"{name}@{CODE}.example", role.value) for name, _, role, _ in PEOPLE)
    return SignInData(CODE, PASSWORD, people, WEBCHAT_ROUTE, fresh=not done)


async def _is_done(parts: Parts, tenant_id: TenantId) -> bool:
    if await parts.store.control.tenant(tenant_id) is None:
        return False
    async with parts.store.read(tenant_id) as tx:
        return await tx.get(QuickReply, Steps.name("quick reply", QUICK_REPLIES[-1][0])) is not None


async def _mark(steps: Steps) -> None:
    """The last quick reply is made last of all: where it is, everything is."""
    await _quick_reply(steps, *QUICK_REPLIES[-1])


async def _open(parts: Parts, steps: Steps) -> None:
    if await parts.store.control.tenant(steps.tenant_id) is None:
        entry = TenantEntry(tenant_id=steps.tenant_id, code=CODE, name=NAME, locale="id", active=True)
        await parts.store.control.add_tenant(entry)
    await steps.do("open", OpenTenant(tenant_id=steps.tenant_id, code=CODE, name=NAME))
    await accounts.publish_channels(parts, steps.tenant_id)


async def _catalogue(steps: Steps) -> None:
    for path in branches():
        parent = CategoryId(Steps.name("category", *path[:-1])) if len(path) > 1 else None
        category_id = CategoryId(Steps.name("category", *path))
        await steps.do(f"category {path}", AddCategory(category_id=category_id, parent_id=parent, name=path[-1]))
    for quick_reply in QUICK_REPLIES[:-1]:
        await _quick_reply(steps, *quick_reply)
    for code, name in AUX:
        await steps.do(f"aux {code}", AddAuxCode(aux_code_id=AuxCodeId(Steps.name("aux", code)), code=code, name=name))


async def _quick_reply(steps: Steps, shortcut: str, title: str, text: str) -> None:
    quick_reply_id = QuickReplyId(Steps.name("quick reply", shortcut))
    command = AddQuickReply(quick_reply_id=quick_reply_id, shortcut=shortcut, title=title, text=text)
    await steps.do(f"quick reply {shortcut}", command)


async def _people(parts: Parts, steps: Steps) -> None:
    for group in GROUPS:
        await steps.do(f"group {group}", AddGroup(group_id=GroupId(Steps.name("group", group)), name=group))
    for name, full_name, role, groups in PEOPLE:
        user_id = UserId(Steps.name("user", name))
        command = AddUser(
            user_id=user_id,
            name=full_name,
            email=f"{name}@{CODE}.example",
            role=role,
            group_ids=tuple(GroupId(Steps.name("group", group)) for group in groups),
        )
        await steps.do(f"user {name}", command)
        await parts.sign_in.give_password(steps.tenant_id, user_id, PASSWORD, must_change=False)


async def _accounts(parts: Parts, steps: Steps, telegram_url: str) -> None:
    secret_id = await parts.secrets.put(steps.tenant_id, {"token": TELEGRAM_TOKEN})
    web = {"title": NAME, "origins": "*", "colour": "#2F6FED"}
    await _account(parts, steps, "webchat", "Chat Nusanet", WEBCHAT_ROUTE, web)
    bot = {"base_url": telegram_url}
    await _account(parts, steps, "telegram", "@nusanet_care", TELEGRAM_ROUTE, bot, secret_id)


async def _telegram_at(steps: Steps, url: str) -> None:
    """The simulator may be somewhere else this time."""
    async with steps.parts.store.read(steps.tenant_id) as tx:
        account = await tx.get(ChannelAccount, Steps.name("account", "telegram"))
    if account is not None and account.settings.get("base_url") != url:
        settings = account.settings | {"base_url": url}
        account_id = ChannelAccountId(account.id)
        edit = EditChannelAccount(channel_account_id=account_id, base_version=account.version, settings=settings)
        await steps.do(f"telegram at {url} from {account.version}", edit)


async def _account(
    parts: Parts,
    steps: Steps,
    kind: str,
    name: str,
    route: str,
    settings: dict[str, str],
    secret_id: SecretId | None = None,
) -> None:
    account_id = ChannelAccountId(Steps.name("account", kind))
    command = AddChannelAccount(
        channel_account_id=account_id, kind=kind, name=name, address=name, settings=settings, secret_id=secret_id
    )
    await steps.do(f"account {kind}", command)
    for group in ("Agent", "Caring"):
        queue_id = QueueId(Steps.name("queue", kind, group))
        group_id = GroupId(Steps.name("group", group))
        serving = ServeChannel(queue_id=queue_id, channel_account_id=account_id, group_id=group_id)
        await steps.do(f"queue {kind} {group}", serving)
    if await parts.store.control.route(route) is None:
        await parts.store.control.add_route(Route(route, steps.tenant_id, account_id, kind))
