"""The form of one channel account, to be added or edited: its channel's settings, what is typed, what is wrong."""

from typing import Final

import msgspec

from omnix_desktop.i18n import has_key, tr
from omnix_protocol.channels import NAME_MAX, Channel, ChannelAccount, SettingField
from omnix_protocol.ids import ChannelAccountId, GroupId, QueueId, new_id

VALUE_MAX: Final = 2000
NAME, ADDRESS, GROUP = "name", "address", "group"


class SettingShown(msgspec.Struct, frozen=True):
    """A setting as its field shows it; a stored secret is never shown, only that it is there."""

    name: str
    label: str
    help: str
    required: bool
    secret: bool
    stored: bool
    choices: tuple[tuple[str, str], ...] = ()  # value and words
    lines: bool = False  # several of them


class ChannelForm:
    """Begins empty, or as the account is; ids stay the same however often it is saved."""

    def __init__(self, channel: Channel, account: ChannelAccount | None = None) -> None:
        self.channel, self.account = channel, account
        self.account_id = ChannelAccountId(account.id if account else new_id())
        self.queue_id = QueueId(new_id())
        self.name = account.name if account else ""
        self.address = account.address if account else ""
        self.group_id = GroupId("")
        self._typed: dict[str, str] = {}
        given = account.settings if account else {}
        for setting in channel.settings:
            if not setting.secret:
                self._typed[setting.name] = given.get(setting.name, setting.default)

    @property
    def kind(self) -> str:
        return self.channel.id

    def settings_shown(self) -> list[SettingShown]:
        stored = self.account is not None and self.account.secret_id is not None
        return [shown(self.kind, setting, stored=stored and setting.secret) for setting in self.channel.settings]

    def text(self, name: str) -> str:
        return self._typed.get(name, "")

    def type(self, name: str, words: str) -> None:
        """A setting; secrets too, which are kept no longer than the form."""
        self._typed[name] = words

    def settings(self) -> dict[str, str]:
        """What is saved openly; what is empty is left to the channel's default."""
        plain = [setting.name for setting in self.channel.settings if not setting.secret]
        return {name: self.text(name).strip() for name in plain if self.text(name).strip()}

    def secrets(self) -> dict[str, str]:
        """Those that were typed."""
        secret = [setting.name for setting in self.channel.settings if setting.secret]
        return {name: self.text(name).strip() for name in secret if self.text(name).strip()}

    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        found = {}
        if not 0 < len(self.name.strip()) <= NAME_MAX:
            found[NAME] = tr("channel_admin.name_wrong", most=NAME_MAX)
        if self.account is None and not self.group_id:
            found[GROUP] = tr("channel_admin.group_missing")
        return found | self.wrong_settings()

    def wrong_settings(self) -> dict[str, str]:
        """Of those, what keeps it from being tested."""
        found = {}
        for setting in self.settings_shown():
            words = self.text(setting.name).strip()
            if setting.required and not words and not setting.stored:
                found[setting.name] = tr("channel_admin.needed")
            elif len(words) > VALUE_MAX:
                found[setting.name] = tr("channel_admin.too_long", most=VALUE_MAX)
        return found


def shown(kind: str, setting: SettingField, *, stored: bool) -> SettingShown:
    return SettingShown(
        name=setting.name,
        label=_first(setting.label, f"channel_setting.{kind}_{setting.name}", f"channel_setting.any_{setting.name}"),
        help=_first(setting.help, f"channel_help.{kind}_{setting.name}", f"channel_help.any_{setting.name}"),
        required=setting.required,
        secret=setting.secret,
        stored=stored,
        choices=tuple((value, _first(value, f"channel_choice.{kind}_{value}")) for value in setting.choices),
        lines=setting.lines,
    )


def needs(channel: Channel) -> str:
    """What one has to have at hand, in one line."""
    wanted = [it for it in channel.settings if it.required and not it.choices and not it.default]
    labels = ", ".join(shown(channel.id, setting, stored=False).label for setting in wanted)
    return tr("channel_admin.needs", what=labels) if labels else tr("channel_admin.needs_nothing")


def _first(servers: str, *keys: str) -> str:
    """Our words for this kind, else for any kind, else the server's own."""
    return next((tr(key) for key in keys if has_key(key)), servers)
