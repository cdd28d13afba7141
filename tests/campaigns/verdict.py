"""What stands in the database and at the providers, held against what was said."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol.conversations import Conversation
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import DeliveryState, Direction, Message
from tests.campaigns.company import Company
from tests.contract.acceptance import accepted
from tests.contract.provider import Can, Case, Failing, Provider
from tests.simulators.mishaps import Disturbance

ARRIVED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
SHOWN = 8
"""Broken promises that are named; the rest is counted."""
COMPARED = (
    "Compared by kind: each thing said with the messages in the database, their order with what was stored as it came, "
    "each reply and its state with what the provider has."
)
ENOUGH = 20
"""Where the plan asks for so many, the dice must have brought half of them; of each kind, a quarter."""
UNSENT = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
UNSENT_SHARE = 0.05
"""So much of all replies, beside twice what the plan has fail, may be uncertain by kills."""


class Said(Protocol):
    """A customer's talk at one account, as the campaign kept it."""

    name: str
    provider: Provider
    account: str
    disturbance: Disturbance
    heard: list[str]
    replied: dict[str, str]
    failures: int  # that were asked of its provider

    def answers(self) -> list[str]: ...


class Planned(Protocol):
    """What was to happen."""

    @property
    def kills(self) -> int: ...
    @property
    def repeated(self) -> float: ...
    @property
    def reordered(self) -> float: ...
    @property
    def failing(self) -> float: ...
    @property
    def inbound(self) -> int: ...
    @property
    def outbound(self) -> int: ...


@dataclass
class Line:
    """What was compared of one kind."""

    accounts: int = 0
    said: int = 0  # by customers
    inbound: int = 0  # of them in the database
    kept: int = 0  # webhooks, updates and mails that the server stored as they came
    ordered: str = ""  # what the order was held against
    replies: Counter[str] = field(default_factory=Counter)  # by the state that is shown
    reached: int = 0  # replies at the provider's
    repeats: int = 0
    overtaken: int = 0
    asked: int = 0  # of the provider: to fail so often
    failed: int = 0  # so often it did

    @property
    def unsent(self) -> int:
        """Replies of which the customer may have got nothing."""
        return sum(self.replies[state.value] for state in UNSENT)

    def __str__(self) -> str:
        states = ", ".join(f"{state} {count}" for state, count in sorted(self.replies.items())) or "none: see `lacks`"
        return (
            f"{self.accounts} × {self.said} said, {self.inbound} there ({self.kept} kept, {self.repeats} came twice, "
            f"{self.overtaken} overtaken; order: {self.ordered}); replies: {states}; {self.reached} at the provider's, "
            f"which failed {self.failed} times, asked for {self.asked}"
        )


