"""The schema of the first release: people and channels."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.BigInteger()  # microseconds since 1970


def tenant() -> sa.Column[str]:
    return sa.Column("tenant_id", KEY, primary_key=True)


def entity() -> list[sa.Column[object]]:
    return [
        sa.Column("tenant_id", KEY, primary_key=True),
        sa.Column("id", KEY, primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    ]


def upgrade() -> None:
    _people_and_channels()
    _queues_and_catalogue()


def _people_and_channels() -> None:
    op.create_table(
        "tenants",
        *entity(),
        sa.Column("code", KEY, nullable=False),
    )
    op.create_table(
        "groups",
        *entity(),
    )
    op.create_table(
        "users",
        *entity(),
        sa.Column("email", KEY, nullable=False),
    )
    op.create_index("uq_users_email", "users", ["tenant_id", "email"], unique=True)
    op.create_table(
        "aux_codes",
        *entity(),
        sa.Column("code", KEY, nullable=False),
    )
    op.create_table(
        "presences",
        *entity(),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("load_limit", sa.Integer(), nullable=False, server_default=sa.text("1000")),
        sa.CheckConstraint("load >= 0 AND load <= load_limit", name="load_within_limit"),
    )
    op.create_index("ix_presences_state", "presences", ["tenant_id", "state"])
    op.create_table(
        "memberships",
        tenant(),
        sa.Column("group_id", KEY, primary_key=True),
        sa.Column("user_id", KEY, primary_key=True),
    )
    op.create_index("ix_memberships_user", "memberships", ["tenant_id", "user_id"])
    op.create_table(
        "channels",
        *entity(),
    )
    op.create_table(
        "channel_accounts",
        *entity(),
        sa.Column("kind", KEY, nullable=False),
    )


def _queues_and_catalogue() -> None:
    op.create_table(
        "queues",
        *entity(),
        sa.Column("channel_account_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("oldest_at", INSTANT),
    )
    op.create_index("ix_queues_group", "queues", ["tenant_id", "group_id"])
    op.create_index("uq_queues_account_group", "queues", ["tenant_id", "channel_account_id", "group_id"], unique=True)
    op.create_table(
        "categories",
        *entity(),
        sa.Column("parent_id", KEY),
    )
    op.create_index("ix_categories_parent", "categories", ["tenant_id", "parent_id"])
    op.create_table(
        "quick_replies",
        *entity(),
        sa.Column("shortcut", KEY, nullable=False),
    )
