"""Reading and writing the golden files, and the examples that belong in them."""

import json
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from omnix_protocol import base, codec, frames
from omnix_protocol.ids import CommandId, CommitId
from omnix_protocol.scopes import Commit, Drop, Put
from tests.support.specimens import MOMENT, specimen

FOLDER: Final = Path(__file__).parent
NEWEST: Final = f"v{frames.VERSIONS[1]}"
Body = dict[str, Any]

COMMIT: Final = Commit(
    id=CommitId("0195568f-1c00-7000-8000-000000000001"),
    at=MOMENT,
    what="PickUp",
    command_id=CommandId("0195568f-1c00-7000-8000-000000000002"),
    actor="user:0195568f-1c00-7000-8000-000000000003",
    seqs={"agent:0195568f-1c00-7000-8000-000000000003": 4, "queue:0195568f-1c00-7000-8000-000000000004": 17},
    changes=(
        Put(
            type="Interaction",
            id="0195568f-1c00-7000-8000-000000000005",
            version=2,
            scopes=("agent:0195568f-1c00-7000-8000-000000000003",),
            body=msgspec.Raw(b'{"any":"body"}'),
        ),
        Drop(
            type="Interaction",
            id="0195568f-1c00-7000-8000-000000000005",
            scopes=("queue:0195568f-1c00-7000-8000-000000000004",),
        ),
    ),
)


def _kinds(section: str) -> dict[str, type[msgspec.Struct]]:
    registries: dict[str, Any] = {
        "entities": base.ENTITIES,
        "commands": base.COMMANDS,
        "queries": base.QUERIES,
        "pulses": base.PULSES,
        "answers": {query.answer.__name__: query.answer for query in base.QUERIES.values()},
        "client_frames": {kind.__name__: kind for kind in get_args(frames.ClientFrame)},
        "server_frames": {kind.__name__: kind for kind in get_args(frames.ServerFrame)},
    }
    found: dict[str, type[msgspec.Struct]] = registries[section]
    return {name: kind for name, kind in found.items() if kind.__module__.startswith("omnix_protocol")}


SECTIONS: Final = ("entities", "commands", "queries", "pulses", "answers", "client_frames", "server_frames")


def examples(section: str) -> dict[str, Body]:
    """Each kind with everything in it and with nothing that may be left out."""
    found: dict[str, Body] = {}
    for name, kind in sorted(_kinds(section).items()):
        if kind is frames.Batch:
            found["Batch.full"] = json.loads(codec.encode(frames.Batch(number=1, commits=(COMMIT,))))
            continue
        for form, full in (("full", True), ("least", False)):
            found[f"{name}.{form}"] = json.loads(codec.encode(specimen(kind, full=full)))
    return found


def kind_of(section: str, name: str) -> type[msgspec.Struct]:
    return _kinds(section)[name.partition(".")[0]]


def versions() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name.startswith("v"))


def read(version: str, section: str) -> dict[str, Body]:
    file = FOLDER / version / f"{section}.json"
    found: dict[str, Body] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found


def write(version: str, section: str, bodies: dict[str, Body]) -> None:
    text = json.dumps(dict(sorted(bodies.items())), indent=1, ensure_ascii=False)
    (FOLDER / version / f"{section}.json").write_text(text + "\n", "utf-8")
