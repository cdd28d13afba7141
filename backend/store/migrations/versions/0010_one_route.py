"""An account has one route, whoever makes it first."""

import logging

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OTHERS = """ FROM webhook_routes WHERE EXISTS (SELECT 1 FROM webhook_routes AS first
 WHERE first.tenant_id = webhook_routes.tenant_id AND first.channel_account_id = webhook_routes.channel_account_id
 AND first.route < webhook_routes.route)"""
"""Of two that were made at once, the one that every screen shows stays: the first by name."""
_log = logging.getLogger("backend.store.migrations")


def upgrade() -> None:
    for tenant_id, account_id, route in op.get_bind().exec_driver_sql(
        f"SELECT tenant_id, channel_account_id, route{OTHERS}"
    ):
        _log.warning(
            "tenant %s, account %s: its second address /%s ends; a provider that has it needs the one on screen",
            tenant_id,
            account_id,
            route,
        )
    op.execute(f"DELETE{OTHERS}")
    op.drop_index("ix_webhook_routes_account", "webhook_routes")
    op.create_index("uq_webhook_routes_account", "webhook_routes", ["tenant_id", "channel_account_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_webhook_routes_account", "webhook_routes")
    op.create_index("ix_webhook_routes_account", "webhook_routes", ["tenant_id", "channel_account_id"])
