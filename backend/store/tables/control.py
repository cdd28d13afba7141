"""Outside row-level security, without customers' data: tenants by code, routes, sessions, leases, jobs, scope heads."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, text

from backend.store.tables.base import Instant, Key, control_table

facts = control_table("facts", Column("name", Key, primary_key=True), Column("value", String, nullable=False))

tenant_index = control_table(
    "tenant_index",
    Column("tenant_id", Key, primary_key=True),
    Column("code", Key, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("active", Boolean, nullable=False),
)

webhook_routes = control_table(
    "webhook_routes",
    Column("route", Key, primary_key=True),
    Column("tenant_id", Key, nullable=False),
    Column("channel_account_id", Key, nullable=False),
    Column("kind", Key, nullable=False),
    Index("uq_webhook_routes_account", "tenant_id", "channel_account_id", unique=True),
)

scope_heads = control_table(
    "scope_heads",
    Column("tenant_id", Key, primary_key=True),
    Column("scope", Key, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False),  # the oldest cursor that the log can still continue
)

sessions = control_table(
    "sessions",
    Column("id", Key, primary_key=True),  # also the family of its refresh tokens
    Column("tenant_id", Key, nullable=False),
    Column("user_id", Key, nullable=False),
    Column("device_id", Key, nullable=False),
    Column("device_name", String, nullable=False),
    Column("address", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_because", String, nullable=False),
    Index("ix_sessions_user", "tenant_id", "user_id"),
)

tokens = control_table(
    "tokens",
    Column("hash", LargeBinary, primary_key=True),
    Column("session_id", Key, nullable=False),
    Column("kind", String, nullable=False),  # access or refresh
    Column("generation", Integer, nullable=False),  # of its session; a pair of access and refresh shares it
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index("ix_tokens_session", "session_id", "generation"),
    Index("ix_tokens_expires", "expires_at"),
)

visitors = control_table(
    "visitors",
    Column("hash", LargeBinary, primary_key=True),  # of the token that the visitor's page keeps
    Column("tenant_id", Key, nullable=False),
    Column("channel_account_id", Key, nullable=False),
    Column("address", Key, nullable=False),  # random; who it is stands in the tenant's own tables
    Column("session_id", Key, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index("ix_visitors_seen", "seen_at"),
)

attempts = control_table(
    "sign_in_attempts",
    Column("key", Key, primary_key=True),  # a digest; names and addresses do not stand here
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("blocked_until", Instant),
)

reset_codes = control_table(
    "reset_codes",
    Column("key", Key, primary_key=True),  # a digest of the account, whether it exists or not
    Column("request_id", Key, nullable=False),  # the newest request for a code: a job of an older one mails nothing
    Column("hash", String, nullable=False),  # of the code; empty until it is mailed, and for who is not there
    Column("tries", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_reset_codes_expires", "expires_at"),
)

presence_leases = control_table(
    "presence_leases",
    Column("tenant_id", Key, primary_key=True),
    Column("user_id", Key, primary_key=True),
    Column("connection_id", Key, primary_key=True),
    Column("device", String, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Index("ix_presence_leases_until", "lease_until"),
)

leases = control_table(
    "leases",
    Column("name", Key, primary_key=True),
    Column("holder", Key, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("lease_until", Instant, nullable=False),
)

listen_cursors = control_table(
    "listen_cursors",
    Column("channel_account_id", Key, primary_key=True),
    Column("cursor", String, nullable=False),  # how far a listener has come; means something to its channel alone
)

jobs = control_table(
    "jobs",
    Column("id", Key, primary_key=True),
    Column("tenant_id", Key, nullable=False),
    Column("kind", Key, nullable=False),
    Column("key", Key),  # at most one due job of a kind has it; of a paused one it is the account
    Column("payload", LargeBinary, nullable=False),  # ids, never a customer's words
    Column("run_at", Instant, nullable=False),  # not before; a claim moves it to the end of its lease
    Column("attempts", Integer, nullable=False),
    Column("state", String, nullable=False),  # due, failed or paused; a job that is done is gone
    Column("fence", BigInteger, nullable=False),
    Column("last_error", String, nullable=False),
    Column("made_at", Instant, nullable=False),
)

_due = text("state = 'due'")
Index("ix_jobs_due", jobs.c.kind, jobs.c.run_at, postgresql_where=_due, sqlite_where=_due)
Index(
    "uq_jobs_key",
    jobs.c.tenant_id,
    jobs.c.kind,
    jobs.c.key,
    unique=True,
    postgresql_where=text("state = 'due' AND key IS NOT NULL"),
    sqlite_where=text("state = 'due' AND key IS NOT NULL"),
)
_paused = text("state = 'paused'")
Index("ix_jobs_paused", jobs.c.tenant_id, jobs.c.key, postgresql_where=_paused, sqlite_where=_paused)
