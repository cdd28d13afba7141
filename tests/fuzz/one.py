"""`python -m tests.fuzz.one WAY SECONDS FOLDER`: atheris on one parser; it keeps what it finds and goes on."""

import hashlib
import sys
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["backend.channels"]):
    from tests.fuzz.ways import Way, taken, ways

LONGEST = 16_384
"""Bytes of an input: the shape of webhooks is in their first few thousand."""


class Findings:
    """One file for each place at which something was raised, with the input that did it."""

    def __init__(self, way: Way, folder: Path) -> None:
        self._way, self._folder = way, folder
        self._seen: set[str] = set()

    def __call__(self, body: bytes) -> None:
        try:
            taken(self._way, body)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            if place not in self._seen:
                self._seen.add(place)
                self._keep(place, body)

    def _keep(self, place: str, body: bytes) -> None:
        name = hashlib.sha256(place.encode()).hexdigest()[:12]
        (self._folder / f"{name}.input").write_bytes(body)
        (self._folder / f"{name}.txt").write_text(f"{place}\n\n{traceback.format_exc()}")


def main() -> None:
    name, seconds, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    way = ways()[name]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for place, seed in enumerate(way.seeds):
        (corpus / f"seed-{place:03}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=2048"]
    atheris.Setup(
        ["fuzz", *limits, "-print_final_stats=1", f"-artifact_prefix={folder}/", str(corpus)],
        Findings(way, folder),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
