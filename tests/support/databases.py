"""On which databases a test runs that needs one."""

import pytest

KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


def on_both(metafunc: pytest.Metafunc) -> None:
    """For a conftest's pytest_generate_tests: its tests that have a `database` run once on each."""
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", KINDS, indirect=True)
