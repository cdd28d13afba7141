"""Messages by time, for each account's traffic; jobs that wait for their account."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PAUSED = sa.text("state = 'paused'")


def upgrade() -> None:
    op.create_index("ix_messages_at", "messages", ["tenant_id", "at"])
    op.create_index("ix_jobs_paused", "jobs", ["tenant_id", "key"], postgresql_where=PAUSED, sqlite_where=PAUSED)


def downgrade() -> None:
    op.drop_index("ix_jobs_paused", "jobs")
    op.drop_index("ix_messages_at", "messages")
