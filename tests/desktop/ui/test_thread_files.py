"""Files in the thread: what a press does with each kind, where pictures stand, what never opens."""

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from omnix_desktop.cache.queries.thread import before
from omnix_desktop.ui.delegates.thread_entry import picture_size
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.conversation.files import Files
from omnix_desktop.ui.widgets.banners import Toast
from omnix_desktop.ui.widgets.lightbox import Lightbox
from omnix_desktop.ui.widgets.thread import BubbleThread
from omnix_protocol import scopes
from omnix_protocol.ids import ConversationId, FileId
from omnix_protocol.messages import Attachment, FetchMedia, FileState, Message
from tests.support.scene import Moment
from tests.support.workbench import Workbench

PDF = Attachment(file_id=FileId("pdf"), name="tagihan.pdf", media_type="application/pdf", size=9)
PICTURE = Attachment(file_id=FileId("one"), name="ktp.jpg", media_type="image/jpeg", size=9, width=4000, height=3000)
SECOND = Attachment(file_id=FileId("two"), name="struk.png", media_type="image/png", size=9, width=300, height=900)
PROGRAM = Attachment(file_id=FileId("exe"), name="foto.png.exe", media_type="application/octet-stream", size=9)
DRAWING = Attachment(file_id=FileId("svg"), name="logo.png", media_type="image/svg+xml", size=9)
COMING = Attachment(file_id=FileId("new"), name="a.pdf", media_type="application/pdf", size=0, state=FileState.FETCHING)
LOST = Attachment(
    file_id=FileId("lost"), name="b.pdf", media_type="application/pdf", size=0, state=FileState.FAILED, failure="gone"
)


class Launched:
    """The system, which opens everything."""

    def __init__(self) -> None:
        self.paths: list[Path] = []

    def __call__(self, path: Path) -> bool:
        self.paths.append(path)
        return True


def panel(bench: Workbench) -> ConversationPanel:
    found = bench.shell.panels["conversation"]
    assert isinstance(found, ConversationPanel)
    return found


def shown(bench: Workbench, *files: Attachment) -> tuple[Files, BubbleThread, str]:
    """The newest message of the opened conversation carries these."""
    row = bench.desk.inbox.handling.rows()[0]
    bench.open(row.opened)
    entries = before(bench.engine.reader(), row.conversation_id, None, 5).entries
    last = [entry for entry in entries if isinstance(entry, Message)][-1]
    changed = msgspec.structs.replace(last, version=last.version + 1, attachments=files)
    Moment(bench.engine).put([changed], scopes.conversation(ConversationId(row.conversation_id)))
    bench.until(lambda: bench.desk.thread.message(last.id) == changed)
    return panel(bench).files, panel(bench).bubbles, last.id


def toast(bench: Workbench) -> str:
    return bench.window.findChild(Toast).accessibleName()  # type: ignore[union-attr]  # there is one


def press(view: BubbleThread, key: str, file_id: str) -> None:
    """With the mouse, in the middle of the file."""
    view.scroll_to_bottom()
    place = view.rows.place(key)
    assert place is not None
    spot = next(spot for spot in view.rows.row(place).spots if spot.value == file_id)
    point = view.row_rect(place).topLeft() + spot.rect.center().toPoint()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(point.x(), point.y()))


def test_a_paper_opens_with_the_systems_program_from_a_private_folder(bench: Workbench) -> None:
    files, view, key = shown(bench, PDF)
    opened = files.launch = Launched()
    bench.fake.transfers.held["pdf", False] = b"%PDF-1.7 x"
    press(view, key, "pdf")
    press(view, key, "pdf")
    assert [path.read_bytes() for path in opened.paths] == [b"%PDF-1.7 x"] * 2
    assert opened.paths[0].name == "tagihan.pdf"
    assert opened.paths[0].parent.parent.stat().st_mode & 0o777 == 0o700
    assert bench.fake.transfers.asked == [("pdf", False)], "it is there already the second time"


