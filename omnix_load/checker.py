"""Every invariant, one program for all campaigns: what was decided, what the server has, what every side shows."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.queries import composer, status, thread
from omnix_desktop.cache.queries.pending import PendingState
from omnix_desktop.cache.reading import Reader
from omnix_desktop.ports import LinkState
from omnix_desktop.sync.desk import Desk
from omnix_load.customers import Customer
from omnix_load.decisions import Decision, allowed_drafts, sent
from omnix_load.people import open_desk
from omnix_load.sequences import holes, sequences_of
from omnix_protocol import scopes
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import Direction, Memo, Message

ONLINE_SECONDS: Final = 60.0
DRAFTS_SECONDS: Final = 10.0
Entry = Message | Memo


@dataclass
class Report:
    """What was looked at, and what is wrong."""

    wrong: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def require(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.wrong.append(sentence)


@dataclass(frozen=True)
class AgentSide:
    """An agent's folder after the campaign, and what was written down."""

    name: str
    email: str
    folder: Path
    decisions: Sequence[Decision]


async def online(desk: Desk) -> None:
    """Until the replica equals the server."""
    there = asyncio.Event()
    stop = desk.ports.link.subscribe(lambda link: there.set() if link.state == LinkState.ONLINE else None)
    desk.start()
    try:
        async with asyncio.timeout(ONLINE_SECONDS):
            await there.wait()
    finally:
        stop()


async def drafts_shared(desk: Desk, fresh: Desk) -> None:
    """Until what was typed has gone out and come in: it moves a scope. What the server does not take stays here."""
    scope = scopes.drafts(desk.ports.account.me.user_id)

    def at(one: Desk) -> int | None:
        return status.cursors(one.engine.reader()).get(scope)

    with suppress(TimeoutError):
        async with asyncio.timeout(DRAFTS_SECONDS):
            while composer.differing(desk.engine.reader()) or at(desk) != at(fresh):  # noqa: ASYNC110  # no feed tells it
                await asyncio.sleep(0.02)


async def entries_of(desk: Desk, conversation_ids: Iterable[str]) -> dict[str, list[Entry]]:
    """What the server has in each conversation, by following it."""
    found: dict[str, list[Entry]] = {}
    reader = desk.engine.reader()
    for one in conversation_ids:
        conversation_id = ConversationId(one)
        scope = scopes.conversation(conversation_id)
        desk.ports.follows.hold(scope)
        async with asyncio.timeout(ONLINE_SECONDS):
            while scope not in status.cursors(reader):  # noqa: ASYNC110  # the feed does not name empty scopes
                await asyncio.sleep(0.02)
        page = thread.before(reader, conversation_id, limit=scopes.CONVERSATION_WINDOW)
        found[one] = list(page.entries)
        desk.ports.follows.let_go(scope)
    return found


def check_positions(truth: dict[str, list[Entry]], report: Report) -> None:
    """Every conversation is numbered without hole or repeat, and nothing is in it twice."""
    everywhere: set[str] = set()
    for conversation_id, entries in truth.items():
        positions = [entry.position for entry in entries]
        report.require(positions == list(range(1, len(entries) + 1)), f"{conversation_id}: positions {positions}")
        for entry in entries:
            report.require(entry.id not in everywhere, f"{entry.id} is there twice")
            everywhere.add(entry.id)
    report.count("conversations", len(truth))
    report.count("entries", len(everywhere))


def check_customers(truth: dict[str, list[Entry]], customers: Iterable[Customer], report: Report) -> None:
    """What each customer said is there once and in order; each is shown all that is public, and nothing else."""
    inbound: dict[str, list[tuple[str, str]]] = {}
    for conversation_id, entries in truth.items():
        for entry in entries:
            if isinstance(entry, Message) and entry.direction == Direction.IN:
                inbound.setdefault(entry.author_name or entry.text.rpartition(" ")[0], []).append(
                    (conversation_id, entry.text)
                )
    for customer in customers:
        found = inbound.get(customer.name, [])
        expected = [said.text for said in customer.said if said.state == "taken"]
        report.require(
            [text for _, text in found] == expected,
            f"{customer.name} said {len(expected)}, the server has {len(found)}: {_difference(expected, found)}",
        )
        report.count("said by customers", len(expected))
        public = [
            (entry.id, entry.text)
            for conversation_id in sorted({conversation_id for conversation_id, _ in found})
            for entry in truth[conversation_id]
            if isinstance(entry, Message)
        ]
        shown = [(one.id, one.text) for one in sorted(customer.shown.values(), key=lambda one: one.position)]
        report.require(shown == public, f"{customer.name} is shown {len(shown)} of {len(public)} public messages")
        report.count("shown to customers", len(shown))


