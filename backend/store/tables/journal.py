"""The journal: each change once, one thin row per scope; what each scope holds; commands seen; counters."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String

from backend.store.tables.base import Instant, Key, tenant_table

commits = tenant_table(
    "commits",
    Column("id", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("what", String, nullable=False),
    Column("command_id", Key, nullable=False),
    Column("actor", Key, nullable=False),
    Column("seqs", LargeBinary, nullable=False),  # JSON: scope -> sequence
    Column("transient", Boolean, nullable=False),  # only in scopes of which only the latest state is kept
    Column("digest", LargeBinary, nullable=False),  # over what happened and the salted digests of its changes
    Index("ix_commits_at", "tenant_id", "at"),
)

changes = tenant_table(
    "changes",
    Column("commit_id", Key, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # put or drop
    Column("type", Key, nullable=False),
    Column("entity_id", Key, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("scopes", LargeBinary, nullable=False),  # JSON list
    # body and salt go together when a person is erased; the digest stays, so the audit still adds up
    Column("body", LargeBinary),
    Column("salt", LargeBinary),
    Column("digest", LargeBinary),
    Index("ix_changes_entity", "tenant_id", "type", "entity_id"),
)

scope_log = tenant_table(
    "scope_log",
    Column("scope", Key, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("commit_id", Key, nullable=False),
)

members = tenant_table(
    "members",
    Column("scope", Key, primary_key=True),
    Column("type", Key, primary_key=True),
    Column("entity_id", Key, primary_key=True),
    Index("ix_members_entity", "tenant_id", "type", "entity_id"),
)

commands_seen = tenant_table(
    "commands_seen",
    Column("actor", Key, primary_key=True),
    Column("command_id", Key, primary_key=True),
    Column("body_digest", LargeBinary, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_commands_seen_at", "tenant_id", "at"),
)

counters = tenant_table(
    "counters",
    Column("name", Key, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# reads that leave a trail: opening a customer's whole story, showing a masked field, exporting
audit_asked = tenant_table(
    "audit_asked",
    Column("id", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Key, nullable=False),
    Column("what", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_audit_asked_at", "tenant_id", "at"),
)
