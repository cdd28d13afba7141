"""A scope as of a sequence, in keyed pages: what it holds, joined with the entities as they are."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import select, tuple_

from backend.store.link import Link
from backend.store.tables.journal import members
from omnix_protocol.scopes import Put

AfterKey = tuple[str, str]
"""Type and id of the last row of the page before."""


@dataclass(frozen=True, slots=True)
class Page:
    puts: tuple[Put, ...]
    next_key: AfterKey | None  # None: this was the last page


class Snapshots:
    """Pages may be newer than the head that was read first: what came after it, and the version guard, make it one."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def page(self, scope: str, after_key: AfterKey | None = None, limit: int = 500) -> Page:
        statement = select(members.c.type, members.c.entity_id).where(
            members.c.tenant_id == self._link.tenant_id, members.c.scope == scope
        )
        if after_key is not None:
            statement = statement.where(tuple_(members.c.type, members.c.entity_id) > after_key)
        order = members.c.type, members.c.entity_id
        keys = [(row.type, row.entity_id) for row in await self._link.rows(statement.order_by(*order).limit(limit))]
        by_type: dict[str, list[str]] = {}
        for type_name, entity_id in keys:
            by_type.setdefault(type_name, []).append(entity_id)
        puts = [put for type_name, ids in by_type.items() for put in await self._puts(scope, type_name, ids)]
        return Page(tuple(puts), keys[-1] if len(keys) == limit else None)

    async def _puts(self, scope: str, type_name: str, ids: list[str]) -> list[Put]:
        found = await self._link.bodies(type_name, ids)
        return [
            Put(
                type=type_name,
                id=entity_id,
                version=found[entity_id][0],
                scopes=(scope,),
                body=msgspec.Raw(found[entity_id][1]),
            )
            for entity_id in ids
            if entity_id in found
        ]
