"""The emoji that somebody used last come first, also after the program was ended."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

from omnix_desktop.models.emoji import KEPT, SETTING, RecentEmoji
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.widgets.emoji_data import all_emoji
from omnix_desktop.ui.widgets.emoji_picker import COLUMNS, EmojiPicker
from tests.desktop.ui.test_composers import composer, open_row
from tests.support import cached_workspace
from tests.support.workbench import Workbench, workbench


def take(bench: Workbench, query: str = "") -> str:
    """What Return takes in the picker of the opened conversation's composer."""
    view = composer(bench)
    before = view.editor.toPlainText()
    view.emoji.click()
    (picker,) = view.findChildren(EmojiPicker)
    QTest.keyClicks(picker.search.edit, query)
    QTest.keyClick(picker.search.edit, Qt.Key.Key_Return)
    QCoreApplication.sendPostedEvents(picker, QEvent.Type.DeferredDelete)
    return view.editor.toPlainText().removeprefix(before)


def test_what_was_used_comes_first_newest_before_the_others(bench: Workbench) -> None:
    open_row(bench, 0)
    first = take(bench)
    thanks, love = take(bench, "pray"), take(bench, "jatuh cinta")
    assert len({first, thanks, love}) == 3
    assert take(bench) == love
    assert take(bench, "pray") == thanks
    open_row(bench, 1)
    assert take(bench) == thanks  # in every conversation
    assert bench.desk.emoji.glyphs() == [thanks, love, first]


def test_they_are_there_again_after_the_program_was_ended(tmp_path: Path, themed: Theme) -> None:
    workspace = cached_workspace.build(tmp_path, messages=60, handled=3, ended=1, unsent=False)
    with workbench(workspace) as before:
        before.window.show()
        open_row(before, 0)
        taken = take(before, "pray")
    with workbench(workspace) as after:
        after.window.show()
        open_row(after, 1)
        assert take(after) == taken


def test_two_rows_of_the_picker_are_kept(bench: Workbench) -> None:
    assert KEPT == 2 * COLUMNS
    glyphs = [emoji.glyph for emoji in all_emoji()[: KEPT + 3]]
    for glyph in glyphs:
        bench.desk.emoji.use(glyph)
    bench.settle()
    assert RecentEmoji(bench.desk.kept).glyphs() == glyphs[:2:-1]


def test_what_another_release_wrote_there_is_no_reason_to_fail(bench: Workbench) -> None:
    bench.local.save_setting(SETTING, b'{"not": "a list"}').result()
    recent = RecentEmoji(bench.desk.kept)
    assert recent.glyphs() == []
    recent.use("🙏")
    assert recent.glyphs() == ["🙏"]
