"""What the widgets promise to hands and screen readers: used by keyboard, named, saying what is wrong."""

from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyledItemDelegate, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.i18n import set_language
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.widgets.badges import Badge, CountBadge
from omnix_desktop.ui.widgets.banners import Banner, Toast
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.cascade_picker import CascadePicker, CascadePopup
from omnix_desktop.ui.widgets.category_tree import CascadeNode, find_paths, path_to, shown_path
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.emoji_data import all_emoji, find_emoji
from omnix_desktop.ui.widgets.emoji_picker import EmojiPicker
from omnix_desktop.ui.widgets.fields import ComboBox, Field, SearchField, TextArea, TextLine
from omnix_desktop.ui.widgets.labels import ElidedLabel
from omnix_desktop.ui.widgets.paint import initials
from omnix_desktop.ui.widgets.rail import RailButton, StatusItem
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import EmptyState, KeyValueRow
from omnix_desktop.ui.widgets.tabs import Tabs
from omnix_desktop.ui.widgets.title_bar import TitleBar

pytestmark = pytest.mark.usefixtures("themed")

LEAVES = (CascadeNode("slow", "Lambat"), CascadeNode("down", "Putus-putus"))
TREE = (
    CascadeNode("trouble", "Gangguan", (CascadeNode("net", "Internet", LEAVES),)),
    CascadeNode("bill", "Tagihan", (CascadeNode("wrong", "Tagihan tidak sesuai"),)),
    CascadeNode("info", "Informasi"),
)


W = TypeVar("W", bound=QWidget)


def child(parent: QWidget, kind: type[W]) -> W:
    found = parent.findChild(kind)
    assert found is not None
    return found


def shown(qtbot: QtBot, widget: QWidget) -> QWidget:
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_button_is_pressed_by_keyboard(qtbot: QtBot, key: Qt.Key) -> None:
    button = Button("Ambil", "primary", shortcut="F2")
    shown(qtbot, button)
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, key)
    assert button.accessibleName() == "Ambil"


def test_an_icon_alone_has_a_name_and_shows_its_key(qtbot: QtBot) -> None:
    button = IconButton("search", "Cari", shortcut="Ctrl+K")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Cari"
    assert button.toolTip() == "Cari  Ctrl+K"


def test_a_field_says_what_is_wrong_to_eyes_and_ears(qtbot: QtBot) -> None:
    line = TextLine()
    field = Field("Nomor layanan", line, required=True, helper="12 angka")
    shown(qtbot, field)
    field.set_error("Nomor terlalu pendek.")
    assert field.error() == "Nomor terlalu pendek."
    assert line.accessibleDescription() == "Nomor terlalu pendek."
    assert line.edit.accessibleName() == "Nomor layanan"
    field.set_error("")
    assert field.error() == ""


def test_setting_the_same_text_leaves_the_cursor(qtbot: QtBot) -> None:
    area, line = TextArea(), TextLine()
    for field in (area, line):
        qtbot.addWidget(field)
        field.set_text("halo")
    line.edit.setCursorPosition(2)
    line.set_text("halo")
    assert line.edit.cursorPosition() == 2
    assert area.text() == "halo"


def test_escape_empties_a_search(qtbot: QtBot) -> None:
    search = SearchField("Cari")
    shown(qtbot, search)
    search.set_text("budi")
    QTest.keyClick(search.edit, Qt.Key.Key_Escape)
    assert search.text() == ""


def test_choices_keep_what_was_chosen(qtbot: QtBot) -> None:
    box = ComboBox()
    qtbot.addWidget(box)
    box.set_choices([("Rendah", 1), ("Tinggi", 3)], "Pilih")
    assert box.currentData() is None
    box.setCurrentIndex(1)
    box.set_choices([("Tinggi", 3), ("Rendah", 1)], "Pilih")
    assert box.currentData() == 3


