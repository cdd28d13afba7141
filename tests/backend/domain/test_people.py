"""The tenant, its people, who is there; the catalogue and the channels."""

from typing import Any

import pytest

from backend.domain.base import SYSTEM
from omnix_protocol import scopes
from omnix_protocol.catalogue import AddCategory, AddQuickReply
from omnix_protocol.channels import (
    AddChannelAccount,
    ChannelAccount,
    ChannelGroup,
    EditChannelAccount,
    FaultKind,
    PublishChannel,
    ReportChannelFault,
    ServeChannel,
    SettingField,
)
from omnix_protocol.errors import Reason, refused
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
    new_id,
)
from omnix_protocol.people import (
    AddAuxCode,
    AddGroup,
    AddUser,
    EditRules,
    EditUser,
    OpenTenant,
    Presence,
    PresenceState,
    RecordPresence,
    RecordSignIn,
    Role,
    Rules,
    SetPresence,
    Tenant,
    User,
)
from tests.support.office import CAPABILITIES, Office


def user(email: str = "baru@nusa.example", **more: Any) -> AddUser:
    return AddUser(user_id=UserId(new_id()), name="Baru", email=email, **more)


async def test_nobody_makes_a_colleague_above_themselves(company: Office) -> None:
    assert (await company.barred("ayu", user())).code == Reason.NOT_ENTITLED
    assert (await company.barred("tono", user(role=Role.SUPERVISOR))).code == Reason.NOT_ENTITLED
    await company.done("tono", user(role=Role.TEAM_LEADER, group_ids=(company.group("layanan"),)))
    sari = await company.get(User, company.user("sari"))
    demote = EditUser(user_id=company.user("sari"), base_version=sari.version, role=Role.AGENT)
    assert (await company.barred("tono", demote)).code == Reason.NOT_ENTITLED


async def test_a_mail_address_signs_in_one_person(company: Office) -> None:
    await company.done("tono", user())
    assert await company.barred("tono", user("BARU@nusa.example")) == refused(Reason.ALREADY_EXISTS, type="User")
    assert await company.barred("tono", user("x@nusa.example", group_ids=(GroupId(new_id()),))) == refused(
        Reason.NOT_FOUND, type="Group"
    )


async def test_who_is_deactivated_is_signed_in_no_more(company: Office) -> None:
    ayu = await company.get(User, company.user("ayu"))
    edit = EditUser(user_id=company.user("ayu"), base_version=ayu.version, active=False)
    await company.done("tono", edit)
    assert (await company.barred("ayu", SetPresence(state=PresenceState.ONLINE))).code == Reason.NOT_SIGNED_IN
    assert await company.asks.derived_scopes(company.tenant_id, company.actor("ayu")) == []
    tono = await company.get(User, company.user("tono"))
    own = EditUser(user_id=company.user("tono"), base_version=tono.version, active=False)
    assert (await company.barred("tono", own)).code == Reason.INVALID_FIELD
    assert (await company.barred("tono", edit)).code == Reason.VERSION_CONFLICT


async def test_the_tenants_numbers_are_the_supervisors(company: Office) -> None:
    tenant = await company.get(Tenant, company.tenant_id)
    edit = EditRules(base_version=tenant.version, rules=Rules(pick_up_limit=3))
    assert (await company.barred("tono", edit)).code == Reason.NOT_ENTITLED
    await company.done("sari", edit)
    assert (await company.get(Tenant, company.tenant_id)).rules.pick_up_limit == 3
    assert (await company.barred("sari", edit)).code == Reason.VERSION_CONFLICT
    wrong = EditRules(base_version=tenant.version + 1, rules=Rules(grace_seconds=-1))
    assert (await company.barred("sari", wrong)).args["field"] == "grace_seconds"


async def test_a_tenant_is_opened_once_and_only_as_itself(company: Office) -> None:
    again = OpenTenant(tenant_id=company.tenant_id, code="lain", name="Lain")
    assert (await company.barred(SYSTEM, again)).code == Reason.ALREADY_EXISTS
    other = OpenTenant(tenant_id=TenantId(new_id()), code="lain", name="Lain")
    assert (await company.barred(SYSTEM, other)).code == Reason.NOT_ENTITLED


async def test_presence_follows_devices_and_a_pause_outlives_a_lost_connection(company: Office) -> None:
    key = company.user("ayu")
    await company.online("ayu")
    assert (await company.get(Presence, key)).state is PresenceState.ONLINE
    await company.done("ayu", SetPresence(state=PresenceState.AUX, aux_code_id=AuxCodeId(company.id("makan"))))
    await company.done(SYSTEM, RecordPresence(user_id=key))
    assert (await company.get(Presence, key)).state is PresenceState.OFFLINE
    await company.online("ayu")
    assert (await company.get(Presence, key)).state is PresenceState.AUX
    version = (await company.get(Presence, key)).version
    await company.online("ayu")
    assert (await company.get(Presence, key)).version == version
    assert (await company.barred("ayu", SetPresence(state=PresenceState.OFFLINE))).code == Reason.INVALID_FIELD
    unknown = SetPresence(state=PresenceState.AUX, aux_code_id=AuxCodeId(new_id()))
    assert (await company.barred("ayu", unknown)).code == Reason.NOT_FOUND
    assert await company.holds(scopes.agent(key)) == {("Presence", key)}


