"""Following: cursors, batches, snapshots, entitlement at each moment, slow readers, restored servers."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from backend.asks import Asks
from backend.config import Limits, Settings
from backend.runner import Actor
from omnix_protocol import codec, frames, scopes
from omnix_protocol.conversations import End, PickUp
from omnix_protocol.errors import Reason
from omnix_protocol.ids import BoardId, CommandId, ConversationId, InteractionId, QueueId, TenantId, new_id
from omnix_protocol.messages import SaveDraft, Typing
from omnix_protocol.people import EditUser, User
from tests.backend.gateway.test_socket import quick_reply
from tests.support.backend import Backend, Desk, People, bearer, customer_writes, running

AGENT, OTHER, LEADER = "agent@samudra.example", "other@samudra.example", "leader@samudra.example"


async def queue_of(backend: Backend, people: People) -> str:
    async with backend.parts.store.read(people.tenant_id) as tx:
        [queue] = await tx.channels.queues_of_account(people.account)
    return scopes.queue(QueueId(queue.id))


async def heads(backend: Backend, people: People, *names: str) -> dict[str, int]:
    async with backend.parts.store.read(people.tenant_id) as tx:
        return await tx.journal.heads(names)


async def test_what_one_works_on_is_followed_without_asking(backend: Backend, people: People) -> None:
    async with backend.desk(AGENT) as desk:
        await desk.resume()
        queue = await queue_of(backend, people)
        assert set(desk.cursors) == {"tenant", scopes.agent(people.agent), scopes.drafts(people.agent), queue}
        assert desk.cursors == await heads(backend, people, *desk.cursors)


async def handling(
    desk: Desk, backend: Backend, people: People, address: str = "visitor-1"
) -> tuple[str, str, InteractionId]:
    """The desk has picked up a conversation and follows it: its scope, its customer's scope, its interaction."""
    received = await customer_writes(backend.parts, people, "Halo", address)
    result = await desk.run(PickUp(interaction_id=received.interaction_id))
    assert result.refused is None, result.refused
    conversation = scopes.conversation(received.conversation_id)
    while conversation not in desk.cursors or not any(scope.startswith("customer:") for scope in desk.cursors):
        await desk.take()
    customer = next(scope for scope in desk.cursors if scope.startswith("customer:"))
    return conversation, customer, received.interaction_id


async def test_a_customers_message_reaches_the_queue_and_then_its_agent(backend: Backend, people: People) -> None:
    async with backend.desk(AGENT) as desk:
        await desk.resume()
        conversation, _, _ = await handling(desk, backend, people)
        [waiting] = desk.commits("ReceiveMessage")
        assert set(waiting.seqs) == {await queue_of(backend, people)}
        assert {change.type for change in waiting.changes} <= {"Interaction", "Queue"}
        pages = [f for f in desk.seen if isinstance(f, frames.SnapshotPage) and f.scope == conversation]
        assert {put.type for page in pages for put in page.puts} >= {"Conversation", "Interaction", "Message"}
        desk.seen.clear()
        await customer_writes(backend.parts, people, "Masih di sana?")
        commit = await desk.until_commit("ReceiveMessage")
        assert conversation in commit.seqs
        assert "Message" in {change.type for change in commit.changes}


async def test_what_was_missed_comes_after_the_cursors(backend: Backend, people: People) -> None:
    signed_in = await backend.sign_in(AGENT)
    async with backend.socket(signed_in) as desk:
        await desk.resume()
        conversation, _, _ = await handling(desk, backend, people)
        cursors = dict(desk.cursors)
    for number in range(7):
        await customer_writes(backend.parts, people, f"Pesan {number}")
    async with backend.socket(signed_in) as desk:
        desk.cursors = dict(cursors)
        await desk.resume(desk.epoch, cursors)
        assert len(desk.commits("ReceiveMessage")) == 7
        assert not [f for f in desk.seen if isinstance(f, frames.SnapshotPage)]
        assert desk.cursors == await heads(backend, people, *desk.cursors)
        assert conversation in desk.cursors


