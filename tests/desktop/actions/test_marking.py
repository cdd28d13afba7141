"""The server hears that a conversation was seen only when it was, by its owner, and only when it can hear."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from omnix_desktop.actions.messages import read_mark
from omnix_desktop.ports import LinkState
from omnix_desktop.ui.theme import theme
from omnix_protocol.conversations import MarkRead
from tests.support import cached_workspace
from tests.support.scene import set_scene
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path, qapp: QApplication) -> Iterator[Workbench]:
    theme().install(qapp, "light")
    workspace = cached_workspace.build(tmp_path, messages=60, handled=5, ended=1, unsent=False)
    with workbench(workspace, state=LinkState.OFFLINE) as made:
        set_scene(made.engine, workspace)
        made.settle()
        made.window.show()
        yield made


def test_offline_nothing_is_said_and_on_return_it_is_made_up_for(bench: Workbench) -> None:
    unread = next(row for row in bench.desk.inbox.handling.rows() if row.unread)
    bench.open(unread.opened)
    assert read_mark(bench.place) is None
    assert not bench.fake.run.asked
    bench.fake.link.become(LinkState.ONLINE)
    (mark,) = [one for one in bench.fake.run.asked if isinstance(one, MarkRead)]
    assert mark.conversation_id == unread.conversation_id
    assert mark.position == bench.desk.thread.last_position


def test_what_has_been_read_is_not_said_again(bench: Workbench) -> None:
    bench.fake.link.become(LinkState.ONLINE)
    read = next(row for row in bench.desk.inbox.handling.rows() if not row.unread)
    bench.open(read.opened)
    assert read_mark(bench.place) is None