@dataclass
class Verdict:
    lines: dict[str, Line] = field(default_factory=dict)
    killed: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def inbound(self) -> int:
        return sum(line.inbound for line in self.lines.values())

    @property
    def outbound(self) -> int:
        return sum(line.replies.total() for line in self.lines.values())

    @property
    def repeats(self) -> int:
        return sum(line.repeats for line in self.lines.values())

    @property
    def overtaken(self) -> int:
        return sum(line.overtaken for line in self.lines.values())

    @property
    def failed(self) -> int:
        return sum(line.failed for line in self.lines.values())

    def __str__(self) -> str:
        compared = "\n".join(f"  {name}: {line}" for name, line in sorted(self.lines.items()))
        head = f"{self.inbound} in, {self.outbound} out, {self.killed} kills. {COMPARED}\n{compared}"
        faults = "\n".join(f"  BROKEN: {words}" for words in self.broken[:SHOWN])
        more = f"\n  and {len(self.broken) - SHOWN} more" if len(self.broken) > SHOWN else ""
        return f"{head}\n{faults}{more}" if self.broken else f"{head}\n  every promise holds"

    def compare(self, talk: Said, messages: Sequence[Message], kept: int, stored: Iterable[str] | None) -> None:
        """One talk with its messages, and with the providers' ids in the order in which they were stored."""
        line = self.lines.setdefault(talk.name, Line())
        line.accounts += 1
        line.kept += kept
        line.repeats += talk.disturbance.repeats
        line.overtaken += talk.disturbance.overtaken
        line.asked += talk.failures
        line.failed += talk.provider.failed()
        _inbound(talk, messages, line, self)
        _outbound(talk, messages, line, self)
        _order(talk, messages, stored, line, self)

    def happened(self, plan: Planned, talks: Sequence[Said], killed: int) -> None:
        """What the plan asked for was done: a campaign in which nothing went wrong shows nothing."""
        self.killed = killed
        if killed != plan.kills:
            self.broken.append(f"the server was killed {killed} times, and not {plan.kills}")
        said, replied = _heard(talks), sum(len(talk.replied) for talk in talks)
        if said != plan.inbound:
            self.broken.append(f"customers said {said} things, and not {plan.inbound}")
        wanted = plan.outbound if any(_can(talk, Can.SEND) for talk in talks) else 0
        if replied != wanted:
            self.broken.append(f"the agent replied {replied} times, and not {wanted}")
        self._often(
            "came twice", plan.repeated, [_came(it, it.disturbance.repeats) for it in talks if _can(it, Can.REPEAT)]
        )
        self._often(
            "overtaken", plan.reordered, [_came(it, it.disturbance.overtaken) for it in talks if _can(it, Can.REORDER)]
        )
        able = [talk for talk in talks if _can(talk, Failing.REFUSED) or talk.answers()]
        went = [(talk.name, len(talk.replied) + len(talk.answers()), talk.provider.failed()) for talk in able]
        self._often("failed", plan.failing, went)
        self._excused(plan, killed)

    def _often(self, what: str, share: float, done: Iterable[tuple[str, int, int]]) -> None:
        """`done` says of each talk its kind, of how many things the share is, and how often it happened."""
        among, times = Counter[str](), Counter[str]()
        for name, number, count in done:
            among[name] += number
            times[name] += count
        self._enough(what, share * among.total(), times.total(), 2)
        for name, number in among.items():
            self._enough(f"{name}: {what}", share * number, times[name], 4)

    def _enough(self, what: str, asked: float, done: int, part: int) -> None:
        if asked >= ENOUGH and done < asked / part:
            self.broken.append(f"{what}: {done} times, where the plan asks for about {asked:.0f}")

    def _excused(self, plan: Planned, killed: int) -> None:
        """A provider fails when asked to; what does not go out has its fault or a kill to blame, and is little."""
        for name, line in self.lines.items():
            kills = killed * line.accounts  # each at most once between a provider and what it is told
            if line.failed < line.asked - kills:
                self.broken.append(f"{name}: asked to fail {line.asked} times, the provider failed {line.failed} times")
            if line.replies[DeliveryState.FAILED.value] > line.failed or line.unsent > line.failed + kills:
                self.broken.append(
                    f"{name}: {line.unsent} replies are failed or uncertain; the provider failed {line.failed} times"
                )
        unsent, most = (
            sum(line.unsent for line in self.lines.values()),
            (2 * plan.failing + UNSENT_SHARE) * self.outbound,
        )
        if unsent > most:
            self.broken.append(
                f"{unsent} of {self.outbound} replies are failed or uncertain, and not {most:.0f} at most"
            )


def _can(talk: Said, case: Case) -> bool:
    return case not in talk.provider.lacks


def _came(talk: Said, times: int) -> tuple[str, int, int]:
    return talk.name, len(talk.heard), times


def _heard(talks: Iterable[Said]) -> int:
    return sum(len(talk.heard) for talk in talks)


async def judged(company: Company, talks: Sequence[Said]) -> Verdict:
    """With the server at rest."""
    store = Store(DatabaseSettings(company.settings.database_url))
    verdict = Verdict()
    try:
        stored = await accepted(store, company.tenant_id, company.views)
        for talk in talks:
            kept = sum(stored.kept[it] for it in (talk.account, *company.helpers.get(talk.account, ())))
            verdict.compare(talk, await _messages(store, company, talk, verdict), kept, stored.ids.get(talk.account))
        for account, count in stored.unreadable.items():
            verdict.broken.append(f"{company.views[account].kind}: {count} of what was kept cannot be read")
    finally:
        await store.close()
    return verdict


