"""Text survives: what was typed and what was decided is on the disk, whatever becomes of the program."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.queries import composer, thread
from omnix_desktop.cache.queries.pending import PendingState
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CommandId, ConversationId, InteractionId, MessageId
from omnix_protocol.messages import SendMessage
from tests.support.cached_workspace import KEY, NOW

C = ConversationId("c")


def message(number: int, text: str = "Baik.") -> SendMessage:
    return SendMessage(
        message_id=MessageId(f"m{number}"), conversation_id=C, interaction_id=InteractionId("i"), text=text,
        seen_position=0, draft_version=0,
    )  # fmt: skip


@pytest.fixture
def local(engine: Engine) -> Local:
    return Local(engine, lambda: NOW)


def send(local: Local, number: int) -> None:
    local.send(CommandId(f"k{number}"), message(number), C, f"m{number}").result()


def test_a_draft_becomes_a_command_in_one_step(engine: Engine, local: Local) -> None:
    local.save_draft(C, "reply", "Baik.")
    local.save_draft(C, "memo", "catatan")
    send(local, 1)
    assert composer.draft(engine.reader(), C, "reply").text == ""
    assert composer.draft(engine.reader(), C, "memo").text == "catatan"
    assert [row.command for row in thread.unsent(engine.reader(), C)] == [message(1)]


def test_odd_text_is_kept_as_far_as_it_is_text(engine: Engine, local: Local) -> None:
    text = "keluarga 👨‍👩‍👧‍👦 مرحبا " + "x" * 60_000
    local.save_draft(C, "reply", text + "\x00\ud83d").result()
    assert composer.draft(engine.reader(), C, "reply").text == text + "��"
    local.send(CommandId("k"), message(1, text + "\ud83d"), C, "m1").result()
    (row,) = thread.unsent(engine.reader(), C)
    assert row.command == message(1, text + "�")


def test_the_same_decision_twice_is_one(engine: Engine, local: Local) -> None:
    send(local, 1)
    send(local, 1)
    assert len(thread.unsent(engine.reader(), C)) == 1


def test_an_emptied_composer_leaves_no_draft(engine: Engine, local: Local) -> None:
    local.save_draft(C, "reply", "x")
    local.save_draft(C, "reply", "").result()
    assert composer.draft(engine.reader(), C, "reply").at is None


def test_commands_wait_in_the_order_of_the_decisions(local: Local) -> None:
    for number in (3, 1, 2):
        send(local, number)
    assert [row.command_id for row in local.waiting().result()] == ["k3", "k1", "k2"]


def test_a_refusal_stays_visible_with_its_reason(engine: Engine, local: Local) -> None:
    send(local, 1)
    why = refused(Reason.NOT_OWNER, name="Sari")
    local.note(local.waiting().result()[0], why).result()
    (row,) = thread.unsent(engine.reader(), C)
    assert (row.state, row.refused) == (PendingState.REFUSED, why)
    assert local.waiting().result() == ()


def test_a_refused_text_goes_back_in_front_of_what_is_being_typed(engine: Engine, local: Local) -> None:
    send(local, 1)
    local.note(local.waiting().result()[0], refused(Reason.NOT_OWNER, name="Sari")).result()
    local.save_draft(C, "reply", "lagi")
    local.back_to_draft(CommandId("k1")).result()
    assert composer.draft(engine.reader(), C, "reply").text == "Baik.\nlagi"
    assert thread.unsent(engine.reader(), C) == ()


def test_what_is_on_its_way_cannot_be_taken_back(engine: Engine, local: Local) -> None:
    send(local, 1)
    local.back_to_draft(CommandId("k1")).result()
    assert len(thread.unsent(engine.reader(), C)) == 1


TYPIST = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.local import Local
from tests.desktop.cache.test_local import send
now = lambda: datetime(2026, 3, 16, tzinfo=UTC)
engine = Engine(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), now)
local = Local(engine, now)
number = 0
while True:
    number += 1
    local.save_draft("typed", "reply", "x" * number).result()
    send(local, number)
    print(number, flush=True)
"""


def test_what_was_typed_and_decided_survives_kill_9(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TYPIST, str(tmp_path), KEY.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as typist:
        assert typist.stdout is not None
        for _ in range(20):
            said = int(typist.stdout.readline())
        typist.kill()
        rest = typist.stdout.read().split()
        said = int(rest[-1]) if rest else said
    engine = Engine(tmp_path, KEY, lambda: NOW)
    assert engine.faults == []
    assert len(composer.draft(engine.reader(), ConversationId("typed"), "reply").text) in {said, said + 1}
    waiting = [str(row.command_id) for row in Local(engine, lambda: NOW).waiting().result()]
    assert waiting == [f"k{number}" for number in range(1, len(waiting) + 1)]
    assert len(waiting) in {said, said + 1}
    engine.close()


FULL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from omnix_desktop.cache.engine import Engine, fault_of
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.queries import composer, status
from tests.desktop.cache.test_local import send
now = lambda: datetime(2026, 3, 16, tzinfo=UTC)
engine = Engine(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), now)
local = Local(engine, now)
told = []
local.on_fault = told.append
local.save_draft("c", "reply", "before").result()
send(local, 1)
local.save_draft("c", "reply", "typed").result()
failed = local.save_draft("c", "reply", "y" * 4_000_000).exception()
print(fault_of(failed).key if failed else "no failure")
print(composer.draft(engine.reader(), "c", "reply").text, status.outbox_counts(engine.reader()).queued)
local.save_draft("c", "reply", "after").result()
print(composer.draft(engine.reader(), "c", "reply").text)
engine.close()
print([fault and fault.key for fault in told])
"""


SMALL_DISK = ("unshare", "--map-root-user", "--mount", "sh", "-c")


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*SMALL_DISK, "true"], capture_output=True).returncode != 0,
    reason="no mount of one's own here",
)
def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    mounted = f'mount -t tmpfs -o size=1m tmpfs "{tmp_path}" && exec "$@"'
    command = [*SMALL_DISK, mounted, "sh", sys.executable, "-c", FULL, str(tmp_path), KEY.hex()]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3], timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["disk_full", "typed 1", "after", "['disk_full', None]"]
