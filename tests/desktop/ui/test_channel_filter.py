"""The channel panel's filter: what is listed, what is counted all the same, and what nobody can serve (S3.17)."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QWidget

from omnix_desktop.i18n import set_language
from omnix_desktop.ui.panels.channels import NOT_SUPPORTED
from omnix_desktop.ui.widgets.menu import Menu
from tests.support.workbench import Workbench


def button(bench: Workbench) -> QAbstractButton:
    found = bench.window.findChild(QAbstractButton, "channel_filter")
    assert found is not None
    return found


def entries(bench: Workbench) -> dict[str, QAction]:
    button(bench).click()
    (menu,) = [one for one in bench.shell.panels["channels"].findChildren(Menu) if one.isVisible()]
    found = {entry.text(): entry for entry in menu.actions() if entry.text()}
    menu.close()
    return found


def kinds(bench: Workbench) -> set[str]:
    return {row.kind for row in bench.desk.channels.rows() if row.kind}


def test_a_kind_is_left_out_and_what_waits_there_is_counted_all_the_same(bench: Workbench) -> None:
    before, total = kinds(bench), bench.desk.channels.total
    assert not button(bench).isChecked()
    entries(bench)["Telegram"].trigger()
    assert kinds(bench) == before - {"telegram"} != before
    assert bench.desk.channels.total == total
    assert button(bench).isChecked()
    again = entries(bench)["Telegram"]
    assert not again.isChecked()
    again.trigger()
    assert kinds(bench) == before
    assert not button(bench).isChecked()


def test_with_nothing_left_it_says_that_it_is_the_filter(bench: Workbench) -> None:
    for kind in bench.desk.channels.kinds():
        bench.desk.channels.show_kind(kind.kind, False)
    bench.settle()
    words = [one.property("text") for one in bench.shell.panels["channels"].findChildren(QWidget) if one.isVisible()]
    assert "Semua kanal disaring" in words


def test_what_is_not_supported_stands_there_greyed_with_the_reason(bench: Workbench) -> None:
    assert NOT_SUPPORTED == ("Mobile", "Qiscus")
    found = entries(bench)
    for name in NOT_SUPPORTED:
        entry = found[f"{name}: tidak didukung"]
        assert not entry.isEnabled()
        assert name in entry.toolTip()
    set_language("en")
    assert "Qiscus: not supported" in entries(bench)
