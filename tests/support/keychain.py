"""A keychain for one test, where the machine's own must be left alone."""

from omnix_desktop.platform.keychain import Keychain


class Kept(Keychain):
    """Secrets that end with the test."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self._secrets.get(name)

    def put(self, name: str, secret: str) -> bool:
        self._secrets[name] = secret
        return True
