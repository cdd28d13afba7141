"""Files for the system's programs: nobody else reads them, names are no paths, nothing is left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from omnix_desktop.platform.private_folder import PrivateFolder, safe_name


def test_the_folder_is_this_users_alone_and_goes(tmp_path: Path) -> None:
    folder = PrivateFolder(tmp_path)
    one = folder.place_for("file-1", "tagihan.pdf")
    one.write_bytes(b"x")
    assert folder.place_for("file-2", "tagihan.pdf") != one
    assert folder.place_for("file-1", "tagihan.pdf") == one
    (top,) = tmp_path.iterdir()
    assert top.stat().st_mode & 0o777 == 0o700
    folder.clear()
    assert not list(tmp_path.iterdir())


def test_what_a_dead_program_left_goes_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f"omnix-opened-{dead.pid}-abc"
    alive = tmp_path / f"omnix-opened-{os.getppid()}-abc"
    other = tmp_path / "omnix-opened-notes"
    for folder in (left, alive, other):
        folder.mkdir()
    PrivateFolder(tmp_path).place_for("file", "a.txt")
    assert not left.exists()
    assert alive.exists()
    assert other.exists()


def test_it_is_cleared_when_the_program_ends(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from omnix_desktop.platform.private_folder import PrivateFolder;"
        "PrivateFolder(Path(sys.argv[1])).place_for('f', 'a.txt').write_text('x')"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("tagihan\u202efdp.exe", "tagihanfdp.exe"),
        (".bashrc", "bashrc"),
        ("con\x00trol\n.txt", "control.txt"),
        ("..", "file"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_no_path(name: str, safe: str) -> None:
    assert safe_name(name) == safe
