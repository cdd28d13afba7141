"""The administrator's doors beside commands: secrets, an account's address for webhooks, and its test."""

import msgspec

from omnix_protocol.base import Value
from omnix_protocol.ids import ChannelAccountId, SecretId


class StoreSecret(Value, frozen=True, kw_only=True):
    """POST /v1/secrets: the secret settings of a channel account, by name; commands name them by the id.

    What is not given is taken over from `base`, unseen.
    """

    fields: dict[str, str]
    base: SecretId | None = None


class SecretStored(Value, frozen=True, kw_only=True):
    secret_id: SecretId


class ChannelRoute(Value, frozen=True, kw_only=True):
    """POST /v1/channel-accounts/{id}/route: where the account is reached; made at the first call, the same ever after.

    `webhook` is empty for an account that is asked for news, `page` for all but web chats.
    """

    webhook: str = ""
    page: str = ""


class ProbeSettings(Value, frozen=True, kw_only=True):
    """POST /v1/channel-probe: what would be saved, tried first. With an account, its own secrets stand behind these."""

    kind: str
    settings: dict[str, str] = msgspec.field(default_factory=dict)
    secret_id: SecretId | None = None
    channel_account_id: ChannelAccountId | None = None


class Probed(Value, frozen=True, kw_only=True):
    """Also the answer to POST /v1/channel-accounts/{id}/probe; comes within 20 seconds."""

    works: bool
    said: str = ""  # what the provider calls the account, or what is wrong
