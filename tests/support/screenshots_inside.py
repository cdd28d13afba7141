"""The part of `tests.support.screenshots` that runs inside the virtual screen."""

import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from omnix_desktop.i18n import set_language
from omnix_desktop.ui.theme import Mode, theme
from tests.support import cached_workspace
from tests.support.screenshots import INSIDE
from tests.support.workbench import Workbench, workbench


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def picture(widget: QWidget, target: Path) -> None:
    """The window as it is painted, with few colours so that the file stays small."""
    wait(250)
    raw = target.with_suffix(".raw.png")
    widget.grab().save(str(raw))
    with Image.open(raw) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)
    raw.unlink()
    print(target, target.stat().st_size)


def workspace_scene(bench: Workbench) -> None:
    rows = bench.desk.inbox.handling.rows()
    bench.desk.selection.open(rows[0].opened)
    bench.screens.focus_composer("reply")


def main() -> int:
    mode, language, width, height = sys.argv[1:]
    target = Path(os.environ[INSIDE])
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    chosen: Mode = "dark" if mode == "dark" else "light"
    theme().install(app, chosen)
    set_language(language)
    with tempfile.TemporaryDirectory() as folder, workbench(cached_workspace.build(Path(folder))) as bench:
        bench.window.resize(int(width), int(height))
        bench.window.show()
        wait(150)
        workspace_scene(bench)
        picture(bench.window, target / f"workspace-{mode}-{language}-{width}x{height}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
