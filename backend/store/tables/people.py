"""Tenants as entities, groups, users, AUX codes, presence."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, text

from backend.store.tables.base import Key, entity_table, tenant_table
from backend.store.tables.mapping import Side, maps
from omnix_protocol.people import AuxCode, Group, Presence, Tenant, User

tenants = entity_table("tenants", Column("code", Key, nullable=False))
groups = entity_table("groups")
users = entity_table(
    "users",
    Column("email", Key, nullable=False),
    Index("uq_users_email", "tenant_id", "email", unique=True),
)
aux_codes = entity_table("aux_codes", Column("code", Key, nullable=False))
presences = entity_table(
    "presences",
    Column("state", String, nullable=False),
    Column("load", Integer, nullable=False),
    # the limit that held when the load last grew: the second lock behind the handlers' own look at it
    Column("load_limit", Integer, nullable=False, server_default=text("1000")),
    CheckConstraint("load >= 0 AND load <= load_limit", name="load_within_limit"),
    Index("ix_presences_state", "tenant_id", "state"),
)

memberships = tenant_table(
    "memberships",
    Column("group_id", Key, primary_key=True),
    Column("user_id", Key, primary_key=True),
    Index("ix_memberships_user", "tenant_id", "user_id"),
)


def _user(entity: User) -> dict[str, Any]:
    return {"email": entity.email.casefold()}


def _presence(entity: Presence) -> dict[str, Any]:
    return {"state": entity.state.value, "load": entity.load}


def _memberships(entity: User) -> list[dict[str, Any]]:
    return [{"group_id": group_id} for group_id in sorted(set(entity.group_ids))]


maps(Tenant, tenants, lambda entity: {"code": entity.code})
maps(Group, groups)
maps(User, users, _user, Side(memberships, lambda entity: {"user_id": entity.id}, _memberships))
maps(AuxCode, aux_codes, lambda entity: {"code": entity.code})
maps(Presence, presences, _presence)
