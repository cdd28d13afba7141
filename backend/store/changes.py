"""What a handler wants written, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from omnix_protocol.base import Entity
from omnix_protocol.ids import CommandId, CommitId

Key = tuple[str, str]
"""(type, id) of an entity."""


@dataclass(frozen=True, slots=True)
class PutEntity:
    """A new version of an entity. It also reaches every scope that holds the entity already; `scopes` may add some."""

    entity: Entity
    scopes: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)  # what the row holds beside the entity: load_limit

    @property
    def key(self) -> Key:
        return type(self.entity).__name__, self.entity.id


@dataclass(frozen=True, slots=True)
class DropEntity:
    """The entity leaves these scopes. Its row stays, so that its versions keep growing should it come back."""

    type: str
    id: str
    scopes: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.type, self.id


Change = PutEntity | DropEntity


@dataclass(frozen=True, slots=True)
class NewJob:
    """Something to do later, made in the same transaction. A due job of the same kind and key is replaced."""

    kind: str
    payload: bytes  # JSON of ids, never a customer's words: jobs stand outside row-level security
    run_at: datetime | None = None  # None: at once
    key: str | None = None


@dataclass(frozen=True, slots=True)
class CommitMeta:
    """What a commit says about itself."""

    at: datetime
    what: str  # the command's type
    command_id: CommandId
    actor: str


@dataclass(frozen=True, slots=True)
class NewCommit:
    """What one command changes, and what is to be done after it."""

    meta: CommitMeta
    changes: Sequence[Change]
    jobs: Sequence[NewJob] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """The commit, or None where nothing changed; the new heads of the scopes that grew."""

    commit_id: CommitId | None = None
    heads: dict[str, int] = field(default_factory=dict)
