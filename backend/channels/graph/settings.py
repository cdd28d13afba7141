"""What every account at Meta is set up with."""

from backend.channels.base import AccountView
from omnix_protocol.channels import SettingField

DEFAULT_BASE = "https://graph.facebook.com/v25.0"

ACCESS_TOKEN = SettingField(
    name="access_token", label="Access token", secret=True, help="A system user's token of the Meta app; never expires."
)
APP_SECRET = SettingField(
    name="app_secret", label="App secret", secret=True, help="In the Meta app: App settings, Basic. It signs webhooks."
)
VERIFY_TOKEN = SettingField(
    name="verify_token", label="Verify token", secret=True, help="Any word; enter the same at the webhook in the app."
)
BASE_URL = SettingField(
    name="base_url", label="Address of the Graph API, with its version", required=False, default=DEFAULT_BASE
)

PAGE_ID = SettingField(
    name="page_id",
    label="Page ID",
    help="On Facebook: the page, About, Page transparency. In digits.",
)
PAGE_TOKEN = SettingField(
    name=ACCESS_TOKEN.name,
    label="Page access token",
    secret=True,
    help="In the Meta app: Messenger API settings, or a system user's token for this page, which never expires.",
)
INSTAGRAM_ID = SettingField(
    name="instagram_id",
    label="Instagram account ID",
    help="Of the professional account, in digits: in the Meta app under Instagram, beside the access token.",
)
INSTAGRAM_TOKEN = SettingField(
    name=ACCESS_TOKEN.name,
    label="Access token",
    secret=True,
    help="The linked page's token, or with Instagram Login the account's own (address https://graph.instagram.com/…).",
)
APP_ID = SettingField(
    name="app_id",
    label="App ID",
    required=False,
    help="Of the Meta app: tells conversations that are handed to us from those handed to others.",
)


def secret(account: AccountView, wanted: SettingField) -> str:
    """As it was entered, without the blanks that copying brings along."""
    return account.secrets.get(wanted.name, "").strip()


def our_id(account: AccountView, wanted: SettingField) -> str:
    """Likewise, of what is no secret."""
    return account.settings.get(wanted.name, "").strip()
