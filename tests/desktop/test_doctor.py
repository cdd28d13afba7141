"""What IT asks first, and a bundle that holds nothing secret."""

import zipfile
from pathlib import Path

import pytest

from omnix_desktop import doctor


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OMNIX_HOME", str(tmp_path / "home"))


def test_the_page_names_release_folder_and_keychain(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    doctor.report("9.9.9")
    page = capsys.readouterr().out
    assert "Omnix Desktop 9.9.9" in page
    assert str(tmp_path / "home") in page
    assert "keychain" in page


def test_a_folder_that_cannot_be_written_is_not_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OMNIX_HOME", str(tmp_path / "file" / "inside"))
    assert {what: fine for what, _, fine in doctor.findings("1")}["files"] is False


def test_the_bundle_holds_findings_and_logs_only(tmp_path: Path) -> None:
    logs = tmp_path / "home" / "logs"
    logs.mkdir(parents=True)
    (logs / "desktop.log").write_text("{}")
    (tmp_path / "home" / "profiles").mkdir()
    (tmp_path / "home" / "profiles" / "secret.json").write_text("{}")
    doctor.bundle(tmp_path / "out.zip", "1")
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        assert packed.namelist() == ["doctor.txt", "logs/desktop.log"]
