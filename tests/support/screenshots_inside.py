"""The part of `tests.support.screenshots` that runs inside the virtual screen."""

import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import msgspec
from PIL import Image
from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from omnix_desktop.i18n import set_language
from omnix_desktop.models.work_form import CaseValues, TicketValues
from omnix_desktop.ports import OFFLINE, LinkState
from omnix_desktop.ui.dialogs.bot_talks import BotTalksDialog
from omnix_desktop.ui.dialogs.integration import IntegrationDialog
from omnix_desktop.ui.dialogs.integrations import IntegrationsDialog
from omnix_desktop.ui.dialogs.mail_transcript import MailTranscriptDialog
from omnix_desktop.ui.dialogs.telephone import TelephoneDialog
from omnix_desktop.ui.panels.calls import CallsPanel
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.customer import CustomerPanel
from omnix_desktop.ui.panels.work import CasePanel
from omnix_desktop.ui.theme import Mode, theme
from omnix_desktop.ui.windows.new_mail import NewMailWindow
from omnix_desktop.ui.windows.sign_in import Prefill, SignInWindow
from omnix_desktop.ui.windows.wallboard import WallboardWindow
from omnix_protocol import scopes
from omnix_protocol.bots import BotTalks
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import FileId, InteractionId, derived_id
from omnix_protocol.messages import Attachment, Message
from omnix_protocol.reports import CallLog, JourneyPage, JourneyPageAnswer, JourneyRow, QueuePageAnswer
from omnix_protocol.sign_in import SignedIn, TenantFound
from tests.support import cached_workspace, workspace_catalogue
from tests.support.cached_workspace import Workspace
from tests.support.scene import set_scene
from tests.support.scene_calls import QUEUE, integrations, log, ringing, set_line
from tests.support.scene_channels import PICTURE, set_channels
from tests.support.scene_channels import picture as drawn
from tests.support.scene_mails import bot_talks, set_mailboxes
from tests.support.screenshots import INSIDE
from tests.support.workbench import Immediate, Workbench, workbench

OFFLINE_WIDTH = 1440
FILE = Attachment(file_id=FileId("mail"), name="bukti-pemasangan.pdf", media_type="application/pdf", size=214_000)
MAIL = """Ibu Siti yang terhormat,

bersama ini kami kirimkan tagihan November dan bukti pemasangan di alamat Ibu. Pembayaran kami tunggu sampai tanggal 20.

Salam hangat,
Dewi, Layanan Pelanggan"""


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
    if not view.editor.toPlainText():
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


def transcript(bench: Workbench, target: Path) -> None:
    """Asked for by mail, over the conversation."""
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    dialog = MailTranscriptDialog(bench.place, bench.window)
    dialog.open()
    wait(200)
    picture(dialog, target)
    dialog.close()


def channels(bench: Workbench, target: Path, name: str) -> None:
    """All that channels bring, a message being answered, and its menu; a picture looked at closely; a comment."""
    key = set_channels(bench.engine, bench.workspace)
    wait(200)
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    panel.files.pictures.keep(PICTURE.file_id, drawn(PICTURE))
    bench.open(next(row.opened for row in bench.desk.inbox.handling.rows() if row.conversation_id == key))
    wait(200)
    bench.desk.chosen.choose(derived_id("channels", "5"))
    bench.commands.run("entry.reply")
    picture(bench.window, target / f"channels-{name}")
    panel.bubbles.scroll_to(derived_id("channels", "0"))
    picture(bench.window, target / f"channels-above-{name}")
    panel.bubbles.context_requested.emit(derived_id("channels", "8"), bench.window.mapToGlobal(QPoint(500, 200)))
    assert panel.menu.menu is not None
    picture(panel.menu.menu, target / f"entry-menu-{name}")
    panel.menu.menu.close()
    panel.files.open(derived_id("channels", "1"), PICTURE.file_id)
    assert panel.files.lightbox is not None
    panel.files.lightbox.take(PICTURE.file_id, drawn(PICTURE))
    picture(panel.files.lightbox, target / f"lightbox-{name}")
    panel.files.lightbox.close()
    set_channels(bench.engine, bench.workspace, comments=True)
    bench.desk.chosen.choose(derived_id("channels", "2"))
    bench.commands.run("entry.edit")
    picture(panel.area, target / f"editing-{name}")
    bench.desk.composers.end_edit(bench.desk.composers.begin_edit(_message_of(bench, "2")))
    bench.desk.composers.reply(key).quote(None)
    bench.screens.focus_composer("reply")
    picture(panel.area, target / f"comment-{name}")


def mails_and_bots(bench: Workbench, target: Path, name: str) -> None:
    """A mail to somebody new, half written; what bots are answering, one of them chosen."""
    set_mailboxes(bench.engine, "Layanan", "Tagihan")
    bench.until(lambda: len(bench.desk.new_mail.mailboxes()) == 2)
    window = NewMailWindow(bench.place, Immediate("mail"))
    bench.desk.new_mail.fill(
        to=("siti.rahmawati@pelanggan.example", "keuangan@pelanggan.example"),
        subject="Tagihan November dan bukti pemasangan",
        text=MAIL,
    )
    bench.desk.new_mail.attach(FILE)
    bench.desk.new_mail.replaced.emit()
    window.show()
    picture(window, target / f"new-mail-{name}")
    window.close()
    bench.fake.ask.answers[BotTalks] = QueuePageAnswer(rows=bot_talks(), more=True)
    dialog = BotTalksDialog(bench.place, bench.window, Immediate("bots"))
    dialog.open()
    dialog.list.setCurrentIndex(dialog.rows.index(3))
    picture(dialog, target / f"bot-talks-{name}")
    dialog.close()


