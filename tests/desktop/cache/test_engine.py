"""What stands on the disk is encrypted; a damaged replica is fetched again, damaged drafts are set aside."""

import sqlite3
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.feed import EVERYTHING, Changed
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.migrations import STEPS, TooNew
from omnix_desktop.cache.queries import composer, inbox, status
from omnix_desktop.cache.reading import Reader
from omnix_desktop.ports import Fault
from omnix_protocol.ids import ConversationId
from tests.support import cached_workspace
from tests.support.cached_workspace import KEY, NOW, Workspace
from tests.support.waiting import wait_until

C = ConversationId("c")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return cached_workspace.build(tmp_path / "profile", messages=60)


def draft_text(reader: Reader, conversation_id: str) -> str:
    return composer.draft(reader, ConversationId(conversation_id), "reply").text


def reopened(workspace: Workspace, key: bytes = KEY) -> Engine:
    return Engine(workspace.folder, key, lambda: NOW)


def test_no_text_stands_readable_on_the_disk(workspace: Workspace) -> None:
    for file in workspace.folder.iterdir():
        content = file.read_bytes()
        assert b"Dewi" not in content
        assert b"SQLite format" not in content
        assert b"drafts" not in content
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(workspace.folder / "cache.db").execute("SELECT * FROM entities")


def test_what_was_here_is_here_after_a_restart(workspace: Workspace) -> None:
    engine = reopened(workspace)
    assert engine.faults == []
    assert len(inbox.handling(engine.reader(), workspace.me.user_id).rows) == len(workspace.handled)
    engine.close()


@pytest.mark.parametrize("harm", ["overwritten", "cut off", "other key"])
def test_a_damaged_cache_is_begun_anew_and_the_drafts_stay(workspace: Workspace, harm: str) -> None:
    path = workspace.folder / "cache.db"
    if harm == "overwritten":
        path.write_bytes(b"nonsense" * 5000)
    elif harm == "cut off":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        path.unlink()
        other = Engine(workspace.folder.parent / "other", b"o" * 32, lambda: NOW)
        other.close()
        path.write_bytes((workspace.folder.parent / "other" / "cache.db").read_bytes())
    engine = reopened(workspace)
    assert [fault.key for fault in engine.faults] == ["cache_rebuilt"]
    assert status.cursors(engine.reader()) == {}
    assert draft_text(engine.reader(), workspace.handled[1].conversation_id).startswith("Baik")
    engine.close()


def test_a_cache_of_another_form_is_dropped_without_a_word(workspace: Workspace) -> None:
    connection = dbapi2.connect(str(workspace.folder / "cache.db"))
    connection.execute(f"PRAGMA key=\"x'{KEY.hex()}'\"")
    connection.execute("UPDATE meta SET value = 'of another release' WHERE name = 'fingerprint'")
    connection.commit()
    connection.close()
    engine = reopened(workspace)
    assert engine.faults == []
    assert status.cursors(engine.reader()) == {}
    engine.close()


@pytest.mark.parametrize("harm", ["overwritten", "another key"])
def test_damaged_drafts_are_set_aside_under_a_dated_name_and_never_deleted(workspace: Workspace, harm: str) -> None:
    local = workspace.folder / "local.db"
    if harm == "overwritten":
        local.write_bytes(b"nonsense" * 5000)
    before = local.read_bytes()
    engine = reopened(workspace, KEY if harm == "overwritten" else b"o" * 32)
    assert Fault("local_set_aside", "local-20260316-093000.db") in engine.faults
    assert (workspace.folder / "local-20260316-093000.db").read_bytes() == before
    assert draft_text(engine.reader(), workspace.handled[1].conversation_id) == ""
    Local(engine, lambda: NOW).save_draft("c", "reply", "begun anew").result()
    assert draft_text(engine.reader(), "c") == "begun anew"
    engine.close()


def test_a_second_accident_in_the_same_second_does_not_overwrite_the_first(workspace: Workspace) -> None:
    for _ in range(2):
        (workspace.folder / "local.db").write_bytes(b"nonsense" * 5000)
        reopened(workspace).close()
    assert len(list(workspace.folder.glob("local-*.db"))) == 2


def test_drafts_of_a_newer_release_are_left_alone(workspace: Workspace) -> None:
    connection = dbapi2.connect(str(workspace.folder / "local.db"))
    connection.execute(f"PRAGMA key=\"x'{KEY.hex()}'\"")
    connection.execute(f"PRAGMA user_version={len(STEPS) + 1}")
    connection.close()
    with pytest.raises(TooNew, match="install the newer release"):
        reopened(workspace)


def test_a_replica_that_breaks_while_it_is_open_is_begun_anew_under_its_readers(engine: Engine) -> None:
    reader = engine.reader()
    assert status.cursors(reader) == {}
    engine.replica.submit(lambda connection: connection.execute("INSERT INTO scopes (key, seq) VALUES ('x', 1)"))
    engine.rebuild_replica().result()
    assert status.cursors(engine.reader()) == {}
    assert engine.reader() is not reader


def test_damage_met_while_reading_is_repaired_in_the_background(workspace: Workspace) -> None:
    engine = reopened(workspace)
    told: list[Changed] = []
    engine.feed.subscribe(told.append)
    path = workspace.folder / "cache.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"x" * (len(content) - 4096)
    path.write_bytes(content)
    assert inbox.handling(engine.reader(), workspace.me.user_id).rows == ()
    wait_until(lambda: EVERYTHING in told, "the replica was begun anew")
    assert status.cursors(engine.reader()) == {}
    assert draft_text(engine.reader(), workspace.handled[1].conversation_id).startswith("Baik")
    engine.close()


def test_a_reader_cannot_write(engine: Engine) -> None:
    with pytest.raises(dbapi2.OperationalError, match="readonly"):
        engine.reader().rows("DELETE FROM local.drafts")


def test_a_query_may_run_in_a_reader_thread(workspace: Workspace) -> None:
    engine = reopened(workspace)
    found = engine.later(inbox.handling, workspace.me.user_id, limit=3).result()
    assert len(found.rows) == 3
    engine.close()
