"""What all work that talks to providers is given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from backend.channels.base import Channel
from backend.files import Files
from backend.files.fetching import Fetcher
from backend.files.intake import Intake
from backend.files.pictures import Pictures
from backend.files.scanning import NoScanner
from backend.jobs.accounts import Accounts
from backend.jobs.providers import Providers
from backend.runner import Runner
from backend.store.store import Store
from omnix_protocol.ids import FileId, TenantId

Link = Callable[[TenantId, FileId], str]


def unlinked(tenant_id: TenantId, file_id: FileId) -> str:  # noqa: ARG001
    """Where the server does not know its own public address, no provider can fetch a file from it."""
    return ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where files are; `link` is an address of one that works for a few minutes, for providers that fetch it.

    A file that comes in has at most `file_bytes` bytes and `seconds` to be fetched and looked at.
    """

    files: Files
    link: Link = unlinked
    intake: Intake = field(default_factory=lambda: Intake(NoScanner(), Pictures(), hold=True))
    fetcher: Fetcher = field(default_factory=Fetcher)
    file_bytes: int = 64 * 1024 * 1024
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Means:
    """One for all works of a process."""

    store: Store
    runner: Runner
    channels: dict[str, Channel]
    accounts: Accounts
    providers: Providers
    http: httpx.AsyncClient
    now: Callable[[], datetime]
    shelf: Shelf
