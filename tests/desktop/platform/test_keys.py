"""The key of a user's files: kept in the keychain, else wrapped under the password; a reset sets old files aside."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnix_desktop.platform.keychain import Keychain
from omnix_desktop.platform.keys import Locked, key_for, rewrap
from omnix_desktop.platform.paths import desk_folder

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
NAME = "profile|tenant|user|files"


class Kept(Keychain):
    """A keychain that works."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[str, str] = {}

    @property
    def available(self) -> bool:
        return True

    def get(self, name: str) -> str | None:
        return self.secrets.get(name)

    def put(self, name: str, secret: str) -> bool:
        self.secrets[name] = secret
        return True


class Missing(Keychain):
    """A machine without one."""

    @property
    def available(self) -> bool:
        return False

    def get(self, name: str) -> str | None:
        return None

    def put(self, name: str, secret: str) -> bool:
        return False


def test_with_a_keychain_no_password_is_needed(tmp_path: Path) -> None:
    keychain = Kept()
    key = key_for(tmp_path, NAME, keychain, None, NOW)
    assert len(key) == 32
    assert key_for(tmp_path, NAME, keychain, None, NOW) == key
    assert not list(tmp_path.iterdir())


def test_without_one_the_password_opens_the_same_files_each_time(tmp_path: Path) -> None:
    key = key_for(tmp_path, NAME, Missing(), "rahasia sekali", NOW)
    assert key_for(tmp_path, NAME, Missing(), "rahasia sekali", NOW) == key
    assert key.hex() not in (tmp_path / "key").read_text()
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_without_keychain_and_password_the_files_stay_locked(tmp_path: Path) -> None:
    key_for(tmp_path, NAME, Missing(), "rahasia sekali", NOW)
    with pytest.raises(Locked):
        key_for(tmp_path, NAME, Missing(), None, NOW)


def test_after_a_reset_the_old_drafts_are_set_aside_and_open_with_the_old_password(tmp_path: Path) -> None:
    old = key_for(tmp_path, NAME, Missing(), "yang lama", NOW)
    (tmp_path / "local.db").write_bytes(b"drafts")
    fresh = key_for(tmp_path, NAME, Missing(), "yang baru", NOW)
    assert fresh != old
    aside = tmp_path / "old-20260316-093000"
    assert (aside / "local.db").read_bytes() == b"drafts"
    assert key_for(aside, NAME, Missing(), "yang lama", NOW) == old


def test_a_changed_password_opens_the_same_files(tmp_path: Path) -> None:
    key = key_for(tmp_path, NAME, Missing(), "yang lama", NOW)
    rewrap(tmp_path, key, "yang baru")
    assert key_for(tmp_path, NAME, Missing(), "yang baru", NOW) == key


def test_with_a_keychain_a_changed_password_changes_no_file(tmp_path: Path) -> None:
    rewrap(tmp_path, key_for(tmp_path, NAME, Kept(), None, NOW), "yang baru")
    assert not list(tmp_path.iterdir())


def test_a_damaged_key_file_is_treated_like_another_password(tmp_path: Path) -> None:
    key_for(tmp_path, NAME, Missing(), "rahasia sekali", NOW)
    (tmp_path / "key").write_bytes(b"\x00 not json")
    assert len(key_for(tmp_path, NAME, Missing(), "rahasia sekali", NOW)) == 32


def test_a_keychain_whose_backend_fails_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    keychain = Keychain()

    def broken(_name: str) -> object:
        raise RuntimeError("no bus")

    monkeypatch.setattr("omnix_desktop.platform.keychain.importlib.import_module", broken)
    assert not keychain.available
    assert keychain.get("a") is None
    assert keychain.put("a", "b") is False
    keychain.forget("a")


def test_what_is_read_ahead_is_asked_once_and_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(_service: str, name: str) -> str:
        asked.append(name)
        return f"secret {len(asked)}"

    monkeypatch.setattr("omnix_desktop.platform.keychain.secret_service.is_likely", lambda: True)
    monkeypatch.setattr("omnix_desktop.platform.keychain.secret_service.read", answer)
    keychain = Keychain()
    keychain.read_ahead("a")
    assert keychain.get("a") == "secret 1"
    assert asked == ["a"]
    assert keychain.get("a") == "secret 2"


def test_no_name_leads_out_of_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OMNIX_HOME", str(tmp_path))
    folder = desk_folder("../../etc", "../x", "a/b")
    assert tmp_path in folder.parents
    assert ".." not in folder.relative_to(tmp_path).parts