async def test_a_cursor_of_another_epoch_or_beyond_the_head_means_a_snapshot(backend: Backend, people: People) -> None:
    signed_in = await backend.sign_in(AGENT)
    for epoch, seq in (("another", 1), (await backend.parts.store.control.epoch(), 10_000)):
        async with backend.socket(signed_in) as desk:
            await desk.resume(epoch, {"tenant": seq})
            pages = [f for f in desk.seen if isinstance(f, frames.SnapshotPage) and f.scope == "tenant"]
            assert pages
            assert desk.cursors["tenant"] == pages[-1].seq < 10_000


async def test_scopes_that_may_not_be_seen_are_revoked(backend: Backend, people: People) -> None:
    received = await customer_writes(backend.parts, people, "Halo")
    async with backend.desk(LEADER) as leader:
        await leader.run(PickUp(interaction_id=received.interaction_id))
    conversation = scopes.conversation(received.conversation_id)
    async with backend.desk(AGENT) as desk:
        secret = [
            conversation,
            scopes.board(BoardId(people.tenant_id)),
            scopes.agent(people.other),
            "nonsense",
            "queue:x",
        ]
        await desk.send(frames.Resume(epoch=desk.epoch, cursors=dict.fromkeys(secret, 1)))
        await desk.expect(frames.Current)
        assert [f.scope for f in desk.seen if isinstance(f, frames.Revoked)] == secret
        for scope in secret:
            await desk.send(frames.Follow(scope=scope))
            assert (await desk.expect(frames.Revoked)).scope == scope


