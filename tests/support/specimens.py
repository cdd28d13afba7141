"""One and the same example of any Struct: with everything in it, or with nothing that may be left out."""

from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from omnix_protocol.ids import derived_id

S = TypeVar("S", bound=msgspec.Struct)
MOMENT = datetime(2026, 3, 2, 12, 0, 30, 250_000, tzinfo=UTC)
PATTERNED = {
    r"^[^@\s]+@[^@\s]+$": "siti@samudra.example",
    r"^[a-z0-9][a-z0-9-]{1,38}$": "samudra",
    r"^[a-z0-9_-]{1,30}$": "salam",
}


def specimen(kind: type[S], *, full: bool, depth: int = 0) -> S:
    """The same each time; nested Structs are full as well, down to a depth."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    fields = [field for field in info.fields if field.required or (full and depth < 3)]
    return kind(**{field.name: _value(field.name, field.type, depth) for field in fields})


def _value(name: str, info: inspect.Type, depth: int) -> Any:
    match info:
        case inspect.Metadata() | inspect.UnionType():
            return _value(name, info.type if isinstance(info, inspect.Metadata) else info.types[0], depth)
        case inspect.StrType():
            return _text(name, info)
        case inspect.IntType():
            return max(info.ge if info.ge is not None else 1, 1)
        case inspect.EnumType():
            return next(iter(info.cls))
        case inspect.StructType():
            return specimen(info.cls, full=True, depth=depth + 1)
        case inspect.VarTupleType() | inspect.TupleType() | inspect.DictType():
            return _several(name, info, depth)
        case _:
            return _SIMPLE[type(info)]


def _several(name: str, info: inspect.VarTupleType | inspect.TupleType | inspect.DictType, depth: int) -> Any:
    if isinstance(info, inspect.DictType):
        return {_value(f"{name} key", info.key_type, depth): _value(name, info.value_type, depth)}
    items = [info.item_type] if isinstance(info, inspect.VarTupleType) else info.item_types
    return tuple(_value(name, item, depth) for item in items)


def _text(name: str, info: inspect.StrType) -> str:
    if info.pattern:
        return PATTERNED[info.pattern]
    if name == "id" or name.endswith(("_id", "_ids")):
        return derived_id("specimen", name)
    if name == "epoch":
        return "3f0c2f60-6f1f-4a2e-9a55-0c6a4b1d9e11"
    return f"{name} 🙏"[: info.max_length or 30].ljust(info.min_length or 0, "x")


_SIMPLE: dict[type[inspect.Type], Any] = {
    inspect.BoolType: True,
    inspect.FloatType: 12.5,
    inspect.NoneType: None,
    inspect.DateTimeType: MOMENT,
    inspect.DateType: date(1990, 12, 31),
    inspect.RawType: msgspec.Raw(b'{"any":"body"}'),
}
