"""The rows of drafts in local.db: what was typed here, and how it stands to the user's draft on the server.

A row knows the server's version that its text grew from (`version`, `agreed` is that version's text), and what was
handed to the server and is not in the replica yet (`offered`). The rule is `met`: a text from another machine
comes in where nothing was typed here since both agreed; otherwise both stay, apart, until one of them is gone.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from omnix_desktop.cache.beside import NOTHING, Beside, joined, read_beside, write_beside
from omnix_desktop.cache.writing import Connection
from omnix_protocol.messages import TEXT_MAX, Attachment, Draft

Key = tuple[str, str]
"""(conversation id, mode)"""

SHARED: Final = frozenset({"reply", "memo"})
"""Modes that the server knows; what stands in a form stays on its machine."""
_files: Final = msgspec.json.Decoder(tuple[Attachment, ...])
_COLUMNS: Final = "text, attachments, version, agreed, offered, apart, beside, withdrawn"


class Standing(msgspec.Struct, frozen=True):
    """A draft of this machine, beside the server's."""

    text: str = ""
    files: tuple[Attachment, ...] = ()
    version: int = 0
    agreed: str = ""
    offered: str | None = None
    apart: bool = False  # the server's is another text, which was not seen here
    beside: Beside = NOTHING  # stays on its machine, like the files
    withdrawn: bool = False  # it became private: what the server has of it is to go

    @property
    def is_nothing(self) -> bool:
        """There is no draft, here or there, and none on its way."""
        kept = self.text or self.files or not self.beside.is_nothing
        return not (kept or self.agreed or self.offered is not None)


Keep = Callable[[Key, str], bool]
"""Whether this text of a draft is not to be offered now."""


class Offer(msgspec.Struct, frozen=True):
    """A text to be handed to the server."""

    conversation_id: str
    mode: str
    text: str
    base_version: int


def read_files(raw: bytes) -> tuple[Attachment, ...]:
    return _files.decode(raw)


def met(mine: Standing, theirs: Draft | None, *, fresh: bool) -> Standing:
    """What becomes of a draft in sight of the server's; None: the server has none.

    `fresh`: the first look since the connection came back; what was offered before it and is not there now
    has not arrived.
    """
    if theirs is None:
        if mine.offered and not fresh:
            return mine  # on its way there, or its version on the way here
        left = replace(mine, agreed="", offered=None, apart=False, withdrawn=False)
        by_us = mine.withdrawn or mine.offered == ""
        gone = mine.text and mine.text == mine.agreed and not by_us  # sent or emptied on another machine
        return replace(left, text="", beside=NOTHING) if gone else left
    if theirs.version <= mine.version:
        if theirs.version < mine.version:
            return mine  # the replica is behind
        arrived = fresh or mine.offered == theirs.text
        return replace(mine, offered=None if arrived else mine.offered, apart=False)
    if theirs.text in (mine.offered, mine.text):
        return replace(mine, version=theirs.version, agreed=theirs.text, offered=None, apart=False)
    if not mine.text or (mine.text == mine.agreed and not mine.withdrawn):
        return Standing(theirs.text, mine.files, theirs.version, theirs.text, beside=mine.beside)
    return replace(mine, offered=None if fresh else mine.offered, apart=True)


def written(
    connection: Connection,
    key: Key,
    text: str,
    files: tuple[Attachment, ...],
    at: int,
    before: str | None,
    seen: Draft | None = None,
    beside: Beside = NOTHING,
) -> None:
    """By the user's hand. `before` is what the row held as far as the hand knows; None where it does not know.

    Where another machine's text has come in since, it was not seen: the new text grows from the one before.
    `seen` is another machine's that the new text holds.
    """
    mine = _row(connection, key)
    if seen is not None:
        mine = replace(mine, version=seen.version, agreed=seen.text, offered=None, apart=False)
    elif before is not None and mine.text != before and mine.text == mine.agreed:
        mine = replace(mine, version=0, agreed=before)
    _put(connection, key, _beside(replace(mine, text=text, files=files), beside), at)


def sent(connection: Connection, key: Key, text: str, at: int) -> int:
    """It stands in the outbox now. Returns the server's version that it grew from.

    Another machine's text that came in between the eye and the key stays: it was not seen.
    """
    mine = _row(connection, key)
    if mine.text and mine.text == mine.agreed and mine.text.strip() != text:
        _put(connection, key, _beside(replace(mine, files=()), NOTHING), at)
        return 0
    _put(connection, key, _beside(replace(mine, text="", files=()), NOTHING), at)
    return mine.version


