"""Text that every part can hold: what JSON can say and a database or an encoder cannot becomes U+FFFD, visibly."""

import json
import re
from typing import Any

import msgspec

_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNHELD = re.compile("[\x00\ud800-\udfff]")
MARK = "�"


def storable_text(text: str) -> str:
    """The text with each NUL and each lone half of a surrogate pair replaced by U+FFFD."""
    if _UNHELD.search(text) is None:
        return text
    return text.replace("\0", MARK).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def storable_value(value: Any) -> Any:
    """What JSON says, with `storable_text` done to every string in it. Raises RecursionError."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, list | tuple):
        return [storable_value(item) for item in value]
    if isinstance(value, dict):
        return {storable_value(key): storable_value(item) for key, item in value.items()}
    return value


def storable_body(body: bytes) -> bytes:
    """The JSON with `storable_text` done to every string in it; as it is where it is no JSON, or nothing is wrong."""
    if _SUSPECT.search(body) is None:
        return body
    try:
        return msgspec.json.encode(storable_value(json.loads(body)))
    except (ValueError, RecursionError):
        return body  # malformed: the decoder says how


def encode_storable(value: msgspec.Struct) -> bytes:
    """A Struct made from a provider's words as JSON, whatever halves of characters it holds."""
    try:
        return storable_body(msgspec.json.encode(value))
    except UnicodeEncodeError:
        return msgspec.json.encode(storable_value(msgspec.to_builtins(value)))