def telephone(bench: Workbench, target: Path, name: str) -> None:
    """Three ring while a reply is written; the caller log; programs beside the conversation."""
    moment = set_line(bench.engine, waiting=3)
    moment.put(
        [ringing(42, seconds=23), ringing(7, name="Joko Susilo"), ringing(9, name="Maya Anggraini", seconds=2)],
        scopes.queue(QUEUE),
    )
    moment.put(integrations(), scopes.TENANT)
    bench.fake.ask.answers[CallLog] = log()
    wait(300)
    picture(bench.window, target / f"ringing-{name}")
    bench.screens.show_panel("calls")
    panel = bench.shell.panels["calls"]
    assert isinstance(panel, CallsPanel)
    panel.list.selectRow(2)
    bench.screens.show_panel("integrations")
    for _ in range(3):
        bench.commands.run("calls.dismiss")
    bench.screens.focus_composer("reply")
    picture(bench.window, target / f"calls-{name}")
    if bench.window.width() == OFFLINE_WIDTH:
        telephone_dialogs(bench, target, name)
    for shown in ("interactions", "customer"):
        bench.screens.show_panel(shown)
    bench.shell.docks.hide("calls")
    bench.shell.docks.hide("integrations")


def telephone_dialogs(bench: Workbench, target: Path, name: str) -> None:
    """What administrators put beside the conversation, an address that will not do, and how one calls."""
    for made, key in ((IntegrationsDialog, "integrations"), (TelephoneDialog, "telephone")):
        dialog = made(bench.place, bench.window)
        dialog.open()
        picture(dialog, target / f"{key}-{name}")
        dialog.close()
    form = IntegrationDialog(bench.place, bench.window, integrations()[0])
    form.open()
    type_into(form, integration_address="https://crm.nusantara.invalid/{customer.nik}/")
    picture(form, target / f"integration-{name}")
    form.close()


def _message_of(bench: Workbench, number: str) -> Message:
    found = bench.desk.thread.message(derived_id("channels", number))
    assert found is not None
    return found


class NoDoor:
    """Nobody signs in for a picture."""

    async def find_tenant(self, server: str, code: str) -> TenantFound | Refused:
        return TenantFound(code=code, name="Nusantara Niaga", locale="id", mails_codes=True)

    async def sign_in(self, email: str, password: str) -> SignedIn | Refused:
        return OFFLINE

    async def change_password(self, signed_in: SignedIn, old: str, new: str) -> Refused | None:
        return OFFLINE

    async def ask_reset_code(self, email: str) -> Refused | None:
        return None

    async def reset_with_code(self, email: str, code: str, password: str) -> Refused | None:
        return refused(Reason.WRONG_CODE)

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
            channels(bench, target, name)
            workspace_scene(bench)
            telephone(bench, target, name)
            if int(width) == OFFLINE_WIDTH:
                bench.fake.link.become(LinkState.OFFLINE)
                bench.commands.refresh()
                bench.screens.focus_composer("memo")
                picture(bench.window, target / f"offline-{name}")
                bench.fake.link.become(LinkState.ONLINE)
                forms(bench, target, name)
                transcript(bench, target / f"transcript-{name}")
                mails_and_bots(bench, target, name)
            wall = WallboardWindow(bench.place)
            wall.resize(int(width), int(height))
            wall.show()
            picture(wall, target / f"wallboard-{name}")
            wall.close()
    signing_in(target, name, int(width), int(height))
    return 0


def signing_in(target: Path, name: str, width: int, height: int) -> None:
    """The door; on the screen of one size also the way of a forgotten password, to a code that is wrong."""
    prefill = Prefill("https://omnix.nusantara.invalid", "nusantara", "Nusantara Niaga", "dewi@nusantara.invalid")
    door = SignInWindow(NoDoor(), msgspec.structs.replace(prefill, email=""), Immediate("door"))
    door.resize(width, height)
    door.show()
    picture(door, target / f"sign-in-{name}")
    door.close()
    if width != OFFLINE_WIDTH:
        return
    door = SignInWindow(NoDoor(), prefill, Immediate("door"))
    door.resize(width, height)
    door.show()
    press(door, "sign_in_forgotten")
    picture(door, target / f"forgotten-{name}")
    press(door, "forgotten_send")
    type_into(door, forgotten_code="1234 5678", forgotten_password="kalimat yang panjang")
    type_into(door, forgotten_password_again="kalimat yang panjang")
    press(door, "forgotten_save")
    picture(door, target / f"forgotten-code-{name}")
    door.close()


def press(window: QWidget, name: str) -> None:
    button = window.findChild(QAbstractButton, name)
    assert button is not None
    button.click()


def type_into(window: QWidget, **lines: str) -> None:
    for name, words in lines.items():
        line = window.findChild(QLineEdit, name)
        assert line is not None
        line.setText(words)


if __name__ == "__main__":
    sys.exit(main())
