"""Nothing that is committed knows this machine, or a registry."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, committed

# written so that this file does not find itself
REGISTRY = re.compile(
    rb"pythonho[s]ted|\bp[y]pi\.org|npm[j]s\.(?:org|com)|artifact[r]egistry|\bpkg[.]dev\b"
    rb"|^\s*(?:--)?(?:extra-)?index-ur[l]\s*[ =]\s*\S|\"resolve[d]\":",
    re.MULTILINE,
)
MACHINE = re.compile(rb"(?<![\w.$}~-])/(?:wor[k]|far[m]|home/[a-z]+|opt/whee[l]s|Users/[A-Z]\w*|t[m]p/\w+)(?:/|\b)")


def findings(text: bytes) -> Iterator[str]:
    for pattern in (REGISTRY, MACHINE):
        yield from (found.group().decode() for found in pattern.finditer(text))


def test_nothing_committed_holds_a_registrys_host_or_a_path_of_a_machine() -> None:
    # a picture's bytes say nothing; a lock, a script, a page may
    texts = (path for path in committed() if b"\0" not in (ROOT / path).read_bytes()[:4096])
    assert not [(path, found) for path in texts for found in findings((ROOT / path).read_bytes())]


@pytest.mark.parametrize(
    "text",
    [
        "https://files.pythonho" + "sted.org/a.whl",
        "see https://py" + "pi.org/simple",
        '"resolv' + 'ed": "somewhere"',
        "--index-ur" + "l https://mirror.example/simple",
        "cd /wor" + "k/main",
        "cat '/far" + "m/x'",
        "--log=/t" + "mp/x.log",
        "DIR=/home/" + "ani/omnix",
    ],
)
def test_what_knows_a_place_is_found(text: str) -> None:
    assert list(findings(text.encode()))


@pytest.mark.parametrize(
    "text",
    ["pip install --require-hashes", "npm ci", "at work/home", "docs/work/x", "$HOME/omnix", "/usr/lib", "a/network/b"],
)
def test_what_does_not_is_left_alone(text: str) -> None:
    assert not list(findings(text.encode()))