async def test_whoever_loses_a_conversation_loses_it_before_its_next_word(backend: Backend, people: People) -> None:
    received = await customer_writes(backend.parts, people, "Halo")
    conversation = scopes.conversation(received.conversation_id)
    async with backend.desk(AGENT) as onlooker, backend.desk(OTHER) as taker:
        await onlooker.resume()
        await onlooker.send(frames.Follow(scope=conversation))  # it waits in a queue of theirs
        while conversation not in onlooker.cursors:
            await onlooker.take()
        await customer_writes(backend.parts, people, "Masih di sini")
        while not any(conversation in commit.seqs for commit in onlooker.commits("ReceiveMessage")):
            await onlooker.take()  # the right was looked up for this one, and holds until the conversation turns
        onlooker.seen.clear()
        assert (await taker.run(PickUp(interaction_id=received.interaction_id))).refused is None
        await customer_writes(backend.parts, people, "Nomor kartu saya 4111")
        assert (await onlooker.expect(frames.Revoked)).scope == conversation
        later = await customer_writes(backend.parts, people, "Lagi", "visitor-2")  # passes through their queue
        while not any(later.interaction_id in {x.id for x in c.changes} for c in onlooker.commits("ReceiveMessage")):
            await onlooker.take()
        batches = [f for f in onlooker.seen if isinstance(f, frames.Batch)]
        assert not any(b"4111" in codec.encode(batch) for batch in batches)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The scopes to which a right is looked up; a socket that is open already would not be noticed."""
    scopes_asked: list[str] = []
    look = Asks.may_follow_of

    async def noted(asks: Asks, tenant_id: TenantId, actor: Actor, wanted: Sequence[str]) -> frozenset[str]:
        scopes_asked.extend(wanted)
        return await look(asks, tenant_id, actor, wanted)

    monkeypatch.setattr(Asks, "may_follow_of", noted)
    return scopes_asked


async def test_busy_conversations_reach_their_agent_without_a_look_at_rights_for_each_message(
    backend: Backend, people: People, asked: list[str]
) -> None:
    async with backend.desk(AGENT) as desk:
        await desk.resume()
        busy = {name: (await handling(desk, backend, people, name))[0] for name in ("visitor-1", "visitor-2")}
        for name in busy:
            await customer_writes(backend.parts, people, "Yang pertama", name)
        while len(desk.commits("ReceiveMessage")) < 2 + len(busy):
            await desk.take()
        assert asked
        asked.clear()
        for number in range(10):
            for name in busy:
                await customer_writes(backend.parts, people, f"Pesan {number}", name)
        while len(desk.commits("ReceiveMessage")) < 2 + len(busy) * 11:
            await desk.take()
    assert asked == []


async def test_what_was_ended_is_no_longer_sent_and_may_be_kept(backend: Backend, people: People) -> None:
    async with backend.desk(AGENT) as desk:
        await desk.resume()
        conversation, customer, interaction = await handling(desk, backend, people)
        await desk.run(End(interaction_id=interaction))
        left = {(await desk.expect(frames.Unfollowed)).scope for _ in range(2)}
        assert left == {conversation, customer}


async def test_a_person_who_leaves_loses_the_socket(backend: Backend, people: People) -> None:
    async with backend.desk(AGENT) as desk:
        await desk.resume()
        async with backend.parts.store.read(people.tenant_id) as tx:
            user = await tx.get(User, people.agent)
        assert user is not None
        await backend.as_system(
            people.tenant_id, EditUser(user_id=people.agent, base_version=user.version, active=False)
        )
        assert (await desk.goodbye()).refused.reason == Reason.NOT_SIGNED_IN


async def test_whoever_is_deactivated_has_no_session_left_when_they_come_back(backend: Backend, people: People) -> None:
    async with backend.desk("administrator@samudra.example") as administrator:
        signed_in = await backend.sign_in(AGENT)
        for active in (False, True):
            async with backend.parts.store.read(people.tenant_id) as tx:
                user = await tx.get(User, people.agent)
            assert user is not None
            edit = EditUser(user_id=people.agent, base_version=user.version, active=active)
            assert (await administrator.run(edit)).refused is None
    assert (await backend.http.get("/v1/sessions", headers=bearer(signed_in))).status_code == 401


async def test_latest_only_scopes_catch_up_by_their_latest_state(backend: Backend, people: People) -> None:
    received = await customer_writes(backend.parts, people, "Halo", "visitor-1")
    typed = [
        SaveDraft(conversation_id=received.conversation_id, mode="reply", text=text) for text in ("H", "Ha", "Halo")
    ]
    for command in (PickUp(interaction_id=received.interaction_id), *typed):
        agent = Actor("user", people.agent)
        done = await backend.parts.runner.do(people.tenant_id, agent, CommandId(new_id()), command)
        assert done.refused is None
    async with backend.desk(AGENT) as desk:
        drafts = scopes.drafts(people.agent)
        await desk.resume(desk.epoch, {drafts: 0})
        pages = [f for f in desk.seen if isinstance(f, frames.SnapshotPage) and f.scope == drafts]
        [put] = [put for page in pages for put in page.puts]
        assert b'"Halo"' in bytes(put.body)


async def test_two_unacknowledged_frames_are_the_most_and_a_slow_reader_is_dropped(
    settings: Callable[..., Settings], backend: Backend, people: People
) -> None:
    await backend.stop()
    async with running(settings(limits=Limits(ack_seconds=0.5))) as quick, quick.desk(LEADER) as desk:
        desk.acknowledging = False
        await desk.send(frames.Resume())
        for number in range(3):
            await quick.as_system(people.tenant_id, quick_reply(f"r{number}"))
        goodbye = await desk.goodbye()
        assert goodbye.retry
        sent = [f.number for f in desk.seen if isinstance(f, frames.Batch | frames.SnapshotPage)]
        assert sent == [1, 2]


async def test_batches_that_wait_for_an_acknowledgement_are_joined(backend: Backend, people: People) -> None:
    async with backend.desk(LEADER) as desk, backend.desk(OTHER) as prompt:
        await desk.resume()
        await prompt.resume()
        desk.acknowledging = False
        for number in range(40):
            await backend.as_system(people.tenant_id, quick_reply(f"r{number}"))
        while len(prompt.commits("AddQuickReply")) < 40:  # all of it is ready to be sent
            await prompt.take()
        first = [await desk.expect(frames.Batch) for _ in range(2)]
        desk.acknowledging = True
        await desk.send(frames.Ack(number=first[-1].number))
        while len(desk.commits("AddQuickReply")) < 40:
            await desk.take()
        assert sum(isinstance(f, frames.Batch) for f in desk.seen) <= 4


async def test_what_was_looked_up_for_the_snapshot_is_not_looked_up_again(
    backend: Backend, people: People, asked: list[str]
) -> None:
    async with backend.desk(AGENT) as desk:
        await desk.resume()
        asked.clear()
        await backend.as_system(people.tenant_id, quick_reply("first"))
        await desk.expect(frames.Batch)
        assert asked == []
        # as soon as rights may have changed, everything is looked up
        async with backend.parts.store.read(people.tenant_id) as tx:
            user = await tx.get(User, people.other)
        assert user is not None
        await backend.as_system(
            people.tenant_id, EditUser(user_id=people.other, base_version=user.version, name="Lain")
        )
        await desk.expect(frames.Batch)
        assert asked == ["tenant"]


async def test_a_pulse_reaches_who_follows_the_conversation_and_nobody_else(backend: Backend, people: People) -> None:
    async with backend.desk(AGENT) as agent, backend.desk(LEADER) as leader, backend.desk(OTHER) as other:
        await agent.resume()
        await other.resume()
        conversation, _, _ = await handling(agent, backend, people)
        await leader.send(frames.Follow(scope=conversation))
        await leader.expect(frames.SnapshotPage)
        pulse = Typing(
            conversation_id=ConversationId(conversation.partition(":")[2]), user_id=people.other, name="Mallory"
        )
        await agent.send(frames.SendPulse(type="Typing", body=codec.raw(pulse)))
        pulsed = await leader.expect(frames.Pulsed)
        told = codec.pulse(pulsed.type, pulsed.body)
        assert isinstance(told, Typing)
        assert (told.user_id, told.name) == (people.agent, "Agent")
        await other.send(frames.Ping(sent=0.0))
        await other.expect(frames.Pong)
        assert not [f for desk in (agent, other) for f in desk.seen if isinstance(f, frames.Pulsed)]


async def test_unfollowing_stops_what_was_asked_for(backend: Backend, people: People) -> None:
    received = await customer_writes(backend.parts, people, "Halo")
    conversation = scopes.conversation(received.conversation_id)
    async with backend.desk(LEADER) as desk:
        await desk.resume()
        await desk.send(frames.Follow(scope=conversation))
        await desk.expect(frames.SnapshotPage)
        await desk.send(frames.Unfollow(scope=conversation))
        desk.seen.clear()
        await customer_writes(backend.parts, people, "Halo lagi")
        commit = await desk.until_commit("ReceiveMessage")
        assert conversation not in commit.seqs


async def test_a_server_that_restarts_is_resumed_from_the_cursors(
    settings: Callable[..., Settings], backend: Backend, people: People
) -> None:
    async with backend.desk(AGENT) as desk:
        await desk.resume()
        await handling(desk, backend, people)
        cursors, epoch = dict(desk.cursors), desk.epoch
        signed_in = desk.signed_in
    await backend.stop()
    async with running(settings()) as again:
        await customer_writes(again.parts, people, "Setelah mulai lagi")
        async with again.socket(signed_in) as desk:
            desk.cursors = dict(cursors)
            await desk.resume(epoch, cursors)
            assert len(desk.commits("ReceiveMessage")) == 1
            assert not [f for f in desk.seen if isinstance(f, frames.SnapshotPage)]


async def test_many_desks_get_the_same_commits_in_order(backend: Backend, people: People) -> None:
    desks = 16
    signed_in = [await backend.sign_in(LEADER if n % 2 else AGENT, f"device-{n}") for n in range(desks)]
    async with asyncio.TaskGroup() as group:
        ready = [asyncio.Event() for _ in range(desks)]

        async def one(number: int) -> None:
            async with backend.socket(signed_in[number], f"device-{number}") as desk:
                await desk.resume()
                ready[number].set()
                while len(desk.commits("AddQuickReply")) < 20:
                    await desk.take()
                shortcuts = [c.changes[0].id for c in desk.commits("AddQuickReply")]
                assert len(set(shortcuts)) == 20

        for number in range(desks):
            group.create_task(one(number))
        for event in ready:
            await event.wait()
        for number in range(20):
            await backend.as_system(people.tenant_id, quick_reply(f"r{number}"))
