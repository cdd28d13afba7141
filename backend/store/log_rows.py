"""The rows of one commit: what the scopes hold now, the thin rows of their logs, the commit and its changes.

On PostgreSQL all of them go in one round trip, because the heads of the scopes are locked meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import text

from backend.store.changes import CommitMeta
from backend.store.prepared import Prepared, fetch, many
from backend.store.tables.base import to_micros
from backend.store.writer import Writer
from omnix_protocol.ids import CommitId

Member = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class LoggedChange:
    put: bool
    type: str
    id: str
    version: int
    reach: tuple[str, ...]
    body: bytes
    salt: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class LoggedCommit:
    id: CommitId
    meta: CommitMeta
    heads: dict[str, int]
    seqs: bytes
    transient: bool
    digest: bytes
    changes: Sequence[LoggedChange]


def write_log(writer: Writer, commit: LoggedCommit) -> None:
    holds = _holds(commit)
    entering = sorted(key for key, here in holds.items() if here)
    leaving = sorted(key for key, here in holds.items() if not here)
    if writer.sqlite:
        _one_by_one(writer, commit, entering, leaving)
    else:
        _at_once(writer, commit, entering, leaving)


def _holds(commit: LoggedCommit) -> dict[Member, bool]:
    """Which scopes hold what after this commit; the last change of an entity decides."""
    holds: dict[Member, bool] = {}
    for change in commit.changes:
        for scope in change.reach:
            holds[scope, change.type, change.id] = change.put
    return holds


def _one_by_one(writer: Writer, commit: LoggedCommit, entering: Sequence[Member], leaving: Sequence[Member]) -> None:
    tenant = {"tenant": writer.tenant_id}
    connection = writer.connection
    many(connection, _ENTER, [tenant | _member(key) for key in entering])
    many(connection, _LEAVE, [tenant | _member(key) for key in leaving])
    thin = tenant | {"commit": commit.id}
    many(connection, _LOG, [thin | {"scope": scope, "seq": seq} for scope, seq in commit.heads.items()])
    fetch(connection, _COMMIT, tenant | _commit(commit))
    many(connection, _CHANGE, [thin | {"ordinal": ordinal, **row} for ordinal, row in enumerate(_rows(commit))])


def _member(key: Member) -> dict[str, object]:
    return {"scope": key[0], "type": key[1], "entity": key[2]}


def _commit(commit: LoggedCommit) -> dict[str, object]:
    return {
        "commit": commit.id,
        "at": to_micros(commit.meta.at),
        "what": commit.meta.what,
        "command": commit.meta.command_id,
        "actor": commit.meta.actor,
        "seqs": commit.seqs,
        "transient": commit.transient,
        "digest": commit.digest,
    }


def _rows(commit: LoggedCommit) -> list[dict[str, object]]:
    return [
        {
            "kind": "put" if change.put else "drop",
            "type": change.type,
            "entity": change.id,
            "version": change.version,
            "scopes": msgspec.json.encode(change.reach),
            "body": change.body if change.put else None,
            "salt": change.salt,
            "digest": change.digest,
        }
        for change in commit.changes
    ]


_ENTER = Prepared(
    text(
        "INSERT INTO members (tenant_id, scope, type, entity_id) VALUES (:tenant, :scope, :type, :entity) "
        "ON CONFLICT (tenant_id, scope, type, entity_id) DO NOTHING"
    )
)
_LEAVE = Prepared(
    text(
        "DELETE FROM members WHERE members.tenant_id = :tenant AND members.scope = :scope "
        "AND members.type = :type AND members.entity_id = :entity"
    )
)
_LOG = Prepared(
    text("INSERT INTO scope_log (tenant_id, scope, seq, commit_id) VALUES (:tenant, :scope, :seq, :commit)")
)
_COMMIT = Prepared(
    text(
        "INSERT INTO commits (tenant_id, id, at, what, command_id, actor, seqs, transient, digest) "
        "VALUES (:tenant, :commit, :at, :what, :command, :actor, :seqs, :transient, :digest)"
    )
)
_CHANGE = Prepared(
    text(
        "INSERT INTO changes "
        "(tenant_id, commit_id, ordinal, kind, type, entity_id, version, scopes, body, salt, digest) "
        "VALUES (:tenant, :commit, :ordinal, :kind, :type, :entity, :version, :scopes, :body, :salt, :digest)"
    )
)


def _at_once(writer: Writer, commit: LoggedCommit, entering: Sequence[Member], leaving: Sequence[Member]) -> None:
    rows = _rows(commit)
    columns = {f"c_{name}": [row[name] for row in rows] for name in rows[0]}
    members = {
        f"{prefix}_{name}": [key[place] for key in keys]
        for prefix, keys in (("in", entering), ("out", leaving))
        for place, name in enumerate(("scope", "type", "entity"))
    }
    heads = {"scopes": list(commit.heads), "heads": list(commit.heads.values())}
    parameters = {"tenant": writer.tenant_id, **_commit(commit), **heads, **members, **columns}
    fetch(writer.connection, _ALL, parameters)


_ALL = Prepared(
    text(
        """
        WITH entering AS (
            INSERT INTO members (tenant_id, scope, type, entity_id)
            SELECT CAST(:tenant AS text), * FROM unnest(
                CAST(:in_scope AS text[]), CAST(:in_type AS text[]), CAST(:in_entity AS text[])
            )
            ON CONFLICT (tenant_id, scope, type, entity_id) DO NOTHING
        ), leaving AS (
            DELETE FROM members AS m USING unnest(
                CAST(:out_scope AS text[]), CAST(:out_type AS text[]), CAST(:out_entity AS text[])
            ) AS o (scope, type, entity_id)
            WHERE m.tenant_id = CAST(:tenant AS text)
                AND m.scope = o.scope AND m.type = o.type AND m.entity_id = o.entity_id
        ), thin AS (
            INSERT INTO scope_log (tenant_id, scope, seq, commit_id)
            SELECT CAST(:tenant AS text), l.scope, l.seq, CAST(:commit AS text)
            FROM unnest(CAST(:scopes AS text[]), CAST(:heads AS bigint[])) AS l (scope, seq)
        ), said AS (
            INSERT INTO commits (tenant_id, id, at, what, command_id, actor, seqs, transient, digest)
            VALUES (
                CAST(:tenant AS text), CAST(:commit AS text), CAST(:at AS bigint), CAST(:what AS text),
                CAST(:command AS text), CAST(:actor AS text), CAST(:seqs AS bytea), CAST(:transient AS boolean),
                CAST(:digest AS bytea)
            )
        )
        INSERT INTO changes (
            tenant_id, commit_id, ordinal, kind, type, entity_id, version, scopes, body, salt, digest
        )
        SELECT
            CAST(:tenant AS text), CAST(:commit AS text), c.ordinal - 1, c.kind, c.type, c.entity_id, c.version,
            c.scopes, c.body, c.salt, c.digest
        FROM unnest(
            CAST(:c_kind AS text[]), CAST(:c_type AS text[]), CAST(:c_entity AS text[]), CAST(:c_version AS bigint[]),
            CAST(:c_scopes AS bytea[]), CAST(:c_body AS bytea[]), CAST(:c_salt AS bytea[]), CAST(:c_digest AS bytea[])
        ) WITH ORDINALITY AS c (kind, type, entity_id, version, scopes, body, salt, digest, ordinal)
        """
    )
)
