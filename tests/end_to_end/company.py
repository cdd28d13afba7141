"""A company that is open for business: a server process of its own on SQLite, its people, its channels."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend import accounts
from backend.app import assembled
from backend.cli import prepare
from backend.config import Data, Settings, SignIn
from omnix_protocol.catalogue import AddCategory
from omnix_protocol.ids import CategoryId, new_id
from tests.support.virtual_screen import end
from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

CODE = "samudra"
PASSWORD = "rahasia-sekali"
GROUP = "Layanan"
BACK_OFFICE = "Jaringan"
CATEGORY = ("Internet", "Gangguan", "Modem", "Panas", "Mulai ulang")  # a ticket takes the third, a case the last
PEOPLE = {"Ratna": "agent", "Kartini": "supervisor"}
CHEAP_HASHES = SignIn(hash_memory_kib=64, hash_rounds=1)


@dataclass(frozen=True)
class Company:
    """Where everything is; the server runs while it is open."""

    url: str
    chat_url: str

    def email(self, name: str) -> str:
        return f"{name.lower()}@{CODE}.example"


def webchat() -> accounts.NewAccount:
    return accounts.NewAccount(
        kind="webchat", name="Tanya Samudra", group=GROUP, settings={"title": "Tanya Samudra", "origins": "*"}
    )


@contextmanager
def open_company(folder: Path, channel: accounts.NewAccount, **settings: str) -> Iterator[Company]:
    """Founded and serving; `settings` are of the server's environment."""
    data = folder / "server"
    route = asyncio.run(_found(Settings(data=Data(folder=str(data)), sign_in=CHEAP_HASHES), channel))
    port = free_port()
    given = {
        "OMNIX_SERVER_PORT": str(port),
        "OMNIX_DATA_FOLDER": str(data),
        "OMNIX_SIGN_IN_HASH_MEMORY_KIB": "64",
        "OMNIX_SIGN_IN_HASH_ROUNDS": "1",
    }
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*DIES_WITH_US, sys.executable, "-m", "backend", "serve"],
            env=os.environ | given | settings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_until(lambda: server.poll() is not None or listening(port), "the server listens", 60)
            assert server.poll() is None, (folder / "server.log").read_text()
            url = f"http://127.0.0.1:{port}"
            yield Company(url, f"{url}/chat/{route}")
        finally:
            end(server)


async def _found(settings: Settings, channel: accounts.NewAccount) -> str:
    await prepare(settings)
    async with assembled(settings) as parts:
        await accounts.add_tenant(parts, CODE, "Samudra")
        for name, role in PEOPLE.items():
            person = accounts.NewUser(
                email=f"{name.lower()}@{CODE}.example", name=name, password=PASSWORD, role=role, groups=(GROUP,),
                must_change=False,
            )  # fmt: skip
            await accounts.add_user(parts, CODE, person)
        tenant_id = await accounts.tenant_of(parts, CODE)
        await accounts.group_of(parts, tenant_id, BACK_OFFICE)
        parent: CategoryId | None = None
        for name in CATEGORY:
            category_id = CategoryId(new_id())
            await accounts.run(parts, tenant_id, AddCategory(category_id=category_id, parent_id=parent, name=name))
            parent = category_id
        return await accounts.add_channel(parts, CODE, channel)
