"""Opening both encrypted files: keys, pragmas, a writer thread each, readers; what to do when one is damaged.

`cache.db` is the replica: damaged, of another form or under another key, it is dropped and fetched again.
`local.db` is precious: damaged, it is set aside under a dated name, said so, and a new one is begun.
"""

import errno
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sqlcipher3 import dbapi2 as driver

from omnix_desktop.cache import migrations
from omnix_desktop.cache.feed import EVERYTHING, Feed
from omnix_desktop.cache.reading import Bind, Reader
from omnix_desktop.cache.tables import FINGERPRINT, REPLICA_FORM
from omnix_desktop.cache.writing import Connection, Writer
from omnix_desktop.ports import Fault

P = ParamSpec("P")
T = TypeVar("T")

READER_THREADS: Final = 2
_BUSY_MS: Final = 5000
_DAMAGED: Final = ("malformed", "not a database", "file is encrypted", "hmac")


def fault_of(error: BaseException) -> Fault:
    """What a failed write means to the person at the screen."""
    text = str(error).lower()
    full = "disk is full" in text or (isinstance(error, OSError) and error.errno == errno.ENOSPC)
    return Fault("disk_full") if full else Fault("storage", str(error))


def is_damaged(error: BaseException) -> bool:
    return isinstance(error, driver.DatabaseError) and any(word in str(error).lower() for word in _DAMAGED)


class Engine:
    """Both files of one signed-in user on this machine."""

    def __init__(self, folder: Path, key: bytes, now: Callable[[], datetime], feed: Feed | None = None) -> None:
        self._folder, self._key, self._now = folder, key, now
        self.feed = feed or Feed()
        self.faults: list[Fault] = []
        """What was found at opening."""
        self.on_rebuilt: Callable[[], None] = lambda: None
        """Told in the writer's thread: the replica is empty and has to be fetched again."""
        self._here = threading.local()
        self._generation = 0
        self._open_readers: list[_Reading] = []
        folder.mkdir(parents=True, exist_ok=True)
        self._open_local()
        self._open_replica()
        self.local = Writer("local.db", lambda: self._connect(self.local_path, "FULL"))
        self.replica = Writer("cache.db", lambda: self._connect(self.cache_path, "NORMAL"))
        self._background = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="reader")

    @property
    def cache_path(self) -> Path:
        return self._folder / "cache.db"

    @property
    def local_path(self) -> Path:
        return self._folder / "local.db"

    def reader(self) -> Reader:
        """The calling thread's own; on the GUI thread only for keyed pages under 2 ms."""
        reading: _Reading | None = getattr(self._here, "reading", None)
        if reading is None or reading.generation != self._generation:
            reading = _Reading(self._connect_reader(), self._generation, self._look_for_damage)
            self._here.reading = reading
            self._open_readers.append(reading)
        return reading

    def later(self, query: Callable[Concatenate[Reader, P], T], *args: P.args, **named: P.kwargs) -> Future[T]:
        """Run a query in a reader thread."""
        return self._background.submit(lambda: query(self.reader(), *args, **named))

    def _look_for_damage(self, generation: int) -> None:
        """A reader met damage in one of the two files. Only the replica may be begun anew while it is in use."""

        def is_sound(connection: Connection) -> bool:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)])

        def found(done: Future[bool]) -> None:
            sound = done.exception() is None and done.result()
            if sound and generation == self._generation:
                self.rebuild_replica()

        self.local.submit(is_sound).add_done_callback(found)

    def rebuild_replica(self) -> Future[None]:
        """Drop cache.db and begin it anew, empty; sync fetches it again."""

        def anew() -> None:
            self._generation += 1
            _remove(self.cache_path)
            self._open_replica()

        done = self.replica.reconnect(anew)

        def told(_done: Future[None]) -> None:
            self.feed.tell(EVERYTHING)
            self.on_rebuilt()

        done.add_done_callback(told)
        return done

    def close(self) -> None:
        self._background.shutdown()
        self.replica.close()
        self.local.close()
        for reading in self._open_readers:
            reading.close()

    def _open_replica(self) -> None:
        try:
            connection = self._connect(self.cache_path, "NORMAL")
            try:
                known = _fingerprint(connection)
                if known == FINGERPRINT:
                    return
                if known is None:
                    _make_replica(connection)
                    return
            finally:
                connection.close()
        except driver.DatabaseError as error:
            if not is_damaged(error):
                raise
            self.faults.append(Fault("cache_rebuilt", str(error)))
        _remove(self.cache_path)
        connection = self._connect(self.cache_path, "NORMAL")
        _make_replica(connection)
        connection.close()

    def _open_local(self) -> None:
        try:
            self._migrate_local()
        except driver.DatabaseError as error:
            if not is_damaged(error):
                raise
            aside = self._set_aside()
            self.faults.append(Fault("local_set_aside", aside.name))
            self._migrate_local()

    def _migrate_local(self) -> None:
        connection = self._connect(self.local_path, "FULL")
        try:
            connection.execute("PRAGMA quick_check(1)").fetchall()
            migrations.upgrade(connection)
        finally:
            connection.close()

    def _set_aside(self) -> Path:
        """The file under a dated name, with its journal: somebody may still be able to open it."""
        stamp = self._now().strftime("%Y%m%d-%H%M%S")
        aside = self.local_path.with_name(f"local-{stamp}.db")
        number = 1
        while aside.exists():
            number += 1
            aside = self.local_path.with_name(f"local-{stamp}-{number}.db")
        self.local_path.rename(aside)
        for suffix in ("-wal", "-shm"):
            journal = self.local_path.with_name(f"local.db{suffix}")
            if journal.exists():
                journal.rename(aside.with_name(aside.name + suffix))
        return aside

    def _connect(self, path: Path, synchronous: str) -> Connection:
        connection = driver.connect(str(path), check_same_thread=False, isolation_level=None)
        try:
            connection.execute("PRAGMA cipher_log_level=NONE")  # it would write to the standard error
            connection.execute(f"PRAGMA key=\"x'{self._key.hex()}'\"")
            connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect_reader(self) -> Connection:
        connection = self._connect(self.cache_path, "NORMAL")
        connection.execute(f"ATTACH DATABASE ? AS local KEY \"x'{self._key.hex()}'\"", (str(self.local_path),))
        connection.execute("PRAGMA query_only=ON")
        return connection


class _Reading:
    def __init__(self, connection: Connection, generation: int, damaged: Callable[[int], None]) -> None:
        self._connection = connection
        self.generation = generation
        self._damaged = damaged

    def rows(self, sql: str, binds: Sequence[Bind] = ()) -> list[tuple[Any, ...]]:
        """Nothing, where the file turns out to be damaged: the feed tells when there is something to read again."""
        try:
            found: list[tuple[Any, ...]] = self._connection.execute(sql, binds).fetchall()
        except driver.DatabaseError as error:
            if not is_damaged(error):
                raise
            self._damaged(self.generation)
            return []
        return found

    def close(self) -> None:
        self._connection.close()


def _fingerprint(connection: Connection) -> str | None:
    """None where the file is new."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master").fetchall()}
    if not tables:
        return None
    if "meta" not in tables:
        return ""
    rows = connection.execute("SELECT value FROM meta WHERE name = 'fingerprint'").fetchall()
    return str(rows[0][0]) if rows else ""


def _make_replica(connection: Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for sql in REPLICA_FORM:
        connection.execute(sql)
    connection.execute("INSERT INTO meta VALUES ('fingerprint', ?)", (FINGERPRINT,))
    connection.execute("COMMIT")


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