def test_return_on_the_row_opens_it_too(bench: Workbench) -> None:
    files, view, key = shown(bench, PDF)
    opened = files.launch = Launched()
    bench.fake.transfers.held["pdf", False] = b"x"
    view.setFocus()
    view.current = view.rows.place(key) or 0
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert len(opened.paths) == 1


def test_the_menu_of_the_row_opens_and_saves_each_file(bench: Workbench) -> None:
    files, view, key = shown(bench, PDF, PROGRAM, COMING)
    opened = files.launch = Launched()
    bench.fake.transfers.held["pdf", False] = b"x"
    view.context_requested.emit(key, QPoint(50, 50))
    menu = panel(bench).menu.menu
    assert menu is not None
    offered = {action.text(): action for action in menu.actions() if file_named(action.text())}
    assert {words: action.isEnabled() for words, action in offered.items()} == {
        "Buka tagihan.pdf": True,
        "Simpan tagihan.pdf sebagai…": True,
        "Simpan foto.png.exe sebagai…": True,
        "Simpan a.pdf sebagai…": False,
    }
    offered["Buka tagihan.pdf"].trigger()
    menu.hide()
    assert len(opened.paths) == 1


def file_named(words: str) -> bool:
    return any(file.name in words for file in (PDF, PROGRAM, COMING))


def test_its_progress_stands_on_the_file_and_goes(bench: Workbench) -> None:
    files, view, key = shown(bench, PDF)
    files.launch = lambda _path: True
    bench.fake.transfers.held["pdf", False] = b"x" * 10
    seen: list[int] = []
    files.moved.connect(lambda _id: seen.append(view.rows.items[view.rows.place(key) or 0].attachments[0].done))
    files.open(key, "pdf")
    assert seen == [0, 50, -1]


@pytest.mark.parametrize("file", [PROGRAM, DRAWING])
def test_what_may_run_is_never_opened_and_can_be_saved(bench: Workbench, tmp_path: Path, file: Attachment) -> None:
    files, view, key = shown(bench, file)
    opened = files.launch = Launched()
    press(view, key, file.file_id)
    assert opened.paths == []
    assert bench.fake.transfers.asked == []
    assert files.lightbox is None
    assert files.menu is not None
    why, _, save = files.menu.actions()
    assert not why.isEnabled()
    assert "menjalankan" in why.text()
    assert save.text() == "Simpan sebagai…"
    files.menu.hide()
    bench.fake.transfers.held[file.file_id, False] = b"MZ"
    files.save_to(file, tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == b"MZ"


@pytest.mark.parametrize(("file", "words"), [(COMING, "sedang diambil"), (LOST, "gone")])
def test_what_is_not_there_is_only_told(bench: Workbench, file: Attachment, words: str) -> None:
    files, view, key = shown(bench, file)
    opened = files.launch = Launched()
    press(view, key, file.file_id)
    assert (opened.paths, bench.fake.transfers.asked) == ([], [])
    assert words in toast(bench)


def test_a_lost_file_is_fetched_again_and_a_refusal_is_told(bench: Workbench) -> None:
    _, view, key = shown(bench, PDF, LOST)
    item = bench.desk.thread.items.of(key)
    assert item is not None
    assert item.actions == ("fetch",)
    view.action_clicked.emit(key, "fetch")
    asked = [(one.message_id, one.file_id) for one in bench.fake.run.asked if isinstance(one, FetchMedia)]
    assert asked == [(key, "lost")]
    bench.fake.run.offline = True
    view.action_clicked.emit(key, "fetch")
    assert toast(bench).startswith("b.pdf")


def test_without_a_connection_it_says_so(bench: Workbench) -> None:
    files, _, key = shown(bench, PDF)
    files.launch = lambda _path: True
    files.open(key, "pdf")
    assert "tagihan.pdf" in toast(bench)


def test_a_full_disk_is_told(bench: Workbench, tmp_path: Path) -> None:
    files, _, _ = shown(bench, PDF)
    bench.fake.transfers.held["pdf", False] = b"x"
    files.save_to(PDF, tmp_path / "no such folder" / "x.pdf")
    assert "tagihan.pdf" in toast(bench)


def test_a_picture_has_its_place_before_it_is_there(bench: Workbench) -> None:
    files, view, key = shown(bench, PICTURE, SECOND)
    place = view.rows.place(key)
    assert place is not None
    before_it = [spot.rect for spot in view.rows.row(place).spots]
    for file in (PICTURE, SECOND):
        files.pictures.keep(file.file_id, colour("#cc3333"))
    bench.settle()
    assert [spot.rect for spot in view.rows.row(place).spots] == before_it
    assert before_it[0].width() / before_it[0].height() == pytest.approx(4 / 3, abs=0.01)
    spot = view.row_rect(place).topLeft() + before_it[1].center().toPoint()
    assert view.viewport().grab().toImage().pixelColor(spot).red() > 180


def test_sizes_are_bounded_whatever_a_picture_says() -> None:
    for width, height in ((1, 100_000), (100_000, 1), (0, 0), (9, 9), (4000, 3000)):
        wide, high = picture_size(msgspec.structs.replace(PICTURE, width=width, height=height))
        assert 56 <= wide <= 240
        assert 56 <= high <= 240


def colour(name: str) -> QImage:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor(name))
    return image


