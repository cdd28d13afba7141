"""One program for each profile: the second one calls the first to the front and goes.

A lock file says who is the first, at once; the first hears others once it has something to bring to the front.
Qt's network library, which both need to speak to each other, is not loaded before that.
"""

import getpass
import hashlib

from PySide6.QtCore import QDeadlineTimer, QDir, QLockFile, QObject, QThread, Signal

_PATIENCE = 5000
"""Milliseconds: as long as the first may take to start."""
_PAUSE = 50


class SingleInstance(QObject):
    """`claim` and `listen` once each; `called` when another start asked for this one."""

    called = Signal()

    def __init__(self, profile_folder: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.sha256(f"{getpass.getuser()}\0{profile_folder}".encode()).hexdigest()[:16]
        self._name = f"omnix-desktop-{digest}"
        # beside the machine's other passing files: in a home that machines share, one that crashed would lock out all
        self._lock = QLockFile(QDir.temp().filePath(f"{self._name}.lock"))
        self._lock.setStaleLockTime(0)  # a program that has run for long still runs; one that was killed does not

    def claim(self) -> bool:
        """Whether this is the first one; otherwise the first one has been called."""
        patience = QDeadlineTimer(_PATIENCE)
        while not self._lock.tryLock(0):
            if self._call() or patience.hasExpired():
                return False
            QThread.msleep(_PAUSE)  # it does not listen yet, or is just going
        return True

    def listen(self) -> None:
        """From now on this one is called by those that come later."""
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._name)  # left behind by one that was killed
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        self._server.listen(self._name)

    def release(self) -> None:
        self._server.close()
        self._lock.unlock()

    def _call(self) -> bool:
        from PySide6.QtNetwork import QLocalSocket

        caller = QLocalSocket()
        caller.connectToServer(self._name)
        heard = caller.waitForConnected(_PAUSE)
        caller.disconnectFromServer()
        return bool(heard)

    def _answer(self) -> None:
        connection = self._server.nextPendingConnection()
        connection.disconnected.connect(connection.deleteLater)
        self.called.emit()
