"""`python -m scripts.protocol_reference`: docs/protocol-reference.md from the Structs of omnix_protocol themselves."""

import re
import sys
from collections.abc import Iterable
from inspect import getsource
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
from msgspec import inspect

from backend.channels.webchat.words import MailMe, OpenChat, Say, Seen
from omnix_protocol import base, channel_setup, errors, frames, sign_in, traffic
from omnix_protocol.scopes import Commit, Drop, Put

PLACE: Final = Path(__file__).parents[1] / "docs" / "protocol-reference.md"
INTRODUCTION: Final = """# Protocol reference

Every body on the wire, field by field; `protocol.md` says how they are used. Written from the code by
`python -m scripts.protocol_reference`, and checked by a test.

A field is *needed* where no default stands. Instants are ISO 8601 in UTC, dates `YYYY-MM-DD`. A reader passes over
fields that it does not know.
"""


def text() -> str:
    """The whole file."""
    parts = [
        INTRODUCTION,
    ]
    doors = [
        *(
            kind
            for module in (sign_in, channel_setup)
            for kind in vars(module).values()
            if _is_own(kind, module.__name__)
        ),
        traffic.RunAgain,
        traffic.RanAgain,
    ]
    for title, kinds in (
        ("Frames from the client", get_args(frames.ClientFrame)),
        ("Frames from the server", get_args(frames.ServerFrame)),
        ("Commits", (Commit, Put, Drop, errors.Refused)),
        ("Entities", _own(base.ENTITIES)),
        ("Commands", _own(base.COMMANDS)),
        ("Queries", _own(base.QUERIES)),
        ("Pulses", _own(base.PULSES)),
        ("Bodies of the HTTP doors", doors),
        ("A visitor's words", (OpenChat, Say, Seen, MailMe)),
    ):
        parts.append(f"\n## {title}\n")
        parts += [_struct(kind) for kind in kinds]
    parts.append(_nested())
    parts.append(_reasons())
    return "".join(parts)


def _own(registry: dict[str, Any]) -> list[Any]:
    return [kind for kind in registry.values() if kind.__module__.startswith("omnix_protocol")]


def _is_own(kind: Any, module: str) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__module__ == module


_mentioned: dict[str, type[msgspec.Struct]] = {}
_written: set[str] = set()


def _struct(kind: type[msgspec.Struct]) -> str:
    if kind.__name__ in _written:
        return ""
    _written.add(kind.__name__)
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    lines = [f"\n### {kind.__name__}\n"]
    own = kind.__dict__.get("__doc__")
    if own:
        lines.append(f"\n{' '.join(own.split())}\n")
    if info.tag is not None:
        lines.append(f'\n`"{info.tag_field}": "{info.tag}"`\n')
    answer = getattr(kind, "answer", None)
    if isinstance(answer, type):
        lines.append(f"\nAnswered by {_name(answer)}.\n")
    if info.fields:
        lines.append("\n| field | type | default |\n|---|---|---|\n")
        lines += [f"| `{field.encode_name}` | {_type(field.type)} | {_default(field)} |\n" for field in info.fields]
    return "".join(lines)


def _name(kind: type[msgspec.Struct]) -> str:
    _mentioned[kind.__name__] = kind
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _default(field: inspect.Field) -> str:
    if field.required:
        return "needed"
    value = field.default if field.default is not msgspec.NODEFAULT else None
    if field.default is msgspec.NODEFAULT:
        return "empty"
    if isinstance(value, msgspec.Struct):
        return "its own defaults"
    return f"`{msgspec.json.encode(value).decode()}`" if not isinstance(value, msgspec.Raw) else "`null`"


def _type(info: inspect.Type) -> str:
    match info:
        case inspect.Metadata():
            return _type(info.type)
        case inspect.StructType():
            return _name(info.cls)
        case inspect.EnumType():
            return " ".join(f"`{one.value}`" for one in info.cls)
        case inspect.UnionType():
            return " or ".join(_type(one) for one in info.types if not isinstance(one, inspect.CustomType | _UNSET))
        case inspect.VarTupleType() | inspect.TupleType() | inspect.DictType():
            return _several(info)
        case inspect.StrType() | inspect.IntType():
            return _bounded(info)
        case _:
            return _PLAIN.get(type(info), "any")


def _several(info: inspect.VarTupleType | inspect.TupleType | inspect.DictType) -> str:
    if isinstance(info, inspect.DictType):
        return f"object of {_type(info.value_type)} by {_type(info.key_type)}"
    if isinstance(info, inspect.TupleType):
        return f"array: {', '.join(_type(item) for item in info.item_types)}"
    most = f", at most {info.max_length}" if info.max_length else ""
    return f"array of {_type(info.item_type)}{most}"


def _bounded(info: inspect.StrType | inspect.IntType) -> str:
    if isinstance(info, inspect.IntType):
        low, high, words = info.ge, info.le, "integer"
    else:
        low, high, words = info.min_length, info.max_length, "text"
    bounds = (
        f" {low if low is not None else ''}…{high if high is not None else ''}" if (low, high) != (None, None) else ""
    )
    pattern = f" `{info.pattern}`".replace("|", "\\|") if isinstance(info, inspect.StrType) and info.pattern else ""
    return f"{words}{bounds}{pattern}"


_UNSET: Final = type(inspect.type_info(msgspec.UnsetType))
_PLAIN: Final[dict[type[inspect.Type], str]] = {
    inspect.BoolType: "true or false",
    inspect.FloatType: "number",
    inspect.NoneType: "null",
    inspect.DateTimeType: "instant",
    inspect.DateType: "date",
    inspect.RawType: "any JSON",
}


def _nested() -> str:
    """What stands inside the bodies above, until nothing new is named."""
    parts = ["\n## Parts\n"]
    while waiting := [kind for name, kind in sorted(_mentioned.items()) if name not in _written]:
        parts += [_struct(kind) for kind in waiting]
    return "".join(parts)


def _reasons() -> str:
    said = dict(re.findall(r'= "(\w+)"  # (?!noqa)(.+)', getsource(errors.Reason)))
    rows = [f"| `{reason.value}` | {said.get(reason.value, '')} |\n" for reason in errors.Reason]
    return "\n## Reasons\n\n| code | arguments |\n|---|---|\n" + "".join(rows)


def main(arguments: Iterable[str]) -> int:
    fresh = text()
    if "--check" in arguments:
        return int(PLACE.read_text("utf-8") != fresh)
    PLACE.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