def check_decisions(truth: dict[str, list[Entry]], agent: AgentSide, reader: Reader, report: Report) -> None:
    """What an agent decided is there once, in order, with its text; or visibly refused."""
    places = {entry.id: (conversation_id, entry) for conversation_id, entries in truth.items() for entry in entries}
    refused = {row.subject_id for row in status.unsent(reader) if row.state == PendingState.REFUSED}
    last: dict[str, int] = {}
    for decision, certain in sent(agent.decisions):
        place = places.get(decision.id)
        if place is None:
            report.require(
                not certain or decision.id in refused, f"{agent.name}: {decision.mode} {decision.id} is lost"
            )
            report.count("refused", decision.id in refused)
            continue
        conversation_id, entry = place
        report.require(conversation_id == decision.conversation_id, f"{decision.id} is in another conversation")
        report.require(entry.text == decision.text, f"{decision.id} has another text")
        report.require(entry.position > last.get(conversation_id, 0), f"{decision.id} overtook an earlier one")
        last[conversation_id] = entry.position
        report.count("sent by agents")
    unsent = [row for row in status.unsent(reader) if row.state != PendingState.REFUSED]
    report.require(not unsent, f"{agent.name}: {len(unsent)} still in the outbox")


def check_drafts(agent: AgentSide, reader: Reader, report: Report) -> None:
    """What was typed and not sent stands in its composer."""
    for (conversation_id, mode), texts in allowed_drafts(agent.decisions).items():
        rows = reader.rows(
            "SELECT text FROM local.drafts WHERE conversation_id = ? AND mode = ?", (conversation_id, mode)
        )
        text = rows[0][0] if rows else ""
        report.require(text in texts, f"{agent.name}: draft {text!r} where {sorted(texts)} was typed")
        shown = composer.draft(reader, ConversationId(conversation_id), mode)
        report.require(not rows or shown.text == text, f"{agent.name}: the composer does not show its draft")
        report.count("drafts", bool(text))


def held(reader: Reader, keys: Iterable[str]) -> dict[str, set[tuple[object, ...]]]:
    """What a replica holds in these scopes: entities with version and body."""
    sql = (
        "SELECT e.type, e.id, e.version, e.body FROM scopes s JOIN members m ON m.scope = s.n"
        " JOIN entities e ON e.type = m.type AND e.id = m.id WHERE s.key = ?"
    )
    return {key: set(reader.rows(sql, (key,))) for key in keys}


def check_replicas(name: str, ours: Engine, fresh: Engine, report: Report) -> None:
    """A replica that lived through it all equals one that has just been fetched."""
    theirs = status.cursors(fresh.reader())
    mine = status.cursors(ours.reader())
    for key, seq in theirs.items():
        report.require(mine.get(key) == seq, f"{name}: {key} stands at {mine.get(key)}, the server at {seq}")
    expected, found = held(fresh.reader(), theirs), held(ours.reader(), theirs)
    for key in theirs:
        report.require(
            found[key] == expected[key],
            f"{name}: {key} differs: {_ids(found[key] - expected[key])} instead of {_ids(expected[key] - found[key])}",
        )
    orphans = ours.reader().rows(
        "SELECT type, id FROM entities e WHERE NOT EXISTS"
        " (SELECT 1 FROM members m WHERE m.type = e.type AND m.id = e.id)"
    )
    report.require(not orphans, f"{name}: {len(orphans)} entities that no scope holds")
    report.count("scopes compared", len(theirs))


async def check_sequences(desk: Desk, device_id: str, server: str, report: Report) -> None:
    """The journal of every scope that this desk has, read again from the beginning."""
    heads = {
        key: seq
        for key, seq in status.cursors(desk.engine.reader()).items()
        if (parsed := scopes.parse(key)) is not None and parsed.kind not in scopes.LATEST_ONLY
    }
    token = desk.ports.account.me.access_token
    for scope, seen in (await sequences_of(server, token, device_id, heads)).items():
        if seen:
            wrong = holes(seen, heads[scope])
            report.require(not wrong and seen == sorted(seen), f"{scope}: sequences {wrong[:5]} are missing or doubled")
            report.count("sequences", len(seen))


async def check_agent(server: str, agent: AgentSide, truth: dict[str, list[Entry]], report: Report) -> None:
    """Open the agent's desk as it was left, and a new one beside it."""
    desk = await open_desk(server, agent.email, agent.folder)
    fresh = await open_desk(server, agent.email, agent.folder.with_name(f"{agent.folder.name}-fresh"))
    try:
        await online(desk)
        await online(fresh)
        await drafts_shared(desk, fresh)
        check_replicas(agent.name, desk.engine, fresh.engine, report)
        check_decisions(truth, agent, desk.engine.reader(), report)
        check_drafts(agent, desk.engine.reader(), report)
        await check_sequences(desk, agent.folder.name, server, report)
    finally:
        await desk.close()
        await fresh.close()


def _difference(expected: Sequence[str], found: Sequence[tuple[str, str]]) -> str:
    texts = [text for _, text in found]
    missing = [text for text in expected if text not in texts][:3]
    return f"missing {missing}, in order {texts == expected}"


def _ids(rows: Iterable[tuple[object, ...]]) -> list[str]:
    return [f"{row[0]} {row[1]} v{row[2]}" for row in rows][:3]