async def test_a_sign_in_is_seen_by_the_person(company: Office) -> None:
    record = RecordSignIn(user_id=company.user("ayu"), device_name="PC loket 3", address="192.0.2.7")
    assert (await company.barred("adi", record)).code == Reason.NOT_ENTITLED
    await company.done(SYSTEM, record)
    presence = await company.get(Presence, company.user("ayu"))
    assert (presence.signed_in_with, presence.signed_in_from) == ("PC loket 3", "192.0.2.7")


async def test_the_category_tree_has_five_levels(company: Office) -> None:
    below = AddCategory(category_id=CategoryId(new_id()), parent_id=company.category(5), name="Terlalu dalam")
    assert (await company.barred("adi", below)).args["field"] == "parent_id"
    orphan = AddCategory(category_id=CategoryId(new_id()), parent_id=CategoryId(new_id()), name="Yatim")
    assert (await company.barred("adi", orphan)).code == Reason.NOT_FOUND


async def test_a_shortcut_means_one_thing_in_a_group(company: Office) -> None:
    def reply(group: str | None = None) -> AddQuickReply:
        group_id = company.group(group) if group else None
        return AddQuickReply(
            quick_reply_id=QuickReplyId(new_id()), shortcut="salam", title="Salam", text="Halo", group_id=group_id
        )

    await company.done("tono", reply())
    await company.done("tono", reply("layanan"))
    assert (await company.barred("tono", reply("layanan"))).code == Reason.ALREADY_EXISTS
    assert (await company.barred("ayu", reply("eskalasi"))).code == Reason.NOT_ENTITLED


async def test_an_account_needs_its_channels_settings_and_shows_no_secret(company: Office) -> None:
    settings = (SettingField(name="base", label="Base"), SettingField(name="token", label="Token", secret=True))
    publish = PublishChannel(
        kind="sms", name="SMS", group=ChannelGroup.LIVE, capabilities=CAPABILITIES["telegram"], settings=settings
    )
    await company.done(SYSTEM, publish)

    def account(**more: Any) -> AddChannelAccount:
        return AddChannelAccount(channel_account_id=ChannelAccountId(new_id()), kind="sms", name="SMS", **more)

    secret = SecretId(new_id())
    assert (await company.barred("adi", account(secret_id=secret))).args["field"] == "base"
    assert (await company.barred("adi", account(settings={"base": "x"}))).args["field"] == "token"
    shown = {"base": "x", "token": "rahasia"}
    assert (await company.barred("adi", account(settings=shown, secret_id=secret))).args["field"] == "token"
    await company.done("adi", account(settings={"base": "x"}, secret_id=secret))
    assert (await company.barred("tono", account(settings={"base": "x"}, secret_id=secret))).code == (
        Reason.NOT_ENTITLED
    )


async def test_a_fault_is_shown_until_it_is_mended(company: Office) -> None:
    key = company.account("bot")
    told = ReportChannelFault(channel_account_id=key, fault="401 Unauthorized", fault_kind=FaultKind.REFUSED)
    await company.done(company.channel("bot"), told)
    faulty = await company.get(ChannelAccount, key)
    assert (faulty.fault, faulty.fault_kind) == ("401 Unauthorized", FaultKind.REFUSED)
    foreign = ReportChannelFault(channel_account_id=key, fault="x")
    assert (await company.barred(company.channel("number"), foreign)).code == Reason.NOT_ENTITLED
    await company.done(SYSTEM, ReportChannelFault(channel_account_id=key, fault_kind=FaultKind.AWAY))
    account = await company.get(ChannelAccount, key)
    assert (account.fault, account.fault_kind) == ("", None)
    stale = EditChannelAccount(channel_account_id=key, base_version=account.version - 1, name="x")
    assert (await company.barred("adi", stale)).code == Reason.VERSION_CONFLICT


async def test_the_first_group_that_serves_an_account_gets_what_comes_in(company: Office) -> None:
    account = await company.get(ChannelAccount, company.account("bot"))
    assert account.default_queue_id == company.queue("bot", "layanan")
    twice = ServeChannel(
        queue_id=QueueId(new_id()), channel_account_id=company.account("bot"), group_id=company.group("layanan")
    )
    assert (await company.barred("adi", twice)).code == Reason.ALREADY_EXISTS


@pytest.mark.parametrize(
    "command",
    [
        AddGroup(group_id=GroupId("nomor satu"), name="x"),
        AddAuxCode(aux_code_id=AuxCodeId("nomor satu"), code="x", name="x"),
        AddCategory(category_id=CategoryId("nomor satu"), name="x"),
        AddQuickReply(quick_reply_id=QuickReplyId("nomor satu"), shortcut="x", title="x", text="x"),
    ],
)
async def test_ids_that_an_asker_makes_must_have_their_form(company: Office, command: Any) -> None:
    assert (await company.barred("adi", command)).code == Reason.INVALID_FIELD
