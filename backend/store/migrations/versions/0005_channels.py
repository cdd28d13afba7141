"""How far listeners came, and files that providers still hold."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "listen_cursors",
        sa.Column("channel_account_id", KEY, primary_key=True),
        sa.Column("cursor", sa.String(), nullable=False),
    )
    op.create_table(
        "remote_files",
        sa.Column("tenant_id", KEY, primary_key=True),
        sa.Column("file_id", KEY, primary_key=True),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("channel_account_id", KEY, nullable=False),
        sa.Column("remote", sa.LargeBinary(), nullable=False),
    )
