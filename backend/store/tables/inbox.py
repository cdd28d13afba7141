"""What providers sent, as sent; secrets; credentials; what is known about stored files, and files to be fetched."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String

from backend.store.tables.base import Instant, Key, tenant_table

raw_inbox = tenant_table(
    "raw_inbox",
    Column("id", Key, primary_key=True),
    Column("channel_account_id", Key, nullable=False),
    Column("kind", Key, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("headers", LargeBinary, nullable=False),  # JSON object
    Column("body", LargeBinary, nullable=False),
    Index("ix_raw_inbox_received", "tenant_id", "received_at"),
)

secrets = tenant_table(
    "secrets",
    Column("id", Key, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)

credentials = tenant_table(
    "credentials",
    Column("user_id", Key, primary_key=True),
    Column("hash", String, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

files = tenant_table(
    "files",
    Column("id", Key, primary_key=True),
    Column("name", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("owner", Key, nullable=False),  # who brought it, as an actor
    Column("conversation_id", Key),
    Column("at", Instant, nullable=False),
    Index("ix_files_conversation", "tenant_id", "conversation_id"),
)

remote_files = tenant_table(
    "remote_files",
    Column("file_id", Key, primary_key=True),
    Column("message_id", Key, nullable=False),
    Column("channel_account_id", Key, nullable=False),
    Column("remote", LargeBinary, nullable=False),  # JSON of a RemoteFile
)
