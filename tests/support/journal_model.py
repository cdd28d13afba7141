"""The server's journal in a few lines, to test what follows it: scopes, sequences without holes, snapshots."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from omnix_protocol.frames import SnapshotPage
from omnix_protocol.ids import CommandId, CommitId, new_id
from omnix_protocol.scopes import Commit, Drop, Put
from tests.support.cached_workspace import NOW

Key = tuple[str, str]


@dataclass
class JournalModel:
    """What every scope holds, and each commit that led there."""

    state: dict[Key, tuple[int, bytes]] = field(default_factory=dict)
    members: dict[str, set[Key]] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    commits: list[Commit] = field(default_factory=list)

    def change(
        self, puts: Sequence[tuple[Key, bytes, set[str]]] = (), drops: Sequence[tuple[Key, set[str]]] = ()
    ) -> None:
        """One commit: new bodies, for these scopes and those that hold the entity already; and who loses what."""
        changes: list[Put | Drop] = []
        for key, body, scopes in puts:
            holding = scopes | {scope for scope, held in self.members.items() if key in held}
            if not holding:
                continue
            version = self.state.get(key, (0, b""))[0] + 1
            self.state[key] = (version, body)
            for scope in holding:
                self.members.setdefault(scope, set()).add(key)
            changes.append(_put(key, version, body, holding))
        for key, scopes in drops:
            leaving = {scope for scope in scopes if key in self.members.get(scope, ())}
            for scope in leaving:
                self.members[scope].discard(key)
            if leaving:
                changes.append(Drop(type=key[0], id=key[1], scopes=tuple(sorted(leaving))))
        touched = sorted({scope for change in changes for scope in change.scopes})
        if not touched:
            return
        for scope in touched:
            self.heads[scope] = self.heads.get(scope, 0) + 1
        seqs = {scope: self.heads[scope] for scope in touched}
        self.commits.append(
            Commit(
                id=CommitId(new_id()), at=NOW, what="Test", command_id=CommandId(new_id()), actor="system", seqs=seqs,
                changes=tuple(changes),
            )
        )  # fmt: skip

    def after(self, cursors: Mapping[str, int]) -> list[Commit]:
        """What a follower with these cursors has not seen, narrowed to what it follows."""
        found = []
        for commit in self.commits:
            new = {scope for scope, seq in commit.seqs.items() if scope in cursors and seq > cursors[scope]}
            if new:
                found.append(narrowed(commit, new))
        return found

    def snapshot(self, scope: str, *, as_of: int | None = None, size: int = 3, first: int = 1) -> list[SnapshotPage]:
        """The scope in pages. `as_of` may be older than the state, as where it grew between two pages."""
        held = sorted(self.members.get(scope, ()))
        puts = [_put(key, *self.state[key], {scope}) for key in held]
        pages = [tuple(puts[start : start + size]) for start in range(0, len(puts), size)] or [()]
        seq = self.heads.get(scope, 0) if as_of is None else as_of
        return [
            SnapshotPage(
                number=first + page, scope=scope, seq=seq, page=page, last=page == len(pages) - 1, puts=rows
            )
            for page, rows in enumerate(pages)
        ]  # fmt: skip


def narrowed(commit: Commit, scopes: Iterable[str]) -> Commit:
    """The commit as somebody sees it for whom it is new in these scopes only."""
    wanted = set(scopes)
    changes = []
    for change in commit.changes:
        kept = tuple(scope for scope in change.scopes if scope in wanted)
        if kept:
            changes.append(msgspec.structs.replace(change, scopes=kept))
    seqs = {scope: seq for scope, seq in commit.seqs.items() if scope in wanted}
    return msgspec.structs.replace(commit, seqs=seqs, changes=tuple(changes))


def _put(key: Key, version: int, body: bytes, scopes: set[str]) -> Put:
    return Put(type=key[0], id=key[1], version=version, scopes=tuple(sorted(scopes)), body=msgspec.Raw(body))