def test_tabs_are_walked_by_arrows_and_say_their_counts(qtbot: QtBot) -> None:
    tabs = Tabs()
    tabs.add("Ditangani")
    tabs.add("Riwayat")
    tabs.set_count(0, 5)
    shown(qtbot, tabs)
    with qtbot.waitSignal(tabs.chosen) as heard:
        QTest.keyClick(tabs, Qt.Key.Key_Right)
    assert heard.args == [1]
    assert tabs.accessibleTabName(0) == "Ditangani 5"


def test_nothing_is_shown_for_nothing(qtbot: QtBot) -> None:
    count, pill, banner, item = CountBadge(0), Badge(""), Banner(""), StatusItem("")
    for widget in (count, pill, banner, item):
        qtbot.addWidget(widget)
        assert widget.isHidden()
    count.set_count(3)
    assert not count.isHidden()
    assert count.accessibleName() == "3"


def test_a_rail_button_tells_its_count(qtbot: QtBot) -> None:
    button = RailButton("inbox", "Antrean")
    qtbot.addWidget(button)
    button.set_count(120)
    assert button.accessibleDescription() == "99+"


def test_a_docks_own_title_floats_and_closes_it(qtbot: QtBot) -> None:
    window = QMainWindow()
    dock = QDockWidget("Kanal")
    title = TitleBar("Kanal", float_name="Lepas", close_name="Tutup")
    dock.setTitleBarWidget(title)
    dock.setWidget(QWidget())
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    shown(qtbot, window)
    buttons = {button.accessibleName(): button for button in title.findChildren(IconButton)}
    buttons["Lepas"].click()
    assert dock.isFloating()
    buttons["Lepas"].click()
    buttons["Tutup"].click()
    assert not dock.isVisible()


def test_a_cut_line_keeps_its_whole_text(qtbot: QtBot) -> None:
    words = "Permintaan upgrade paket keluarga dari pelanggan lama"
    label = ElidedLabel(words)
    shown(qtbot, label)
    label.resize(80, 20)
    assert label.text().endswith("…")
    assert label.toolTip() == words


def test_an_absent_fact_says_so(qtbot: QtBot) -> None:
    fact = KeyValueRow("Email", empty="Belum diisi")
    qtbot.addWidget(fact)
    fact.set_caption("E-mail", "Not set")
    assert "Not set" in [child.accessibleName().removeprefix("E-mail: ") for child in fact.findChildren(QWidget)]


def test_an_empty_state_offers_what_to_do(qtbot: QtBot) -> None:
    state = EmptyState("inbox", "Belum ada interaksi", "Ambil satu dari antrean.", "Ambil berikutnya")
    shown(qtbot, state)
    with qtbot.waitSignal(state.activated):
        child(state, Button).click()


def test_a_banner_is_as_high_as_its_words_need(qtbot: QtBot) -> None:
    holder = QWidget()
    column = QVBoxLayout(holder)
    banner = Banner("Mungkin orang yang sama dengan B. Santoso #19 (telepon sama).", "soon", "Gabungkan…")
    column.addWidget(banner)
    column.addStretch(1)
    holder.resize(260, 300)
    shown(qtbot, holder)
    layout = banner.layout()
    assert layout is not None
    qtbot.waitUntil(lambda: banner.height() == layout.totalHeightForWidth(banner.width()))
    assert banner.height() > 60


def test_what_was_done_can_be_taken_back(qtbot: QtBot) -> None:
    parent = QWidget()
    parent.resize(600, 400)
    shown(qtbot, parent)
    toast = Toast(parent, "Tutup")
    toast.say("Interaksi diakhiri", "Urungkan")
    assert parent.rect().contains(toast.geometry())
    toast.say("Ukuran 115 % berlaku setelah program dibuka lagi; kata sandi Anda akan diminta " * 2, "Urungkan")
    assert parent.rect().contains(toast.geometry())
    assert toast.height() > 50
    with qtbot.waitSignal(toast.activated):
        child(toast, Button).click()
    assert not toast.isVisible()


