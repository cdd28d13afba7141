"""Leaving: asks first, names what has not reached the server, keeps every draft."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from omnix_desktop.cache.queries import composer as drafts
from omnix_desktop.i18n import set_language
from omnix_desktop.ui.theme import theme
from tests.support import cached_workspace
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path, qapp: QApplication) -> Iterator[Workbench]:
    theme().install(qapp, "light")
    set_language("id")
    with workbench(cached_workspace.build(tmp_path, messages=60, handled=5, ended=1)) as made:
        yield made


def test_signing_out_names_what_is_unsent(bench: Workbench, asked: list[str]) -> None:
    bench.commands.run("account.sign_out")
    assert "2 tulisan belum sampai ke server" in asked[0]
    assert bench.fake.account.signed_out


def test_signing_out_writes_down_what_is_being_typed(bench: Workbench, asked: list[str]) -> None:
    key = bench.desk.inbox.handling.rows()[0].conversation_id
    bench.desk.composers.reply(key).typed("belum selesai")
    bench.commands.run("account.sign_out")
    bench.settle()
    assert asked
    assert drafts.draft(bench.engine.reader(), key, "reply").text == "belum selesai"


def test_connecting_now_does_not_wait(bench: Workbench) -> None:
    bench.commands.run("account.connect_now")
    assert bench.fake.link.tried == 1


def test_the_list_of_unsent_gives_the_agents_word(bench: Workbench) -> None:
    rows = bench.desk.status.unsent()
    assert {row.state for row in rows} == {"queued", "refused"}
    refused = next(row for row in rows if row.state == "refused")
    assert refused.reason == "Ditangani Sari Utami"
    assert bench.desk.status.line.unsent == "2 belum terkirim"
    assert bench.desk.status.line.unsent_tone == "bad"
