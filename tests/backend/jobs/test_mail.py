"""Mail jobs against a real SMTP server: a transcript leaves at most once, and its memo says what became of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend.jobs.mail import WAIT_MAX_SECONDS, wait_after
from backend.runner import Actor
from backend.store.engine import DatabaseSettings
from omnix_protocol.conversations import PickUp
from omnix_protocol.ids import CommandId, InteractionId, MemoId, MessageId, new_id
from omnix_protocol.messages import AddMemo, DeliveryState, Memo, SendMessage, Transcript
from omnix_protocol.transcripts import MAIL_OFF, MailTranscript
from tests.support.backend import Backend, People, customer_writes, founded, running, settings_for
from tests.support.mailbox import Mailbox, html_of, mailbox, text_of
from tests.support.waiting import until

TO = "siti@contoh.example"


@dataclass
class Desk:
    """An agent with a conversation, on a server that sends mail."""

    backend: Backend
    people: People
    box: Mailbox
    interaction_id: InteractionId

    async def mail(self) -> MemoId:
        memo_id = MemoId(new_id())
        command = MailTranscript(memo_id=memo_id, interaction_id=self.interaction_id, to=TO)
        result = await self.backend.parts.runner.do(
            self.people.tenant_id, Actor("user", self.people.agent), CommandId(new_id()), command
        )
        assert result.refused is None
        return memo_id

    async def became(self, memo_id: MemoId) -> Transcript:
        """What became of it, once it is known."""

        async def known() -> Transcript | None:
            async with self.backend.parts.store.read(self.people.tenant_id) as tx:
                memo = await tx.get(Memo, memo_id)
            assert memo is not None
            assert memo.transcript is not None
            return memo.transcript if memo.transcript.state is not DeliveryState.ACCEPTED else None

        found = await until(known, "the transcript's end")
        assert found is not None
        return found


async def talked(backend: Backend, box: Mailbox) -> Desk:
    people = await founded(backend.parts)
    received = await customer_writes(backend.parts, people, "Pesanan saya belum sampai")
    agent = Actor("user", people.agent)
    about: dict[str, Any] = {"conversation_id": received.conversation_id, "interaction_id": received.interaction_id}
    for command in (
        PickUp(interaction_id=received.interaction_id),
        SendMessage(message_id=MessageId(new_id()), text="Kami periksa dahulu", seen_position=1, **about),
        AddMemo(memo_id=MemoId(new_id()), text="pelanggan sulit", **about),
    ):
        result = await backend.parts.runner.do(people.tenant_id, agent, CommandId(new_id()), command)
        assert result.refused is None, result.refused
    return Desk(backend, people, box, received.interaction_id)


@pytest.fixture
async def desk(database: DatabaseSettings, tmp_path: Path) -> AsyncIterator[Desk]:
    async with mailbox() as box, running(settings_for(database, tmp_path, mail=box.settings())) as backend:
        yield await talked(backend, box)


async def test_a_transcript_arrives_without_memos_and_the_memo_says_sent(desk: Desk) -> None:
    memo_id = await desk.mail()
    letter = await desk.box.letter()
    assert letter["To"] == TO
    assert letter["Subject"].startswith("Transkrip percakapan Anda dengan Samudra")
    for body in (text_of(letter), html_of(letter)):
        assert body.index("Pesanan saya belum sampai") < body.index("Kami periksa dahulu")
        assert "sulit" not in body
    assert await desk.became(memo_id) == Transcript(to=TO, state=DeliveryState.SENT)


async def test_a_refused_address_is_said_on_the_memo_in_the_servers_words(desk: Desk) -> None:
    desk.box.refused[TO] = "550 5.1.1 no such person"
    became = await desk.became(await desk.mail())
    assert became == Transcript(to=TO, state=DeliveryState.FAILED, failure="550 5.1.1 no such person")


async def test_a_passing_fault_is_tried_again_under_the_same_name(desk: Desk) -> None:
    desk.box.faults += ["421 4.7.0 too busy", ""]
    memo_id = await desk.mail()
    await until(lambda: desk.box.seen == 1, "the first try")
    await until(lambda: _due_now(desk, "421%"), "the job waits for its next try")
    assert (await desk.became(memo_id)).state is DeliveryState.SENT
    assert len(desk.box.letters) == 1


async def test_a_broken_line_after_the_letter_is_uncertain_and_not_tried_again(desk: Desk) -> None:
    desk.box.faults.append("drop")
    became = await desk.became(await desk.mail())
    assert became.state is DeliveryState.UNCERTAIN
    assert (desk.box.seen, desk.box.letters) == (1, [])


async def test_a_server_that_died_while_sending_says_uncertain_and_sends_nothing(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    async with mailbox() as box:
        async with running(settings_for(database, tmp_path)) as backend:
            desk = await talked(backend, box)
            await backend.stop()
            memo_id = await desk.mail()
            await backend.parts.store.jobs.counts()
            async with backend.parts.store.database.writing(None) as connection:
                await connection.execute(
                    text("UPDATE jobs SET last_error = 'asking', state = 'due', run_at = 0 WHERE kind = 'mail'")
                )
        async with running(settings_for(database, tmp_path, mail=box.settings())) as backend:
            became = await Desk(backend, desk.people, box, desk.interaction_id).became(memo_id)
        assert became.state is DeliveryState.UNCERTAIN
        assert not box.seen


async def test_a_server_without_mail_says_so(database: DatabaseSettings, tmp_path: Path) -> None:
    async with running(settings_for(database, tmp_path)) as backend:
        desk = await talked(backend, Mailbox())
        became = await desk.became(await desk.mail())
    assert became == Transcript(to=TO, state=DeliveryState.FAILED, failure=MAIL_OFF)


def test_waits_double_up_to_five_minutes() -> None:
    assert [wait_after(tries) for tries in (1, 2, 3)] == [5, 10, 20]
    assert wait_after(50) == WAIT_MAX_SECONDS


async def _due_now(desk: Desk, error: str) -> bool:
    async with desk.backend.parts.store.database.writing(None) as connection:
        done = await connection.execute(
            text("UPDATE jobs SET run_at = 0 WHERE kind = 'mail' AND last_error LIKE :error"), {"error": error}
        )
    return bool(done.rowcount)