def test_a_dialog_is_sent_by_ctrl_return_and_left_by_escape(qtbot: QtBot) -> None:
    dialog = Dialog("Buat tiket", primary="Kirim", cancel="Batal")
    shown(qtbot, dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    dialog.show()
    with qtbot.waitSignal(dialog.rejected):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_categories_are_found_over_all_levels() -> None:
    assert [shown_path(path) for path in find_paths(TREE, "inter lamb")] == ["Gangguan / Internet / Lambat"]
    assert [path[-1].key for path in find_paths(TREE, "tagihan")] == ["wrong"]
    assert find_paths(TREE, "tidak ada yang begini") == []
    assert path_to(TREE, "down")[0].key == "trouble"
    assert path_to(TREE, "trouble") == ()


def test_a_category_is_chosen_by_keyboard_alone(qtbot: QtBot) -> None:
    picker = CascadePicker(TREE, "Pilih kategori")
    shown(qtbot, picker)
    QTest.keyClick(picker, Qt.Key.Key_Down)
    popup = child(picker, CascadePopup)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(popup.search.edit, key)
    with qtbot.waitSignal(picker.changed) as heard:
        QTest.keyClick(popup.search.edit, Qt.Key.Key_Return)
    assert heard.args == ["down"]
    assert [node.key for node in picker.path()] == ["trouble", "net", "down"]


def test_a_category_is_searched_by_typing_on_the_field(qtbot: QtBot) -> None:
    picker = CascadePicker(TREE)
    shown(qtbot, picker)
    QTest.keyClicks(picker, "s")
    popup = child(picker, CascadePopup)
    QTest.keyClicks(popup.search.edit, "esuai")
    QTest.keyClick(popup.search.edit, Qt.Key.Key_Return)
    assert picker.value() == "wrong"
    picker.set_nodes(TREE[:1])
    assert picker.value() == ""


def test_emoji_are_found_in_both_languages_and_named_in_the_one_in_force() -> None:
    assert "🙏" in [emoji.glyph for emoji in find_emoji("pray")]
    assert "😊" in [emoji.glyph for emoji in find_emoji("senyum")]
    assert find_emoji("zzzz") == []
    thumbs = next(emoji for emoji in all_emoji() if emoji.glyph.startswith("👍"))
    named = thumbs.name()
    set_language("en")
    assert (named, thumbs.name()) == (thumbs.indonesian, "thumbs up")


def test_an_emoji_is_taken_by_keyboard_and_the_recent_come_first(qtbot: QtBot) -> None:
    picker = EmojiPicker()
    picker.set_recent(["🙏"])
    shown(qtbot, picker)
    with qtbot.waitSignal(picker.picked) as heard:
        QTest.keyClick(picker.search.edit, Qt.Key.Key_Return)
    assert heard.args == ["🙏"]
    assert not picker.isVisible()


def test_a_row_is_told_once_and_not_when_the_screen_follows(qtbot: QtBot) -> None:
    model = QStandardItemModel()
    for words in ("a", "b", "c"):
        model.appendRow(QStandardItem(words))
    rows = RowList(QStyledItemDelegate(), 40, "Interaksi")
    rows.setModel(model)
    shown(qtbot, rows)
    told: list[int] = []
    rows.chosen.connect(lambda index: told.append(index.row()))
    rows.select_row(1)
    assert told == []
    assert rows.currentIndex().row() == 1
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(model.index(2, 0)).center())
    assert told == [2]
    with qtbot.waitSignal(rows.opened) as heard:
        QTest.keyClick(rows, Qt.Key.Key_Return)
    assert heard.args[0].row() == 2


@pytest.mark.parametrize(
    ("name", "letters"), [("Budi Santoso", "BS"), ("@bayu", "@b"), ("", "?"), ("ani d putri", "AP")]
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_theme_repaints_everything_without_complaint(qtbot: QtBot, themed: Theme) -> None:
    widgets: list[QWidget] = [
        Button("A", "primary"),
        Badge("B", "good"),
        Banner("C", "bad"),
        CascadePicker(TREE),
        Tabs(),
    ]
    for widget in widgets:
        shown(qtbot, widget)
    themed.set_mode("dark")
    assert all(not widget.grab().isNull() for widget in widgets)
