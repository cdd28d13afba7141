"""What a scripted person decided, written down before and after it was safe: the checker's side of the truth."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

Kind = Literal["drafting", "drafted", "deciding", "stored"]


class Decision(msgspec.Struct, frozen=True):
    """`drafting` and `deciding` are about to happen; `drafted` and `stored` are on the disk for certain."""

    kind: Kind
    conversation_id: str
    id: str = ""  # of the message or memo
    mode: str = "reply"
    text: str = ""


_decoder: Final = msgspec.json.Decoder(Decision)


class DecisionLog:
    """Appended line by line; what was written is there after kill -9."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, decision: Decision) -> None:
        os.write(self._file, msgspec.json.encode(decision) + b"\n")

    def close(self) -> None:
        os.close(self._file)


def read_log(path: Path) -> list[Decision]:
    if not path.exists():
        return []
    return [_decoder.decode(line) for line in path.read_bytes().splitlines() if line.endswith(b"}")]


def allowed_drafts(decisions: Iterable[Decision]) -> dict[tuple[str, str], set[str]]:
    """What may stand in each composer now: (conversation, mode) -> texts."""
    allowed: dict[tuple[str, str], set[str]] = {}
    for decision in decisions:
        key = (decision.conversation_id, decision.mode)
        texts = allowed.setdefault(key, {""})
        match decision.kind:
            case "drafting":
                texts.add(decision.text)
            case "drafted":
                allowed[key] = {decision.text}
            case "deciding":
                texts.add("")
            case "stored":
                allowed[key] = {""}
    return allowed


def sent(decisions: Iterable[Decision]) -> Iterator[tuple[Decision, bool]]:
    """Every decided message and memo in order, and whether it was stored for certain."""
    listed = list(decisions)
    stored = {decision.id for decision in listed if decision.kind == "stored"}
    for decision in listed:
        if decision.kind == "deciding":
            yield decision, decision.id in stored
