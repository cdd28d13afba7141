"""Text that every part can hold: what JSON can say and a database or an encoder cannot becomes U+FFFD, visibly."""

import json
import re
from typing import Any

import msgspec

_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE = re.compile("[\x00\ud800-\udfff]")
MARK = "�"


def storable_text(text: str) -> str:
    """The text with each NUL and each half of a surrogate pair replaced by U+FFFD."""
    return _SURROGATE.sub(MARK, text)


def storable_body(body: bytes) -> bytes:
    """The JSON with `storable_text` done to every string in it; as it is where it is no JSON, or nothing is wrong."""
    if _SUSPECT.search(body) is None:
        return body
    try:
        return msgspec.json.encode(_clean(json.loads(body)))
    except (ValueError, RecursionError):
        return body  # malformed: the decoder says how


def encode_storable(value: msgspec.Struct) -> bytes:
    """A Struct made from a provider's words as JSON, whatever halves of characters it holds."""
    try:
        return storable_body(msgspec.json.encode(value))
    except UnicodeEncodeError:
        return msgspec.json.encode(_clean(msgspec.to_builtins(value)))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
