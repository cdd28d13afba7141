"""The virus scanner's hook: Debian's clamd for what it finds, a simulator for what goes wrong with it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from backend.files.scanning import Clamd, Clean, Infected, Unavailable, open_scanner
from tests.simulators.clamd import ClamdFault, ClamdSimulator
from tests.support.clamd import STREAM_MAX, VIRUS, VIRUS_NAME, RealClamd, clamd


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealClamd]:
    with clamd(tmp_path_factory.mktemp("clamd")) as running:
        yield running


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("kind", ["tcp", "unix"])
async def test_the_real_scanner_tells_the_virus_from_the_rest(real: RealClamd, kind: str) -> None:
    scanner = open_scanner(getattr(real, kind), 20)
    assert await scanner.scan(chunks(b"an ", b"invoice")) == Clean()
    assert await scanner.scan(chunks(b"x" * 200_000 + VIRUS[:5], VIRUS[5:])) == Infected(VIRUS_NAME)
    assert await scanner.scan(chunks()) == Clean()


async def test_what_the_real_scanner_will_not_read_counts_as_not_scanned_for_good(real: RealClamd) -> None:
    verdict = await Clamd(real.tcp, 20).scan(chunks(*[b"x" * 65536] * (STREAM_MAX // 65536 + 2)))
    assert isinstance(verdict, Unavailable)
    assert verdict.lasting


@pytest.mark.parametrize("fault", list(ClamdFault))
async def test_a_scanner_in_trouble_has_scanned_nothing_and_is_asked_again(fault: ClamdFault) -> None:
    async with ClamdSimulator(viruses={VIRUS: "Test"}).listening() as simulator:
        scanner = Clamd(simulator.address, 0.3 if fault is ClamdFault.SILENT else 20)
        simulator.faults.append(fault)
        verdict = await scanner.scan(chunks(VIRUS))
        assert isinstance(verdict, Unavailable)
        assert not verdict.lasting
        assert await scanner.scan(chunks(VIRUS)) == Infected("Test")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:/nowhere/clamd.sock", "tcp://name.invalid:3310"])
async def test_a_scanner_that_is_away_is_away(address: str) -> None:
    assert isinstance(await Clamd(address, 20).scan(chunks(b"x")), Unavailable)


async def test_without_a_scanner_everything_passes() -> None:
    assert await open_scanner("", 1).scan(chunks(VIRUS)) == Clean()
