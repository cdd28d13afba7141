"""The time shown is the server's, whatever this machine's clock says."""

from datetime import UTC, datetime

from omnix_desktop.clock import ServerClock


def test_before_hello_the_machines_own_time_is_shown() -> None:
    assert abs((ServerClock().now() - datetime.now(UTC)).total_seconds()) < 1


def test_after_hello_the_servers_time_is_shown() -> None:
    clock = ServerClock()
    clock.hello(1_000_000.0, round_trip=0.5)
    assert 1_000_000.25 <= clock.seconds() < 1_000_001.25


def test_time_is_aware_and_never_runs_backwards() -> None:
    clock = ServerClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second