def given_back(
    connection: Connection, key: Key, text: str, files: tuple[Attachment, ...], beside: Beside, at: int
) -> None:
    """In front of what is there."""
    mine = _row(connection, key)
    both = "\n".join(part for part in (text, mine.text) if part)
    one = replace(mine, text=both, files=(*files, *mine.files))
    _put(connection, key, _beside(one, joined(beside, mine.beside)), at)


def shared(
    connection: Connection, theirs: Mapping[Key, Draft], keep: Keep, at: int, *, fresh: bool
) -> tuple[list[Offer], set[str]]:
    """Every row in sight of the server's drafts: what to offer, and the conversations in which another text stands."""
    rows = connection.execute(f"SELECT conversation_id, mode, {_COLUMNS} FROM drafts").fetchall()
    known = {(row[0], row[1]): _standing(row[2:]) for row in rows if row[1] in SHARED}
    offers: list[Offer] = []
    changed: set[str] = set()
    for key in dict.fromkeys((*known, *theirs)):
        mine = known.get(key, Standing())
        now = met(mine, theirs.get(key), fresh=fresh)
        if (now.text, now.apart) != (mine.text, mine.apart):
            changed.add(key[0])
        text = _outgoing(now)
        if text is not None and not keep(key, text):
            offers.append(Offer(*key, text, now.version))
            now = replace(now, offered=text)
        if now != mine:
            _put(connection, key, now, at)
    return offers, changed


def answered(connection: Connection, offer: Offer, version: int | None) -> None:
    """The server has it as this version, or (None) has refused it."""
    key = (offer.conversation_id, offer.mode)
    mine = _row(connection, key)
    if mine.offered != offer.text:
        return
    changed = replace(mine, offered=None) if version is None else replace(mine, version=version, agreed=offer.text)
    connection.execute(
        "UPDATE drafts SET version = ?, agreed = ?, offered = ? WHERE conversation_id = ? AND mode = ?",
        (changed.version, changed.agreed, changed.offered, *key),
    )


def forget_agreements(connection: Connection) -> None:
    """The server was restored: its versions count anew."""
    connection.execute("UPDATE drafts SET version = 0, agreed = '', offered = NULL, apart = 0")


def _beside(mine: Standing, beside: Beside) -> Standing:
    """With this beside its text: what was shared of it goes where it becomes private."""
    private, shared_yet = beside.content.private, bool(mine.agreed or mine.offered)
    turns = private and not mine.beside.content.private and shared_yet
    return replace(mine, beside=beside, withdrawn=private and (mine.withdrawn or turns))


def _outgoing(mine: Standing) -> str | None:
    """What the server is to have now; None where it has it, or is not to have it."""
    if mine.offered is not None or mine.apart:
        return None
    if mine.beside.content.private:  # on another machine it would stand in a public composer
        return "" if mine.withdrawn and mine.agreed else None
    return mine.text if mine.text != mine.agreed and len(mine.text) <= TEXT_MAX else None


def _row(connection: Connection, key: Key) -> Standing:
    sql = f"SELECT {_COLUMNS} FROM drafts WHERE conversation_id = ? AND mode = ?"
    found = connection.execute(sql, key).fetchone()
    return Standing() if found is None else _standing(found)


def _standing(row: Iterable[Any]) -> Standing:
    text, files, version, agreed, offered, apart, beside, withdrawn = row
    read = read_beside(bytes(beside))
    return Standing(text, read_files(bytes(files)), version, agreed, offered, bool(apart), read, bool(withdrawn))


def _put(connection: Connection, key: Key, mine: Standing, at: int) -> None:
    if mine.is_nothing:
        connection.execute("DELETE FROM drafts WHERE conversation_id = ? AND mode = ?", key)
        return
    connection.execute(
        f"INSERT OR REPLACE INTO drafts (conversation_id, mode, at, {_COLUMNS})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *key,
            at,
            mine.text,
            msgspec.json.encode(mine.files),
            mine.version,
            mine.agreed,
            mine.offered,
            mine.apart,
            write_beside(mine.beside),
            mine.withdrawn,
        ),
    )
