"""The operating system's keychain, and what to do where there is none: say so, and ask each time."""

import importlib
import logging
from threading import Thread
from typing import Any

from omnix_desktop.platform import secret_service

SERVICE = "omnix-desktop"
_log = logging.getLogger("omnix_desktop.platform.keychain")


def session_of(profile: str) -> str:
    """Under which name lies who stayed signed in."""
    return f"{profile}|session"


class Keychain:
    """Secrets by name. Every call survives a keychain that is missing, locked or broken: the answer is then None."""

    def __init__(self) -> None:
        self._keyring: Any = None
        self._looked = False
        self._ahead: dict[str, Thread] = {}
        self._found: dict[str, str | None] = {}

    @property
    def available(self) -> bool:
        """Whether secrets can be kept at all; the first call looks for a backend."""
        return self._backend() is not None

    def read_ahead(self, name: str) -> None:
        """The keychain's answer is waited for in a thread; the next `get` of this name takes it from there."""
        thread = Thread(target=lambda: self._found.update({name: self._read(name)}), name="keychain", daemon=True)
        self._ahead[name] = thread
        thread.start()

    def get(self, name: str) -> str | None:
        ahead = self._ahead.pop(name, None)
        if ahead is not None:
            ahead.join()
        found = self._found.pop(name, None) or self._read(name)
        found = found or self._try(lambda keyring: keyring.get_password(SERVICE, name))
        return found if isinstance(found, str) else None

    def put(self, name: str, secret: str) -> bool:
        """Whether it was kept."""
        return self._try(lambda keyring: keyring.set_password(SERVICE, name, secret) or True) is True

    def forget(self, name: str) -> None:
        if self.get(name) is not None:
            self._try(lambda keyring: keyring.delete_password(SERVICE, name))

    def _read(self, name: str) -> str | None:
        """Without looking for a backend, where this machine's is the usual one."""
        if self._looked or not secret_service.is_likely():
            return None
        try:
            return secret_service.read(SERVICE, name)
        except Exception:  # no bus, no service on it, locked meanwhile: the general library says what is so
            _log.info("the keychain is asked in the general way", exc_info=True)
            return None

    def _backend(self) -> Any:
        if not self._looked:
            self._looked = True
            try:
                keyring = importlib.import_module("keyring")
                usable = keyring.get_keyring().priority > 0 and "fail" not in type(keyring.get_keyring()).__module__
                self._keyring = keyring if usable else None
            except Exception:  # a backend may raise anything while it looks for its bus
                _log.info("no keychain", exc_info=True)
        return self._keyring

    def _try(self, call: Any) -> Any:
        keyring = self._backend()
        if keyring is None:
            return None
        try:
            return call(keyring)
        except Exception:  # locked, refused by the user, the bus went away
            _log.warning("the keychain did not answer", exc_info=True)
            return None
