"""Codes for forgotten passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "reset_codes",
        sa.Column("key", KEY, primary_key=True),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_index("ix_reset_codes_expires", "reset_codes", ["expires_at"])


def downgrade() -> None:
    op.drop_table("reset_codes")
