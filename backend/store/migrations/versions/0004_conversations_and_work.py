"""The schema of the first release: conversations and work."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
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


def where(condition: str) -> dict[str, Any]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    _conversations()
    _interactions()
    _interaction_indexes()
    _messages_and_customers()
    _identities_and_cases()
    _tickets_and_boards()


def _conversations() -> None:
    op.create_table(
        "conversations",
        *entity(),
        sa.Column("channel_account_id", KEY, nullable=False),
        sa.Column("identity_id", KEY, nullable=False),
        sa.Column("thread_key", sa.String(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
    )
    op.create_index("ix_conversations_customer", "conversations", ["tenant_id", "customer_id"])
    op.create_index(
        "uq_conversations_thread",
        "conversations",
        ["tenant_id", "channel_account_id", "identity_id", "thread_key"],
        unique=True,
    )


def _interactions() -> None:
    op.create_table(
        "interactions",
        *entity(),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("channel_account_id", KEY, nullable=False),
        sa.Column("queue_id", KEY, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("owner_id", KEY),
        sa.Column("holder_id", KEY),
        sa.Column("reserved_for", KEY),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("waiting_at", INSTANT),
        sa.Column("in_window", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("picked_up_at", INSTANT),
        sa.Column("first_reply_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", KEY),
        sa.Column("abandoned", sa.Boolean(), nullable=False),
    )


def _interaction_indexes() -> None:
    op.create_index("ix_interactions_conversation", "interactions", ["tenant_id", "conversation_id", "created_at"])
    op.create_index("ix_interactions_created", "interactions", ["tenant_id", "created_at"])
    op.create_index("ix_interactions_customer", "interactions", ["tenant_id", "customer_id", "created_at", "id"])
    op.create_index("ix_interactions_ended", "interactions", ["tenant_id", "ended_at"])
    op.create_index(
        "ix_interactions_holder",
        "interactions",
        ["tenant_id", "holder_id", "picked_up_at"],
        **where("holder_id IS NOT NULL"),
    )
    op.create_index("ix_interactions_owner_ended", "interactions", ["tenant_id", "owner_id", "ended_at"])
    op.create_index(
        "ix_interactions_reserved",
        "interactions",
        ["tenant_id", "queue_id", "reserved_for", "waiting_at", "id"],
        **where("waiting_at IS NOT NULL AND reserved_for IS NOT NULL"),
    )
    op.create_index(
        "ix_interactions_waiting",
        "interactions",
        ["tenant_id", "queue_id", "waiting_at", "id"],
        **where("waiting_at IS NOT NULL"),
    )
    op.create_index(
        "ix_interactions_window",
        "interactions",
        ["tenant_id", "queue_id", "in_window", "waiting_at", "id"],
        **where("waiting_at IS NOT NULL"),
    )


def _messages_and_customers() -> None:
    op.create_table(
        "messages",
        *entity(),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("interaction_id", KEY, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("author_id", KEY),
        sa.Column("provider_id", KEY),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_messages_interaction", "messages", ["tenant_id", "interaction_id", "position"])
    op.create_index("ix_messages_provider", "messages", ["tenant_id", "provider_id"])
    op.create_index("uq_messages_position", "messages", ["tenant_id", "conversation_id", "position"], unique=True)
    op.create_table(
        "public_messages",
        *entity(),
    )
    op.create_table(
        "memos",
        *entity(),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("interaction_id", KEY, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_memos_interaction", "memos", ["tenant_id", "interaction_id", "position"])
    op.create_index("uq_memos_position", "memos", ["tenant_id", "conversation_id", "position"], unique=True)
    op.create_table(
        "drafts",
        *entity(),
        sa.Column("conversation_id", KEY, nullable=False),
    )
    op.create_table(
        "customers",
        *entity(),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )
    op.create_index("uq_customers_number", "customers", ["tenant_id", "number"], unique=True)


def _identities_and_cases() -> None:
    op.create_table(
        "identities",
        *entity(),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("channel_kind", KEY, nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("address", KEY, nullable=False),
    )
    op.create_index("ix_identities_customer", "identities", ["tenant_id", "customer_id"])
    op.create_index(
        "uq_identities_address", "identities", ["tenant_id", "channel_kind", "account", "address"], unique=True
    )
    op.create_table(
        "search_terms",
        tenant(),
        sa.Column("type", KEY, primary_key=True),
        sa.Column("entity_id", KEY, primary_key=True),
        sa.Column("term", KEY, primary_key=True),
        sa.Column("customer_id", KEY, nullable=False),
    )
    op.create_index("ix_search_terms_term", "search_terms", ["tenant_id", "term", "customer_id"])
    op.create_table(
        "cases",
        *entity(),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("interaction_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_cases_customer", "cases", ["tenant_id", "customer_id", "at"])
    op.create_index("ix_cases_interaction", "cases", ["tenant_id", "interaction_id", "at"])
    op.create_index("uq_cases_number", "cases", ["tenant_id", "number"], unique=True)


def _tickets_and_boards() -> None:
    op.create_table(
        "tickets",
        *entity(),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("interaction_id", KEY),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("owner_group_id", KEY, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_tickets_customer", "tickets", ["tenant_id", "customer_id", "at"])
    op.create_index("ix_tickets_group", "tickets", ["tenant_id", "owner_group_id", "status", "at"])
    op.create_index("ix_tickets_interaction", "tickets", ["tenant_id", "interaction_id", "at"])
    op.create_index("uq_tickets_number", "tickets", ["tenant_id", "number"], unique=True)
    op.create_table(
        "boards",
        *entity(),
    )
