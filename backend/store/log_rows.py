"""The rows of commits: what the scopes hold now, the thin rows of their logs, the commits and their changes.

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


def write_log(writer: Writer, commits: Sequence[LoggedCommit]) -> None:
    holds = _holds(commits)
    entering = sorted(key for key, here in holds.items() if here)
    leaving = sorted(key for key, here in holds.items() if not here)
    if writer.sqlite:
        _one_by_one(writer, commits, entering, leaving)
    else:
        _at_once(writer, commits, entering, leaving)


def _holds(commits: Sequence[LoggedCommit]) -> dict[Member, bool]:
    """Which scopes hold what after these commits; the last change of an entity decides."""
    holds: dict[Member, bool] = {}
    for commit in commits:
        for change in commit.changes:
            for scope in change.reach:
                holds[scope, change.type, change.id] = change.put
    return holds


def _one_by_one(
    writer: Writer, commits: Sequence[LoggedCommit], entering: Sequence[Member], leaving: Sequence[Member]
) -> None:
    tenant = {"tenant": writer.tenant_id}
    connection = writer.connection
    many(connection, _ENTER, [tenant | _member(key) for key in entering])
    many(connection, _LEAVE, [tenant | _member(key) for key in leaving])
    many(connection, _LOG, [tenant | row for commit in commits for row in _thin(commit)])
    many(connection, _COMMIT, [tenant | _commit(commit) for commit in commits])
    many(connection, _CHANGE, [tenant | row for commit in commits for row in _rows(commit)])


def _member(key: Member) -> dict[str, object]:
    return {"scope": key[0], "type": key[1], "entity": key[2]}


def _thin(commit: LoggedCommit) -> list[dict[str, object]]:
    return [{"scope": scope, "seq": seq, "commit": commit.id} for scope, seq in commit.heads.items()]


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
            "commit": commit.id,
            "ordinal": ordinal,
            "kind": "put" if change.put else "drop",
            "type": change.type,
            "entity": change.id,
            "version": change.version,
            "scopes": msgspec.json.encode(change.reach),
            "body": change.body if change.put else None,
            "salt": change.salt,
            "digest": change.digest,
        }
        for ordinal, change in enumerate(commit.changes)
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


def _at_once(
    writer: Writer, commits: Sequence[LoggedCommit], entering: Sequence[Member], leaving: Sequence[Member]
) -> None:
    parts = {
        "in": [_member(key) for key in entering],
        "out": [_member(key) for key in leaving],
        "t": [row for commit in commits for row in _thin(commit)],
        "m": [_commit(commit) for commit in commits],
        "c": [row for commit in commits for row in _rows(commit)],
    }
    columns = {f"{part}_{name}": [row[name] for row in parts[part]] for part, names in _PARTS.items() for name in names}
    fetch(writer.connection, _ALL, {"tenant": writer.tenant_id, **columns})


_PARTS = {
    "in": ("scope", "type", "entity"),
    "out": ("scope", "type", "entity"),
    "t": ("scope", "seq", "commit"),
    "m": ("commit", "at", "what", "command", "actor", "seqs", "transient", "digest"),
    "c": ("commit", "ordinal", "kind", "type", "entity", "version", "scopes", "body", "salt", "digest"),
}
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
            SELECT CAST(:tenant AS text), * FROM unnest(
                CAST(:t_scope AS text[]), CAST(:t_seq AS bigint[]), CAST(:t_commit AS text[])
            )
        ), said AS (
            INSERT INTO commits (tenant_id, id, at, what, command_id, actor, seqs, transient, digest)
            SELECT CAST(:tenant AS text), * FROM unnest(
                CAST(:m_commit AS text[]), CAST(:m_at AS bigint[]), CAST(:m_what AS text[]),
                CAST(:m_command AS text[]), CAST(:m_actor AS text[]), CAST(:m_seqs AS bytea[]),
                CAST(:m_transient AS boolean[]), CAST(:m_digest AS bytea[])
            )
        )
        INSERT INTO changes (
            tenant_id, commit_id, ordinal, kind, type, entity_id, version, scopes, body, salt, digest
        )
        SELECT CAST(:tenant AS text), * FROM unnest(
            CAST(:c_commit AS text[]), CAST(:c_ordinal AS bigint[]), CAST(:c_kind AS text[]), CAST(:c_type AS text[]),
            CAST(:c_entity AS text[]), CAST(:c_version AS bigint[]), CAST(:c_scopes AS bytea[]),
            CAST(:c_body AS bytea[]), CAST(:c_salt AS bytea[]), CAST(:c_digest AS bytea[])
        )
        """
    )
)
