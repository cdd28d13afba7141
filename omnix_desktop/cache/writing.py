"""The one writer thread of a file: work in order, one transaction each, results as futures."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Connection = Any
"""A connection of sqlcipher3, which has no types."""
Work = Callable[[Connection], Any]


class Writer:
    """Runs each piece of work in a transaction of its own: whole, or not at all."""

    def __init__(self, name: str, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._queue: SimpleQueue[tuple[Work, Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """The work's result, after its commit; its exception, after the roll-back."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # whoever stops waiting for it does not stop it
        self._queue.put((work, future))
        return future

    def reconnect(self, between: Callable[[], None]) -> Future[None]:
        """Close the connection, do something to the file, and open it anew before the next work."""

        def swap(_connection: Connection) -> None:
            self._close()
            between()

        return self.submit(swap)

    def close(self) -> None:
        """After everything that was submitted."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            work, future = item
            try:
                future.set_result(self._transaction(work))
            except BaseException as error:  # whoever submitted it gets it
                future.set_exception(error)
        self._close()

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        if self._connection is None:
            self._connection = self._connect()
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            if self._connection is connection:  # work may have closed it
                connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if self._connection is connection:
                _give_back(connection)
            raise
        return result

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _give_back(connection: Connection) -> None:
    """What a write that failed left in the journal file may be what fills the disk."""
    with suppress(Exception):  # a later one will do
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
