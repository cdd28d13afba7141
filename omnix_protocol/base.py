"""The five ideas as base Structs; every subclass registers itself under its own name."""

from typing import Any, ClassVar

import msgspec

ENTITIES: dict[str, type["Entity"]] = {}
COMMANDS: dict[str, type["Command"]] = {}
QUERIES: dict[str, type["Query"]] = {}
PULSES: dict[str, type["Pulse"]] = {}


def _register(registry: dict[str, type[Any]], cls: type[Any]) -> None:
    # msgspec builds a slotted class twice under the same name and module; anything else is a clash.
    known = registry.get(cls.__name__)
    if known is not None and known.__module__ != cls.__module__:
        raise TypeError(f"{cls.__name__} is registered by {known.__module__} already")
    registry[cls.__name__] = cls


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of an entity, a command or an answer: immutable, compared by content."""


class Entity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A typed thing with an identity and its whole state; `version` starts at 1 and grows by 1."""

    id: str
    version: int

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(ENTITIES, cls)


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody asks to change; its id, actor and tenant travel in the envelope, never in here.

    One that only replaces a latest state (`remembered` false) keeps no result: run again, it does the same.
    """

    remembered: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(COMMANDS, cls)


class Query(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A read-only question; `answer` is the Struct that answers it. `audited` ones leave a trail."""

    answer: ClassVar[type[msgspec.Struct]]
    audited: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(QUERIES, cls)


class Pulse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What matters only now and is never stored."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(PULSES, cls)
