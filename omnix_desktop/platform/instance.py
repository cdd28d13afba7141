"""One program for each profile: the second one calls the first to the front and goes."""

import getpass
import hashlib

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE = 300


class SingleInstance(QObject):
    """`claim` once; `called` when another start asked for this one."""

    called = Signal()

    def __init__(self, profile_folder: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.sha256(f"{getpass.getuser()}\0{profile_folder}".encode()).hexdigest()[:16]
        self._name = f"omnix-desktop-{digest}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def claim(self) -> bool:
        """Whether this is the first one; otherwise the first one has been called."""
        caller = QLocalSocket()
        caller.connectToServer(self._name)
        if caller.waitForConnected(_PATIENCE):
            caller.disconnectFromServer()
            return False
        QLocalServer.removeServer(self._name)  # left behind by one that was killed
        return self._server.listen(self._name)

    def release(self) -> None:
        self._server.close()

    def _answer(self) -> None:
        connection = self._server.nextPendingConnection()
        connection.disconnected.connect(connection.deleteLater)
        self.called.emit()
