"""Telephone calls among the messages, and what bots answer."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("call_state", sa.String(), nullable=True))
    calls = sa.text("call_state IS NOT NULL")
    op.create_index(
        "ix_messages_calls", "messages", ["tenant_id", "at", "id"], postgresql_where=calls, sqlite_where=calls
    )
    bots = sa.text("status = 'bot'")
    columns = ["tenant_id", "created_at", "id"]
    op.create_index("ix_interactions_bot", "interactions", columns, postgresql_where=bots, sqlite_where=bots)
