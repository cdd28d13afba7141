"""Hypothesis strategies for any Struct of the protocol, read off its own type description."""

from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

S = TypeVar("S", bound=msgspec.Struct)

_text = st.text(st.characters(codec="utf-8"), max_size=30)
_moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001  # the strategy adds the zone
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def structs(kinds: tuple[type[S], ...]) -> st.SearchStrategy[S]:
    """Any instance of any of these Structs, every field within its declared bounds."""
    return st.sampled_from(kinds).flatmap(struct)


def struct(kind: type[S]) -> st.SearchStrategy[S]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    needed = {field.name: _value(field.type) for field in info.fields if field.required}
    other = {field.name: _value(field.type) for field in info.fields if not field.required}
    return st.fixed_dictionaries(needed, optional=other).map(lambda fields: kind(**fields))


def _number(info: inspect.IntType | inspect.FloatType) -> st.SearchStrategy[float]:
    if isinstance(info, inspect.FloatType):
        return st.floats(info.ge, info.le, allow_nan=False, allow_infinity=False)
    return st.integers(info.ge if info.ge is not None else -(2**31), info.le if info.le is not None else 2**31)


def _string(info: inspect.StrType) -> st.SearchStrategy[str]:
    if info.pattern:
        return st.from_regex(info.pattern, fullmatch=True).filter(lambda text: len(text) <= (info.max_length or 10**6))
    return st.text(st.characters(codec="utf-8"), min_size=info.min_length or 0, max_size=min(info.max_length or 30, 30))


def _items(info: inspect.VarTupleType) -> st.SearchStrategy[tuple[Any, ...]]:
    least = info.min_length or 0
    return st.lists(_value(info.item_type), min_size=least, max_size=max(least, min(info.max_length or 3, 3))).map(
        tuple
    )


_SIMPLE: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
    inspect.DateTimeType: _moments,
    inspect.DateType: st.dates(date(1900, 1, 1), date(2040, 1, 1)),
    inspect.DictType: st.dictionaries(_text, _text, max_size=3),
}


def _value(info: inspect.Type) -> st.SearchStrategy[Any]:
    match info:
        case inspect.Metadata():
            return _value(info.type)
        case inspect.StrType():
            return _string(info)
        case inspect.IntType() | inspect.FloatType():
            return _number(info)
        case inspect.EnumType():
            return st.sampled_from(list(info.cls))
        case inspect.StructType():
            return struct(info.cls)
        case inspect.VarTupleType():
            return _items(info)
        case inspect.UnionType():
            return st.one_of([_value(one) for one in info.types])
        case _:
            return _SIMPLE[type(info)]
