"""A wrong setting is named with its place and what is expected, in one sentence."""

from pathlib import Path

import pytest

from backend.cli import main
from backend.config import Settings, WrongSetting, load


def test_nothing_said_is_a_small_server() -> None:
    settings = load(None, {})
    assert settings == Settings()
    assert settings.on_sqlite
    assert settings.public_url == "http://127.0.0.1:8765"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('[server]\nport = 1000\nhost = "0.0.0.0"\n[data]\nfolder = "/srv"\n')
    settings = load(file, {"OMNIX_SERVER_PORT": "2000", "OMNIX_SERVER_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2"})
    assert (settings.server.host, settings.server.port) == ("0.0.0.0", 2000)
    assert settings.server.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert settings.database_url == "sqlite:////srv/omnix.db"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[", ["is not TOML"]),
        ("x = 1", ["[x] is no section"]),
        ("server = 3", ["`server` must be a table"]),
        ("[servr]", ["[servr] is no section", "[server]"]),
        ("[server]\nprot = 1", ["server.prot is no setting", "port"]),
        ('[server]\nport = "a"', ["server.port", "a whole number"]),
        ("[limits]\nbody_bytes = 0", ["limits.body_bytes", ">= 1"]),
        ('[data]\ndatabase = "mysql://root:hush@h/x"', ["data.database", "sqlite:///"]),
        ('[data]\ndatabase = "postgresql://omnix:hush@h/x"', ["data.raw_database", "insert-only"]),
        ('[bus]\nurl = "http://x"', ["bus.url", "nats://"]),
        ('[log]\nlevel = "loud"', ["log.level"]),
        ('[files]\nclamd = "127.0.0.1:3310"', ["files.clamd", "tcp://", "unix:/"]),
        ('[files]\nunscanned = "drop"', ["files.unscanned"]),
        ("[mail]\nport = 25", ["mail.host", "[mail]"]),
        ('[mail]\nhost = "smtp://mail.example"', ["mail.host", "a name alone"]),
        ('[mail]\nhost = "m.example"', ["mail.from_address", "omnix@example.com"]),
        ('[mail]\nhost = "m.example"\nfrom_address = "Omnix <a@b.example>"', ["mail.from_address"]),
        ('[mail]\nhost = "m.example"\nfrom_address = "a@b.example"\nfrom_name = "a\\nb"', ["mail.from_name"]),
        (
            '[mail]\nhost = "m.example"\nfrom_address = "a@b.example"\nuser = "a"',
            ["mail.password", "both or neither"],
        ),
        (
            '[mail]\nhost = "m.example"\nfrom_address = "a@b.example"\npassword = "a"',
            ["mail.user", "both or neither"],
        ),
        ('[mail]\nhost = "m.example"\nsecurity = "ssl"', ["mail.security"]),
        (
            '[mail]\nhost = "m.example"\nfrom_address = "a@b.example"\nuser = "a"\npassword = "b"\nsecurity = "none"',
            ["mail.security", "in the clear"],
        ),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    file = tmp_path / "server.toml"
    file.write_text(text)
    with pytest.raises(WrongSetting) as caught:
        load(file, {})
    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence
    assert "hush" not in sentence


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("OMNIX_SERVER_PORT", "many", ["OMNIX_SERVER_PORT", "a whole number"]),
        ("OMNIX_SERVER_PROT", "1", ["OMNIX_SERVER_PROT", "OMNIX_SERVER_PORT is"]),
        ("OMNIX_DATA_DATABASE", "oracle", ["data.database"]),
    ],
)
def test_mistakes_in_the_environment_too(variable: str, value: str, words: list[str]) -> None:
    with pytest.raises(WrongSetting) as caught:
        load(None, {variable: value})
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_what_is_for_others_in_the_environment_is_left_alone() -> None:
    assert load(None, {"OMNIX_DESKTOP_THEME": "dark", "OMNIX_PROFILE": "a", "PATH": "/bin"}) == Settings()


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(tmp_path / "no.toml"), "doctor"]) == 2
    assert "no.toml cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_of_the_mail_server_is_the_usual_one(security: str, port: int) -> None:
    mail = {
        "OMNIX_MAIL_HOST": "m.example",
        "OMNIX_MAIL_FROM_ADDRESS": "a@b.example",
        "OMNIX_MAIL_SECURITY": security,
    }
    assert load(None, mail).mail.at_port == port
    assert load(None, mail | {"OMNIX_MAIL_PORT": "2525"}).mail.at_port == 2525
