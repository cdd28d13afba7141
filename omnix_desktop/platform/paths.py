"""Where this program keeps its files on this machine."""

import os
import re
from pathlib import Path

HOME = "OMNIX_HOME"
"""Moves everything elsewhere: a test, a stick, a roaming profile."""


def home() -> Path:
    """The folder for everything that belongs to this user of the machine."""
    given = os.environ.get(HOME)
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_data_dir("omnix-desktop", appauthor=False))


def profile_folder(profile: str) -> Path:
    """What one server profile keeps; names are made harmless."""
    return home() / "profiles" / _harmless(profile)


def desk_folder(profile: str, tenant_code: str, user_id: str) -> Path:
    """The two encrypted files of one user of one tenant."""
    return profile_folder(profile) / _harmless(tenant_code) / _harmless(user_id)


def log_folder() -> Path:
    return home() / "logs"


def _harmless(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:80].lstrip(".") or "_"
