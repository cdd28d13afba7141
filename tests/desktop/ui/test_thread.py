"""A thread of any length: laid out only where seen, still while read, selectable, pressable, spoken."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from omnix_desktop.ui.theme import Size, Theme
from omnix_desktop.ui.widgets.thread import BubbleThread
from omnix_desktop.ui.widgets.thread_item import ItemKind, ThreadAction, ThreadAttachment, ThreadItem
from omnix_desktop.ui.widgets.thread_text import clean, cut, find_links, lay_out, reads_right_to_left, utf16

RETRY = ThreadAction("retry", "Coba lagi")


def messages(count: int, prefix: str = "m") -> list[ThreadItem]:
    words = ["Halo kak " + "mohon ditunggu " * (i % 9) for i in range(count)]
    kinds: tuple[ItemKind, ItemKind] = ("in", "out")
    return [ThreadItem(f"{prefix}{i}", kinds[i % 2], words[i], "15:11", f"Hari {i // 50}") for i in range(count)]


@pytest.fixture
def thread(themed: Theme, qtbot: QtBot) -> BubbleThread:
    view = BubbleThread()
    qtbot.addWidget(view)
    view.resize(520, 700)
    view.show()
    qtbot.waitExposed(view)
    return view


def show(thread: BubbleThread, items: Sequence[ThreadItem]) -> None:
    thread.set_items(items)
    thread.viewport().repaint()


def laid_out(thread: BubbleThread) -> int:
    return sum(thread.rows.measured(place) for place in range(len(thread.rows)))


def press(thread: BubbleThread, point: QPointF) -> None:
    QTest.mouseClick(thread.viewport(), Qt.MouseButton.LeftButton, pos=point.toPoint())


def spot_point(thread: BubbleThread, key: str, kind: str) -> QPointF:
    place = thread.rows.place(key)
    assert place is not None
    spot = next(spot for spot in thread.rows.row(place).spots if spot.kind == kind)
    return spot.rect.center() + QPointF(thread.row_rect(place).topLeft())


def test_only_what_is_seen_is_laid_out(thread: BubbleThread) -> None:
    show(thread, messages(10_000))
    assert laid_out(thread) < 40
    assert thread.row_rect(9_999).bottom() <= thread.viewport().height()


def test_the_newest_is_in_view_and_stays_so(thread: BubbleThread) -> None:
    show(thread, messages(300))
    thread.append(ThreadItem("new", "in", "baru", "15:20"))
    assert thread.is_at_bottom()
    assert thread.viewport().rect().contains(thread.row_rect(300).center())


def test_whoever_reads_further_up_is_not_moved_by_what_arrives(thread: BubbleThread) -> None:
    show(thread, messages(300))
    thread.scroll_to("m150")
    before = thread.row_rect(150)
    thread.append(*messages(20, "n"))
    assert thread.row_rect(150) == before
    assert not thread.is_at_bottom()


def test_older_ones_on_top_do_not_move_what_is_seen(thread: BubbleThread) -> None:
    show(thread, messages(300))
    thread.scroll_to("m40")
    before = thread.row_rect(40).top()
    thread.prepend(messages(200, "o"))
    assert thread.rows.items[240].key == "m40"
    assert abs(thread.row_rect(240).top() - before) <= 1


def test_scrolling_up_through_unmeasured_rows_never_jumps(thread: BubbleThread) -> None:
    show(thread, messages(2_000))
    bar = thread.verticalScrollBar()
    for _ in range(120):
        place, _row = thread.seen()[-1]
        before = thread.row_rect(place).top()
        value = bar.value()
        bar.setValue(value - 60)
        moved = thread.row_rect(place).top() - before
        assert 58 <= moved <= 62 or bar.value() == 0


def test_the_top_asks_once_for_older_ones(thread: BubbleThread, qtbot: QtBot) -> None:
    show(thread, messages(300))
    asked: list[int] = []
    thread.older_wanted.connect(lambda: asked.append(1))
    thread.verticalScrollBar().setValue(100)
    thread.verticalScrollBar().setValue(50)
    assert asked == [1]
    thread.prepend(messages(10, "o"))
    thread.verticalScrollBar().setValue(10)
    assert asked == [1, 1]


def test_a_changed_row_leaves_the_others_alone(thread: BubbleThread) -> None:
    show(thread, messages(300))
    kept = thread.rows.row(298)
    thread.replace("m299", ThreadItem("m299", "out", "lain sekali", "15:11", "Hari 5", state="read"))
    assert thread.rows.row(298) is kept
    assert thread.rows.row(299).item.text == "lain sekali"


def test_a_day_is_named_once_and_moves_to_the_new_first(thread: BubbleThread) -> None:
    same = [ThreadItem(f"d{i}", "in", "halo", "10:00", "Senin") for i in range(3)]
    show(thread, same)
    assert [thread.rows.row(place).day for place in range(3)] == ["Senin", "", ""]
    thread.prepend([ThreadItem("older", "in", "halo", "09:00", "Senin")])
    assert [thread.rows.row(place).day for place in range(4)] == ["Senin", "", "", ""]
    thread.remove("older")
    assert thread.rows.row(0).day == "Senin"


def test_on_a_wide_screen_question_and_answer_stay_near_each_other(thread: BubbleThread) -> None:
    thread.resize(2000, 700)
    show(thread, messages(2))
    first, second = (thread.rows.row(place).bubble for place in (0, 1))
    assert second.right() - first.left() < Size.READING
    assert abs((first.left() + second.right()) / 2 - thread.viewport().width() / 2) < 2


def test_text_is_selected_across_rows_and_copied_whole(thread: BubbleThread) -> None:
    show(thread, [ThreadItem("a", "in", "Halo 👨‍👩‍👧 kak", "10:00"), ThreadItem("b", "out", "Baik\nkak", "10:01")])
    thread.selection.start((0, 5))
    thread.selection.reach((1, 4))
    thread.copy()
    assert QGuiApplication.clipboard().text() == "👨‍👩‍👧 kak\nBaik"


def test_dragging_selects_and_ctrl_c_copies(thread: BubbleThread, qtbot: QtBot) -> None:
    show(thread, [ThreadItem("a", "in", "Nomor layanan 1524", "10:00")])
    row, top = thread.rows.row(0), thread.row_rect(0).top()
    assert row.laid is not None
    start = QPoint(round(row.text_at.x()) + 1, round(row.text_at.y()) + top + 8)
    viewport = thread.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, start + QPoint(round(row.laid.width) + 4, 0))
    qtbot.waitUntil(lambda: not thread.selection.is_empty())
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(round(row.laid.width) + 4, 0))
    QTest.keyClick(thread, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Nomor layanan 1524"


def test_what_stands_in_a_row_can_be_pressed(thread: BubbleThread) -> None:
    heard: list[tuple[str, ...]] = []
    file = ThreadAttachment("f", "bukti.jpg", "JPG · 20 KB")
    show(
        thread,
        [
            ThreadItem("s", "action", "Tampilkan sesi sebelumnya · 3"),
            ThreadItem("a", "in", "lihat", "10:00", attachments=(file,)),
            ThreadItem("b", "out", "ok", "10:01", state="failed", note="Ditolak", actions=(RETRY,)),
        ],
    )
    thread.action_clicked.connect(lambda key, action: heard.append((key, action)))
    thread.attachment_clicked.connect(lambda key, which: heard.append((key, which)))
    for key, kind in (("s", "action"), ("a", "attachment"), ("b", "action")):
        press(thread, spot_point(thread, key, kind))
    assert heard == [("s", "open"), ("a", "f"), ("b", "retry")]


def test_a_link_is_followed_only_where_it_stands(thread: BubbleThread) -> None:
    show(thread, [ThreadItem("a", "in", "https://contoh.test/a", "10:00")])
    followed: list[str] = []
    thread.link_clicked.connect(followed.append)
    row, top = thread.rows.row(0), thread.row_rect(0).top()
    press(thread, row.text_at + QPointF(20, top + 8))
    press(thread, QPointF(500, top + 8))
    assert followed == ["https://contoh.test/a"]


def test_rows_are_walked_and_pressed_by_keyboard(thread: BubbleThread, qtbot: QtBot) -> None:
    show(thread, [*messages(30), ThreadItem("bad", "out", "ok", "10:01", state="failed", actions=(RETRY,))])
    with qtbot.waitSignal(thread.action_clicked) as heard:
        QTest.keyClick(thread, Qt.Key.Key_Up)
        QTest.keyClick(thread, Qt.Key.Key_Return)
    assert heard.args == ["bad", "retry"]
    QTest.keyClick(thread, Qt.Key.Key_Home)
    assert thread.viewport().rect().intersects(thread.row_rect(0))


@pytest.mark.parametrize("text", ["kata " * 200_000, "a" * 1_000_000, "\0\u202e" + "م" * 1_000_000, "\n" * 1_000_000])
def test_a_megabyte_is_shown_in_part_and_more_of_it_on_demand(thread: BubbleThread, text: str) -> None:
    show(thread, [ThreadItem("a", "in", text, "10:00")])
    laid = thread.rows.row(0).laid
    assert laid is not None
    assert len(laid.text) < 5_000
    thread.show_more("a")
    more = thread.rows.row(0).laid
    assert more is not None
    assert len(laid.text) < len(more.text) < 50_000 or text.isspace()


def test_right_to_left_text_ends_at_its_bubbles_right(thread: BubbleThread) -> None:
    assert reads_right_to_left("123 مرحبا")
    assert not reads_right_to_left("halo مرحبا")
    laid = lay_out("مرحبا", 400, "accent_text")
    assert laid.width < 100
    assert laid.layout.lineAt(0).naturalTextRect().right() <= laid.width + 2


def test_text_is_cleaned_and_cut_as_qt_counts() -> None:
    assert clean("a\r\nb\0\ud800c\n") == "a\u2028b\ufffd\ufffdc"
    assert utf16("a👋") == 3
    assert cut("a👋b\u2028c", 1, 5) == "👋b\n"
    assert find_links("👋 (www.contoh.test/x).") == [(4, 21, "https://www.contoh.test/x")]


def test_a_screen_reader_reads_rows(thread: BubbleThread) -> None:
    show(thread, [ThreadItem("a", "out", "Baik Kak", "10:01", speaker="Sinta", state="failed", note="Ditolak")])
    spoken = QAccessible.queryAccessibleInterface(thread)
    assert spoken.role() is QAccessible.Role.List
    assert spoken.childCount() == 1
    row = spoken.child(0)
    assert row.role() is QAccessible.Role.ListItem
    assert row.text(QAccessible.Text.Name) == "Sinta, 10:01, Baik Kak, gagal, Ditolak"
    assert row.rect().isValid()
    thread.set_items([])
    assert not row.isValid()


def test_a_theme_change_lays_out_only_what_is_seen(thread: BubbleThread, themed: Theme) -> None:
    show(thread, messages(3_000))
    themed.set_mode("dark")
    thread.viewport().repaint()
    assert laid_out(thread) < 40
