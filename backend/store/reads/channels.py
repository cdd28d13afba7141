"""Reads of channel accounts and queues."""

from collections.abc import Collection

from backend.store.link import Link
from backend.store.tables.channels import queues
from omnix_protocol.channels import Queue
from omnix_protocol.ids import ChannelAccountId, GroupId


class ChannelReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def queues_of_account(self, account_id: ChannelAccountId) -> list[Queue]:
        statement = self._link.select(Queue).where(queues.c.channel_account_id == account_id)
        return await self._link.entities(Queue, statement.order_by(queues.c.id))

    async def queues_of_groups(self, group_ids: Collection[GroupId]) -> list[Queue]:
        statement = self._link.select(Queue).where(queues.c.group_id.in_(sorted(group_ids)))
        return await self._link.entities(Queue, statement.order_by(queues.c.id))

    async def queue_of(self, account_id: ChannelAccountId, group_id: GroupId) -> Queue | None:
        where = queues.c.channel_account_id == account_id, queues.c.group_id == group_id
        return await self._link.entity(Queue, self._link.select(Queue).where(*where))
