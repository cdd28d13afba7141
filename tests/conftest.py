"""What every test has: a Qt that needs no screen, and the fixtures of tests/support."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import virtual_screen as screens
from tests.support.nats import NatsServer, nats_server
from tests.support.postgres import Cluster, shared_cluster

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# a busy machine is no failure; what failed is printed so that it can be played again. What CI says of a change depends
# on the change: it plays the same examples each time, and people's machines search on
settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests are begun first, so that no worker is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of this test run."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def postgres(shared_folder: Path) -> Iterator[Cluster]:
    """A private PostgreSQL cluster, shared by the processes of this test run."""
    with shared_cluster(shared_folder) as cluster:
        yield cluster


@pytest.fixture
def postgres_dsn(postgres: Cluster) -> Iterator[str]:
    """A fresh, empty database for one test."""
    with postgres.database() as dsn:
        yield dsn


@pytest.fixture(scope="module")
def postgres_module_dsn(postgres: Cluster) -> Iterator[str]:
    """A fresh, empty database for the tests of one file."""
    with postgres.database() as dsn:
        yield dsn


@pytest.fixture(scope="session")
def nats_url() -> Iterator[str]:
    """A nats-server that stays up."""
    with nats_server() as server:
        yield server.url


@pytest.fixture
def nats() -> Iterator[NatsServer]:
    """A nats-server for one test, which may stop it and start it again."""
    with nats_server() as server:
        yield server


@pytest.fixture(scope="session")
def virtual_screen() -> Iterator[screens.Screen]:
    """A desktop for this test process; a test that needs one untouched makes its own."""
    with screens.virtual_screen() as screen:
        yield screen
