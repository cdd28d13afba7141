"""Reading from Linux's Secret Service over its own bus messages: at the start every millisecond is seen.

The general library looks through the backends of all systems first (0.1 s of processor time before the first
paint). It stays the way to write, and the way to read wherever this one finds nothing.
"""

import os
import sys
from typing import Any

_BUS_NAME = "org.freedesktop.secrets"
_PATH = "/org/freedesktop/secrets"
_SERVICE = "org.freedesktop.Secret.Service"
_ITEM = "org.freedesktop.Secret.Item"
_PATIENCE = 2.0


def is_likely() -> bool:
    """Whether the general library would choose this keychain too."""
    chosen_otherwise = "PYTHON_KEYRING_BACKEND" in os.environ or "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "")
    return sys.platform == "linux" and "DBUS_SESSION_BUS_ADDRESS" in os.environ and not chosen_otherwise


def read(service: str, name: str) -> str | None:
    """An unlocked item's secret. Raises what the bus raises."""
    from jeepney.io.blocking import open_dbus_connection

    with open_dbus_connection("SESSION") as bus:
        attributes = {"service": service, "username": name}
        unlocked, _locked = _call(bus, _PATH, _SERVICE, "SearchItems", "a{ss}", attributes)
        if not unlocked:
            return None
        # not enciphered on the bus: whoever can listen to this user's bus can ask the keychain itself
        _, session = _call(bus, _PATH, _SERVICE, "OpenSession", "sv", "plain", ("s", ""))
        ((_, _, secret, _),) = _call(bus, unlocked[0], _ITEM, "GetSecret", "o", session)
        return bytes(secret).decode()


def _call(bus: Any, path: str, interface: str, method: str, signature: str, *arguments: object) -> Any:
    from jeepney import DBusAddress, new_method_call
    from jeepney.wrappers import unwrap_msg

    question = new_method_call(DBusAddress(path, _BUS_NAME, interface), method, signature, arguments)
    return unwrap_msg(bus.send_and_get_reply(question, timeout=_PATIENCE))