@pytest.fixture
def box(bench: Workbench) -> Lightbox:
    files, view, key = shown(bench, PICTURE, PDF, DRAWING, SECOND)
    for file in (PICTURE, SECOND):
        files.pictures.keep(file.file_id, colour("#cc3333"))
    press(view, key, "one")
    assert files.lightbox is not None
    return files.lightbox


def test_the_light_box_walks_the_pictures_alone(bench: Workbench, box: Lightbox) -> None:
    assert box.file == PICTURE
    assert ("one", False) in bench.fake.transfers.asked, "the whole picture is asked for"
    QTest.keyClick(box.view, Qt.Key.Key_Right)
    assert box.file == SECOND
    QTest.keyClick(box.view, Qt.Key.Key_Right)
    assert box.file == SECOND
    QTest.keyClick(box.view, Qt.Key.Key_Left)
    assert box.file == PICTURE
    QTest.keyClick(box.view, Qt.Key.Key_Escape)
    assert not box.isVisible()


def test_the_light_box_zooms_to_five_times_and_no_further(box: Lightbox) -> None:
    box.view.show_image(colour("#3366cc"))
    assert box.view.zoom == 1
    QTest.keyClick(box.view, Qt.Key.Key_Minus)
    assert box.view.zoom == 1
    for _ in range(20):
        QTest.keyClick(box.view, Qt.Key.Key_Plus)
    assert box.view.zoom == 5
    QTest.keyClick(box.view, Qt.Key.Key_0)
    assert box.view.zoom == 1


def test_the_wheel_keeps_the_place_under_the_mouse(box: Lightbox) -> None:
    view = box.view
    view.show_image(QImage(view.size() * 4, QImage.Format.Format_RGB32))
    place = view.place()
    at = QPointF(place.left() + place.width() * 0.3, place.top() + place.height() * 0.4)
    for _ in range(4):
        wheel = QWheelEvent(at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(view, wheel)
    grown = view.place()
    assert view.zoom > 2
    assert (at.x() - grown.left()) / grown.width() == pytest.approx(0.3, abs=0.01)
    assert (at.y() - grown.top()) / grown.height() == pytest.approx(0.4, abs=0.01)


def test_a_picture_that_came_after_all_takes_the_sentence_away(box: Lightbox) -> None:
    box.say("one", "Tidak ada koneksi")
    with_words = box.view.grab().toImage()
    box.take("one", colour("#cc3333"))
    without = box.view.grab().toImage()
    below = QPoint(without.width() // 2, without.height() - 30)
    assert with_words.pixelColor(below) != without.pixelColor(below)


def test_what_comes_late_for_another_picture_is_left(box: Lightbox) -> None:
    box.show_place(1)
    box.take("one", colour("#00ff00"))
    box.say("one", "gone")
    picture = box.view.grab().toImage()
    assert picture.pixelColor(picture.rect().center()).red() > 180
