"""Restarting: the program ends as always, with everything written down, and is to be started once more."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from omnix_desktop.cache.queries import composer as drafts
from omnix_desktop.platform.paths import HOME
from omnix_desktop.platform.restart import SCALE
from omnix_desktop.session import Lives, Profile
from omnix_desktop.ui.shell.fetched import LATER
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.program import Program
from omnix_desktop.ui.theme import Theme
from omnix_protocol.ids import ConversationId
from tests.support.cached_workspace import signed_in
from tests.support.keychain import Kept
from tests.support.waiting import wait_until
from tests.support.workbench import Workbench

CONVERSATION = ConversationId("percakapan")
ROOT = Path(__file__).parents[3]
AGAIN = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from omnix_desktop import app
from omnix_desktop.ui.shell.program import Program

note = Path(sys.argv[1])
show = Program.show

def shown(program, frame):
    show(program, frame)
    first = not note.exists()
    with note.open("a") as lines:
        lines.write(f"{os.getpid()} {os.environ['QT_SCALE_FACTOR']} {sys.argv[2]}\\n")
    if first:
        Path(os.environ["OMNIX_HOME"], "profiles/default/profile.json").write_text('{"zoom": "1.5"}')
    QTimer.singleShot(0, program._restart if first else program._leave)

Program.show = shown
sys.exit(app.start(app.Options()))
"""


def test_the_action_asks_for_the_restart(bench: Workbench) -> None:
    bench.commands.run("view.restart")
    assert bench.left == ["restart"]


@pytest.mark.parametrize(("command", "again"), [("view.restart", True), ("account.quit", False)])
def test_the_program_leaves_with_what_was_written(
    tmp_path: Path, themed: Theme, monkeypatch: pytest.MonkeyPatch, command: str, *, again: bool
) -> None:
    assert not themed.tokens.dark
    monkeypatch.setenv(HOME, str(tmp_path))
    profile = Profile("default", "http://127.0.0.1:1")
    profile.keychain = Kept()
    profile.remember(tenant_code=signed_in().tenant_code)
    profile.keep(signed_in())
    program = Program(Lives(profile), "0.1.0", lambda: LATER)
    program.show(Frame())
    work = program._work
    assert work is not None
    work.desk.composers.reply(CONVERSATION).typed("belum selesai")
    work.commands.run(command)
    asyncio.run(program.live())
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert program.again is again
    life = Lives(profile).resume(lambda: None)
    assert life is not None
    assert drafts.draft(life.source.reader, CONVERSATION, "reply").text == "belum selesai"
    asyncio.run(life.close())


def test_it_is_there_again_in_the_new_size(tmp_path: Path) -> None:
    """A process of its own, which starts its successor; the lock of the first is free for the second."""
    script, note = tmp_path / "again.py", tmp_path / "note"
    script.write_text(AGAIN)
    env = {name: value for name, value in os.environ.items() if name != SCALE}
    env |= {HOME: str(tmp_path), "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, str(script), str(note), "--uji"], env=env, check=True, timeout=60)
    wait_until(lambda: note.read_text().count("\n") == 2, "the program is there again", 60)
    first, second = (line.split() for line in note.read_text().splitlines())
    assert first[0] != second[0]
    assert (first[1:], second[1:]) == (["1", "--uji"], ["1.5", "--uji"])
