"""The schema of the first release: journal."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.BigInteger()  # microseconds since 1970


def tenant() -> sa.Column[str]:
    return sa.Column("tenant_id", KEY, primary_key=True)


def upgrade() -> None:
    _log()
    _commands_and_inbox()
    _credentials_and_files()


def _log() -> None:
    op.create_table(
        "commits",
        tenant(),
        sa.Column("id", KEY, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("command_id", KEY, nullable=False),
        sa.Column("actor", KEY, nullable=False),
        sa.Column("seqs", sa.LargeBinary(), nullable=False),
        sa.Column("transient", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_commits_at", "commits", ["tenant_id", "at"])
    op.create_table(
        "changes",
        tenant(),
        sa.Column("commit_id", KEY, primary_key=True),
        sa.Column("ordinal", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("entity_id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("scopes", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("digest", sa.LargeBinary()),
    )
    op.create_index("ix_changes_entity", "changes", ["tenant_id", "type", "entity_id"])
    op.create_table(
        "scope_log",
        tenant(),
        sa.Column("scope", KEY, primary_key=True),
        sa.Column("seq", sa.BigInteger(), primary_key=True),
        sa.Column("commit_id", KEY, nullable=False),
    )
    op.create_table(
        "members",
        tenant(),
        sa.Column("scope", KEY, primary_key=True),
        sa.Column("type", KEY, primary_key=True),
        sa.Column("entity_id", KEY, primary_key=True),
    )
    op.create_index("ix_members_entity", "members", ["tenant_id", "type", "entity_id"])


def _commands_and_inbox() -> None:
    op.create_table(
        "commands_seen",
        tenant(),
        sa.Column("actor", KEY, primary_key=True),
        sa.Column("command_id", KEY, primary_key=True),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_commands_seen_at", "commands_seen", ["tenant_id", "at"])
    op.create_table(
        "counters",
        tenant(),
        sa.Column("name", KEY, primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "audit_asked",
        tenant(),
        sa.Column("id", KEY, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", KEY, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_audit_asked_at", "audit_asked", ["tenant_id", "at"])
    op.create_table(
        "raw_inbox",
        tenant(),
        sa.Column("id", KEY, primary_key=True),
        sa.Column("channel_account_id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_raw_inbox_received", "raw_inbox", ["tenant_id", "received_at"])
    op.create_table(
        "secrets",
        tenant(),
        sa.Column("id", KEY, primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
    )


def _credentials_and_files() -> None:
    op.create_table(
        "credentials",
        tenant(),
        sa.Column("user_id", KEY, primary_key=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
    )
    op.create_table(
        "files",
        tenant(),
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("owner", KEY, nullable=False),
        sa.Column("conversation_id", KEY),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_files_conversation", "files", ["tenant_id", "conversation_id"])
