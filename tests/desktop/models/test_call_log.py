"""The caller log's pages: which question is asked, what stays, what an answer to an older question changes."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from omnix_desktop.i18n import set_language
from omnix_desktop.models.call_log import CallList, Calls
from omnix_desktop.models.tick import Tick
from omnix_desktop.ports import OFFLINE
from omnix_protocol.content import CallState
from omnix_protocol.reports import CallLog, CallLogAnswer
from tests.support.cached_workspace import NOW
from tests.support.scene_calls import log

PAGE = log()


@pytest.fixture
def calls() -> Iterator[CallList]:
    set_language("en")
    yield CallList(Tick(lambda: NOW))
    set_language("id")


def taken(calls: CallList, answer: CallLogAnswer = PAGE, *, older: bool = False) -> CallLog:
    asked = calls.question(older=older)
    calls.begin()
    calls.take(asked, answer)
    return asked


def test_a_row_says_who_when_how_long_where_and_whose(calls: CallList) -> None:
    taken(calls)
    missed, unnamed, talked = calls.rows.rows()[:3]
    assert (missed.who, missed.shown, missed.state, missed.tone) == (
        "Rina Kartika", "+62 811-2222-0011", "Missed", "bad",
    )  # fmt: skip
    assert (unnamed.who, unnamed.shown) == ("+62 813-5555-0042", "No name")
    assert talked.detail == "3:07 · Voice 1500 · Ratna Kusuma"
    assert talked.spoken().endswith("recorded")


def test_what_we_dialled_is_told_apart(calls: CallList) -> None:
    taken(calls, CallLogAnswer(rows=tuple(replace(row, outgoing=True) for row in PAGE.rows)))
    assert [line.state for line in calls.rows.rows()][:3] == ["No answer", "Dropped", "Called"]


def test_the_filter_is_the_servers(calls: CallList) -> None:
    assert taken(calls) == CallLog()
    calls.choose(Calls.MISSED)
    assert calls.rows.rowCount() == 0
    assert calls.question(older=False) == CallLog(states=(CallState.MISSED, CallState.DROPPED))
    calls.choose(Calls.MINE)
    assert calls.question(older=False) == CallLog(mine=True)


def test_an_answer_to_what_is_no_longer_asked_changes_nothing(calls: CallList) -> None:
    asked = calls.question(older=False)
    calls.begin()
    calls.choose(Calls.MISSED)
    calls.take(asked, PAGE)
    assert (calls.rows.rowCount(), calls.asked) == (0, False)


def test_the_next_page_begins_below_the_last_row_and_stays_when_the_newest_is_asked_again(calls: CallList) -> None:
    newest, older = PAGE.rows[:3], PAGE.rows[3:]
    taken(calls, CallLogAnswer(rows=newest, more=True))
    asked = taken(calls, CallLogAnswer(rows=older, more=False), older=True)
    assert (asked.before_at, asked.before_id) == (newest[-1].at, newest[-1].message_id)
    assert (calls.rows.rowCount(), calls.more) == (6, False)
    taken(calls, CallLogAnswer(rows=newest[:2], more=True))
    assert [row.key for row in calls.rows.rows()] == [row.message_id for row in (*newest[:2], *PAGE.rows[2:])]
    assert not calls.more, "the end of the list is known already"


def test_pages_that_do_not_meet_leave_no_gap(calls: CallList) -> None:
    taken(calls, CallLogAnswer(rows=PAGE.rows[4:], more=False))
    taken(calls, CallLogAnswer(rows=PAGE.rows[:2], more=True))
    assert [row.key for row in calls.rows.rows()] == [row.message_id for row in PAGE.rows[:2]]
    assert calls.more, "what lies between is asked for like any older page"
    assert taken(calls, CallLogAnswer(rows=PAGE.rows[2:], more=False), older=True).before_at == PAGE.rows[1].at
    assert calls.rows.rowCount() == len(PAGE.rows)


def test_a_page_below_rows_that_are_no_longer_here_is_none_of_this_list(calls: CallList) -> None:
    taken(calls, CallLogAnswer(rows=PAGE.rows[:4], more=True))
    below = calls.question(older=True)
    calls.begin()
    calls.choose(Calls.MISSED)
    calls.choose(Calls.ALL)
    taken(calls, CallLogAnswer(rows=PAGE.rows[:2], more=True))
    calls.take(below, CallLogAnswer(rows=PAGE.rows[4:], more=False))
    assert calls.rows.rowCount() == 2
    assert calls.more


def test_what_the_newest_page_no_longer_names_goes(calls: CallList) -> None:
    taken(calls, CallLogAnswer(rows=PAGE.rows, more=False))
    taken(calls, CallLogAnswer(rows=(PAGE.rows[0], *PAGE.rows[2:]), more=False))
    assert PAGE.rows[1].message_id not in {row.key for row in calls.rows.rows()}
    taken(calls, CallLogAnswer())
    assert calls.rows.rowCount() == 0


def test_a_refusal_is_said_and_what_was_there_stays(calls: CallList) -> None:
    taken(calls)
    asked = calls.question(older=False)
    calls.begin()
    assert calls.loading
    calls.take(asked, OFFLINE)
    assert (calls.loading, calls.problem) == (False, "No connection")
    assert calls.rows.rowCount() == 6