async def _messages(store: Store, company: Company, talk: Said, verdict: Verdict) -> list[Message]:
    async with store.read(company.tenant_id) as tx:
        places = [it for it in await tx.all(Conversation) if it.channel_account_id == talk.account]
    if len(places) != 1:
        verdict.broken.append(f"{talk.name}: one customer has {len(places)} conversations")
    found: list[Message] = []
    for place in places:
        before: int | None = None
        while True:
            async with store.read(company.tenant_id) as tx:
                messages, _, more = await tx.messages.entries(ConversationId(place.id), before, 500)
            found = [*messages, *found]
            if not more:
                break
            before = messages[0].position
    return found


def _inbound(talk: Said, messages: Sequence[Message], line: Line, verdict: Verdict) -> None:
    came = [message for message in messages if message.direction is Direction.IN]
    there = Counter(map(talk.provider.words, came))
    line.said += len(talk.heard)
    line.inbound += len(came)
    verdict.broken += [f"{talk.name}: lost: {text}" for text in talk.heard if not there[text]]
    verdict.broken += [f"{talk.name}: {count} times: {text}" for text, count in there.items() if count > 1]
    verdict.broken += [f"{talk.name}: nobody said: {text}" for text in there.keys() - set(talk.heard)]
    verdict.broken += [f"{talk.name}: {flaw}" for message in came if (flaw := talk.provider.flaw(message))]


def _outbound(talk: Said, messages: Sequence[Message], line: Line, verdict: Verdict) -> None:
    reached = Counter(talk.provider.sent()) if talk.replied or talk.answers() else Counter[str]()
    line.reached += reached.total()
    known = {message.id: message for message in messages if message.direction is Direction.OUT}
    spoken: dict[str, list[Message]] = {}
    for message in known.values():
        spoken.setdefault(message.text, []).append(message)
    for message_id, text in talk.replied.items():
        found = [known[message_id]] if message_id in known else []
        _reply(talk, text, found, reached[text], line, verdict)
    for text in talk.answers():
        _reply(talk, text, spoken.get(text, []), reached[text], line, verdict)
    verdict.broken += [f"{talk.name}: nobody replied: {text}" for text in reached.keys() - spoken.keys()]


def _reply(talk: Said, text: str, found: Sequence[Message], times: int, line: Line, verdict: Verdict) -> None:
    if len(found) != 1:
        verdict.broken.append(f"{talk.name}: a reply is there {len(found)} times: {text}")
        return
    state = found[0].state
    line.replies[state.value] += 1
    least, most = _times(state)
    if not least <= times <= most:
        verdict.broken.append(f"{talk.name}: {state.value}, and {times} times at the provider's: {text}")
    if state is DeliveryState.ACCEPTED:
        verdict.broken.append(f"{talk.name}: nobody sends it any more: {text}")


def _times(state: DeliveryState) -> tuple[int, int]:
    """How often a reply in this state may have reached the customer, at least and at most."""
    if state in ARRIVED:
        return 1, 1
    return (0, 1) if state is DeliveryState.UNCERTAIN else (0, 0)


def _order(talk: Said, messages: Sequence[Message], stored: Iterable[str] | None, line: Line, verdict: Verdict) -> None:
    """Held against what was kept; where nothing is kept as it came (web chat), against what was answered in turn."""
    came = [message for message in messages if message.direction is Direction.IN]
    if stored is None:
        line.ordered = "as answered to the page"
        right = [talk.provider.words(message) for message in came] == talk.heard
    else:
        line.ordered = "as kept"
        shown = [message.provider_id for message in came]
        right = shown == [key for key in stored if key in set(shown)]
    if not right:
        verdict.broken.append(f"{talk.name}: the order is not that of acceptance")
    times = [message.at for message in messages]
    if times != sorted(times):
        verdict.broken.append(f"{talk.name}: time runs backwards in a conversation")
