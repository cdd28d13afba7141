"""The form of a channel account: what must be filled in, what is saved openly, and that secrets are not shown."""

from msgspec.structs import replace

from omnix_desktop.i18n import set_language
from omnix_desktop.models.channel_form import GROUP, NAME, ChannelForm, needs
from omnix_protocol.channels import Capabilities, Channel, ChannelAccount, ChannelGroup, SettingField
from omnix_protocol.ids import GroupId, SecretId

TELEGRAM = Channel(
    id="telegram",
    version=1,
    name="Telegram",
    group=ChannelGroup.LIVE,
    capabilities=Capabilities(text_max=4096),
    settings=(
        SettingField(name="token", label="Bot token", secret=True),
        SettingField(
            name="mode", label="Receive by", required=False, default="polling", choices=("polling", "webhook")
        ),
        SettingField(name="odd", label="Odd one", required=False, help="Somewhere."),
    ),
)
STORED = ChannelAccount(
    id="0195568f-1c00-7000-8000-000000000001",
    version=3,
    kind="telegram",
    name="Bot kita",
    settings={"mode": "webhook"},
    secret_id=SecretId("s"),
)


def test_an_empty_form_says_at_each_field_what_is_missing() -> None:
    set_language("id")
    assert ChannelForm(TELEGRAM).wrong() == {
        NAME: "Isi nama, paling banyak 120 huruf",
        GROUP: "Pilih grup yang melayani",
        "token": "Perlu diisi",
    }


def test_a_filled_form_keeps_secrets_apart_from_what_is_saved_openly() -> None:
    form = ChannelForm(TELEGRAM)
    form.name, form.group_id = "Bot", GroupId("g")
    form.type("token", " 900:AA ")
    assert form.wrong() == {}
    assert form.settings() == {"mode": "polling"}
    assert form.secrets() == {"token": "900:AA"}


def test_a_stored_secret_is_not_shown_and_needs_no_second_entry() -> None:
    form = ChannelForm(TELEGRAM, STORED)
    assert form.text("token") == ""
    assert form.settings() == {"mode": "webhook"}
    assert form.secrets() == {}
    assert form.wrong() == {}
    assert [setting.stored for setting in form.settings_shown()] == [True, False, False]
    assert ChannelForm(TELEGRAM, replace(STORED, secret_id=None)).wrong() == {"token": "Perlu diisi"}


def test_settings_are_named_in_the_language_of_the_screen_and_unknown_ones_by_the_server() -> None:
    set_language("id")
    token, mode, odd = ChannelForm(TELEGRAM).settings_shown()
    assert (token.label, odd.label, odd.help) == ("Token bot", "Odd one", "Somewhere.")
    assert mode.choices == (("polling", "Menanyakan (polling)"), ("webhook", "Webhook"))
    assert needs(TELEGRAM) == "Perlu: Token bot"


def test_settings_of_several_lines_keep_them() -> None:
    bot = replace(TELEGRAM, settings=(SettingField(name="menu", label="Menu", required=False, lines=True),))
    form = ChannelForm(bot)
    form.type("menu", "Tagihan = …\nPetugas = @agent")
    assert form.settings() == {"menu": "Tagihan = …\nPetugas = @agent"}
    assert form.settings_shown()[0].lines
