"""The schema of the first release: control."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.BigInteger()  # microseconds since 1970


def where(condition: str) -> dict[str, Any]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    _tenants_and_sessions()
    _tokens_and_leases()
    _jobs()


def _tenants_and_sessions() -> None:
    op.create_table(
        "facts",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("value", sa.String(), nullable=False),
    )
    op.create_table(
        "tenant_index",
        sa.Column("tenant_id", KEY, primary_key=True),
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "webhook_routes",
        sa.Column("route", KEY, primary_key=True),
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("channel_account_id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
    )
    op.create_index("ix_webhook_routes_account", "webhook_routes", ["tenant_id", "channel_account_id"])
    op.create_table(
        "scope_heads",
        sa.Column("tenant_id", KEY, primary_key=True),
        sa.Column("scope", KEY, primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("device_name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_because", sa.String(), nullable=False),
    )
    op.create_index("ix_sessions_user", "sessions", ["tenant_id", "user_id"])


def _tokens_and_leases() -> None:
    op.create_table(
        "tokens",
        sa.Column("hash", sa.LargeBinary(), primary_key=True),
        sa.Column("session_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("ix_tokens_expires", "tokens", ["expires_at"])
    op.create_index("ix_tokens_session", "tokens", ["session_id", "generation"])
    op.create_table(
        "visitors",
        sa.Column("hash", sa.LargeBinary(), primary_key=True),
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("channel_account_id", KEY, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("session_id", KEY, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
    )
    op.create_index("ix_visitors_seen", "visitors", ["seen_at"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", KEY, primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("blocked_until", INSTANT),
    )
    op.create_table(
        "presence_leases",
        sa.Column("tenant_id", KEY, primary_key=True),
        sa.Column("user_id", KEY, primary_key=True),
        sa.Column("connection_id", KEY, primary_key=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=False),
    )
    op.create_index("ix_presence_leases_until", "presence_leases", ["lease_until"])
    op.create_table(
        "leases",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("holder", KEY, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=False),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("key", KEY),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("run_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
    )
    op.create_index("ix_jobs_due", "jobs", ["kind", "run_at"], **where("state = 'due'"))
    op.create_index(
        "uq_jobs_key", "jobs", ["tenant_id", "kind", "key"], unique=True, **where("state = 'due' AND key IS NOT NULL")
    )
