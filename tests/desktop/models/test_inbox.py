"""Handling and History: whatever changes one by one, they hold what they would hold if all were read."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from omnix_desktop.models import inbox as inboxes
from omnix_desktop.models.inbox import Inbox
from omnix_protocol import scopes
from omnix_protocol.conversations import Status
from tests.support import cached_workspace
from tests.support.scene import Moment
from tests.support.waiting import wait_until
from tests.support.workbench import Workbench, workbench

STATUSES = [Status.HANDLING, Status.ON_HOLD, Status.RESOLVED, Status.ARCHIVED, Status.QUEUED]
changes = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 7), st.sampled_from(STATUSES), st.integers(-900, 900)),
        st.tuples(st.just("drop"), st.integers(0, 7), st.just(Status.RESOLVED), st.just(0)),
        st.tuples(st.just("narrow"), st.integers(0, 7), st.just(Status.RESOLVED), st.integers(0, 1)),
    ),
    max_size=14,
)


def all_read(inbox: Inbox, bench: Workbench) -> bool:
    """Whether it becomes what one is that reads all."""
    fresh = Inbox(bench.desk.source, bench.desk.catalogue, bench.desk.tick)
    fresh.narrow_history(inbox._customer)
    wanted = shown(fresh)
    fresh.deleteLater()

    def same() -> bool:
        bench.settle()
        return shown(inbox) == wanted

    return wait_until(same, "it is as when all is read", 3)


def shown(inbox: Inbox) -> tuple[object, ...]:
    return list(inbox.handling.rows()), list(inbox.history.rows()), inbox.counts


@pytest.mark.parametrize("page", [inboxes.PAGE, 3], ids=["all of them fit", "more than are held"])
def test_one_by_one_is_as_all_at_once(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(inboxes, "PAGE", page)
    workspace = cached_workspace.build(tmp_path, messages=200, handled=6, ended=2, unsent=False)
    with workbench(workspace) as bench:
        moment, mine = Moment(bench.engine), scopes.agent(workspace.me.user_id)
        known = [*workspace.handled, *workspace.ended]
        inbox = bench.desk.inbox

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        @given(changes)
        def holds(wanted: list[tuple[str, int, Status, int]]) -> None:
            for what, place, status, shift in wanted:
                it = known[place % len(known)]
                if what == "narrow":
                    inbox.narrow_history(it.customer_id if shift else None)
                    continue
                at = workspace.now + timedelta(seconds=shift)
                ended = at if status in inboxes.ENDED else None
                it = msgspec.structs.replace(
                    it, version=it.version + 1, status=status, last_at=at, ended_at=ended, unread=abs(shift) % 5
                )
                known[place % len(known)] = it
                if what == "put":
                    moment.put([it], mine)
                else:
                    moment.put([], mine, drop=("Interaction", it.id))
                assert all_read(inbox, bench)

        holds()
