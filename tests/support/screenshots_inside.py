"""The part of `tests.support.screenshots` that runs inside the virtual screen."""

import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from omnix_desktop.i18n import set_language
from omnix_desktop.models.work_form import CaseValues, TicketValues
from omnix_desktop.ports import OFFLINE, LinkState
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.customer import CustomerPanel
from omnix_desktop.ui.panels.work import CasePanel
from omnix_desktop.ui.theme import Mode, theme
from omnix_desktop.ui.windows.sign_in import Prefill, SignInWindow
from omnix_desktop.ui.windows.wallboard import WallboardWindow
from omnix_protocol.errors import Refused
from omnix_protocol.ids import FileId, InteractionId, derived_id
from omnix_protocol.messages import Attachment
from omnix_protocol.reports import JourneyPage, JourneyPageAnswer, JourneyRow
from omnix_protocol.sign_in import SignedIn, TenantFound
from tests.support import cached_workspace, workspace_catalogue
from tests.support.cached_workspace import Workspace
from tests.support.scene import set_scene
from tests.support.screenshots import INSIDE
from tests.support.workbench import Workbench, workbench

OFFLINE_WIDTH = 1440


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
    bench.open(rows[0].opened)
    bench.screens.focus_composer("reply")
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    view = panel.area.current()
    assert view is not None
    view.editor.insertPlainText("Kak Dewi, akunnya sudah kami buka. Silakan coba masuk kembali dengan ")
    wait(400)


def story(workspace: Workspace) -> JourneyPageAnswer:
    """What the first customer wrote about before."""
    first = workspace.handled[0]
    past = (
        ("webchat", "Situs nusantara.invalid", "Agent", 0, "handling", 1, 1),
        ("telegram", "@nusantara_bot", "Agent", 9, "resolved", 1, 0),
        ("telegram", "@nusantara_bot", "Backroom", 31, "resolved", 0, 1),
        ("webchat", "Situs nusantara.invalid", "Caring", 58, "archived", 0, 0),
    )
    rows = tuple(
        JourneyRow(
            interaction_id=InteractionId(first.id if not days else derived_id("past", str(days))),
            conversation_id=first.conversation_id,
            channel_kind=kind,
            channel_name=name,
            group_name=group,
            at=workspace.now - timedelta(days=days, minutes=40),
            status=status,
            cases=cases,
            tickets=tickets,
            open_cases=0,
        )
        for kind, name, group, days, status, cases, tickets in past
    )
    return JourneyPageAnswer(rows=rows, total=len(rows))


def forms_scene(bench: Workbench) -> None:
    """A case half filled in, one already made."""
    bench.commands.run("work.create_case")
    form = bench.desk.forms.case(bench.desk.inbox.handling.rows()[0].opened)
    values = CaseValues(form.values.id, "Tidak bisa login sejak semalam", workspace_catalogue.leaf(5)[0])
    form.show(values)
    panel = bench.shell.panels["case"]
    assert isinstance(panel, CasePanel)
    panel.submit()
    wait(300)


def ticket_scene(bench: Workbench) -> None:
    bench.commands.run("work.create_ticket")
    form = bench.desk.forms.ticket(bench.desk.inbox.handling.rows()[0].opened)
    file = Attachment(file_id=FileId("scene"), name="error-login.png", media_type="image/png", size=214_000)
    remark = form.customers_words()
    leaf = workspace_catalogue.leaf(3)[0]
    form.show(TicketValues(form.values.id, "Akun terkunci", leaf, remark, attachments=(file,)))
    wait(300)


def edit_scene(bench: Workbench) -> None:
    bench.commands.run("customer.edit")
    edit = bench.desk.forms.edit()
    assert edit is not None
    edit.type_in(emails=("dewi@contoh",), phones=("+6281200000000", "+6281322220002"))
    edit.replaced.emit()
    panel = bench.shell.panels["customer"]
    assert isinstance(panel, CustomerPanel)
    panel.form.submit()
    wait(300)


def forms(bench: Workbench, target: Path, name: str) -> None:
    """Case, ticket and profile while they are being filled in."""
    for key, scene in (("case", forms_scene), ("ticket", ticket_scene), ("customer", edit_scene)):
        scene(bench)
        picture(bench.window, target / f"{key}-{name}")


class NoDoor:
    """Nobody signs in for a picture."""

    async def find_tenant(self, server: str, code: str) -> TenantFound | Refused:
        return OFFLINE

    async def sign_in(self, email: str, password: str) -> SignedIn | Refused:
        return OFFLINE

    async def change_password(self, signed_in: SignedIn, old: str, new: str) -> Refused | None:
        return OFFLINE

    def can_remember(self) -> bool:
        return True


def main() -> int:
    mode, language, width, height = sys.argv[1:]
    target = Path(os.environ[INSIDE])
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    chosen: Mode = "dark" if mode == "dark" else "light"
    theme().install(app, chosen)
    set_language(language)
    name = f"{mode}-{language}-{width}x{height}.png"
    with tempfile.TemporaryDirectory() as folder:
        workspace = cached_workspace.build(Path(folder), handled=5, ended=4, waiting=38)
        with workbench(workspace) as bench:
            set_scene(bench.engine, workspace)
            bench.fake.ask.answers[JourneyPage] = story(workspace)
            bench.window.resize(int(width), int(height))
            bench.window.show()
            wait(150)
            workspace_scene(bench)
            picture(bench.window, target / f"workspace-{name}")
            if int(width) == OFFLINE_WIDTH:
                bench.fake.link.become(LinkState.OFFLINE)
                bench.commands.refresh()
                bench.screens.focus_composer("memo")
                picture(bench.window, target / f"offline-{name}")
                bench.fake.link.become(LinkState.ONLINE)
                forms(bench, target, name)
            wall = WallboardWindow(bench.place)
            wall.resize(int(width), int(height))
            wall.show()
            picture(wall, target / f"wallboard-{name}")
            wall.close()
    door = SignInWindow(
        NoDoor(), Prefill("https://omnix.nusantara.invalid", "nusantara", "Nusantara Niaga"), Tasks("door")
    )
    door.resize(int(width), int(height))
    door.show()
    picture(door, target / f"sign-in-{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
