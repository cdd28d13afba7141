"""The tests' own servers: fresh databases, a bus that can be stopped, nothing left behind."""

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from tests.support.nats import NatsServer
from tests.support.postgres import Cluster
from tests.support.waiting import listening, until, wait_until

pytestmark = [pytest.mark.postgres]


async def test_a_database_is_fresh_and_is_not_the_machines(postgres_dsn: str) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_stat_user_tables") == 0
        assert await connection.fetchval("SHOW fsync") == "off"
        assert await connection.fetchval("SHOW port") != "5432"
    finally:
        await connection.close()


def test_a_template_is_built_once_and_copied(postgres: Cluster) -> None:
    built = []

    def build(dsn: str) -> None:
        built.append(dsn)
        postgres.run("CREATE TABLE drawn (id int)", dsn.rpartition("/")[2])

    name = f"template_of_{os.getpid()}"
    for _ in range(2):
        postgres.template(name, build)
    with postgres.database(name) as dsn:
        assert postgres.run("SELECT count(*) FROM drawn", dsn.rpartition("/")[2]) == "0"
    assert len(built) == 1


def test_the_cluster_ends_with_its_last_holder_even_a_killed_one(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time\n"
        "from tests.support.postgres import shared_cluster\n"
        "with shared_cluster(pathlib.Path(sys.argv[1])) as cluster:\n"
        "    print(cluster.port, flush=True)\n"
        "    time.sleep(600)\n"
    )
    holders = [subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE) for _ in range(2)]
    ports = {int(holder.stdout.readline()) for holder in holders if holder.stdout}
    assert len(ports) == 1
    port = ports.pop()
    for holder in holders:
        assert listening(port)
        holder.kill()
        holder.communicate()
    wait_until(lambda: not listening(port), "the cluster has ended")


async def test_nats_can_be_stopped_and_comes_back_on_its_port(nats: NatsServer) -> None:
    url = nats.url
    port = int(url.rpartition(":")[2])
    nats.stop()
    await until(lambda: not listening(port), "the bus is off")
    nats.start()
    assert nats.url == url
