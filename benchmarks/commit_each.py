"""The other side of `webhook`: the same server, with a transaction and a commit of its own for each request."""

import sys

import msgspec
from sqlalchemy import URL

from backend.cli import main
from backend.store import engine
from backend.store.changes import NewJob
from backend.store.jobs import job_row
from backend.store.postgres import Postgres
from backend.store.raw import INBOUND, RawInbox, Route, _insert, _Waiting
from omnix_protocol.ids import new_id


async def append(self: RawInbox, route: Route, headers: dict[str, str], body: bytes) -> str:
    raw_id = new_id()
    row: dict[str, object] = {
        "tenant_id": route.tenant_id,
        "id": raw_id,
        "channel_account_id": route.channel_account_id,
        "kind": route.kind,
        "headers": msgspec.json.encode(headers),
        "body": body,
    }
    job = job_row(route.tenant_id, NewJob(INBOUND, msgspec.json.encode({"raw_id": raw_id})))
    async with self._database.receiving() as connection:
        await _insert(connection, [_Waiting(row, job, None)])  # type: ignore[arg-type]  # nobody waits for a group
    return raw_id


class ManyConnections(Postgres):
    """A commit for each request wants more connections than groups do."""

    def __init__(self, url: URL, connections: int) -> None:
        super().__init__(url, max(connections, 10))


if __name__ == "__main__":
    setattr(engine, "Postgres", ManyConnections)  # noqa: B010  # the name is the module's own
    RawInbox.append = append  # type: ignore[method-assign]
    sys.exit(main())
