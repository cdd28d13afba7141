"""Reads of users, groups and presence."""

from collections.abc import Collection

from sqlalchemy import func, select

from backend.store.link import Link
from backend.store.tables.people import memberships, presences, users
from omnix_protocol.ids import GroupId, UserId
from omnix_protocol.people import Presence, PresenceState, User


class PeopleReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def user_by_email(self, email: str) -> User | None:
        """Case does not matter."""
        return await self._link.entity(User, self._link.select(User).where(users.c.email == email.casefold()))

    async def members(self, group_ids: Collection[GroupId]) -> list[User]:
        """Users of any of these groups."""
        m = memberships.c
        of = select(m.user_id).where(m.tenant_id == self._link.tenant_id, m.group_id.in_(sorted(group_ids)))
        statement = self._link.select(User).where(users.c.id.in_(of)).order_by(users.c.id)
        return await self._link.entities(User, statement)

    async def presences(self, user_ids: Collection[UserId]) -> dict[str, Presence]:
        return await self._link.get_many(Presence, user_ids)

    async def online_counts(self) -> dict[GroupId, int]:
        """How many members of each group are ready for work."""
        m, p = memberships.c, presences.c
        statement = (
            select(m.group_id, func.count())
            .join_from(memberships, presences, p.id == m.user_id)
            .where(
                m.tenant_id == self._link.tenant_id,
                p.tenant_id == self._link.tenant_id,
                p.state == PresenceState.ONLINE.value,
            )
            .group_by(m.group_id)
        )
        return {GroupId(row[0]): row[1] for row in await self._link.rows(statement)}

    async def present(self) -> list[Presence]:
        """Everybody who is not offline."""
        statement = self._link.select(Presence).where(presences.c.state != PresenceState.OFFLINE.value)
        return await self._link.entities(Presence, statement.order_by(presences.c.id))
