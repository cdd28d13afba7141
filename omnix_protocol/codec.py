"""Bytes to frames and bodies, and back; unknown types and values are said, never raised past this file's errors."""

from typing import Any, Final, TypeVar

import msgspec

from omnix_protocol.base import COMMANDS, ENTITIES, PULSES, QUERIES, Command, Entity, Pulse, Query
from omnix_protocol.frames import MAX_FRAME, MAX_SERVER_FRAME, ClientFrame, ServerFrame

S = TypeVar("S", bound=msgspec.Struct)
F = TypeVar("F")

_encoder: Final = msgspec.json.Encoder()
_client_frames: Final[msgspec.json.Decoder[ClientFrame]] = msgspec.json.Decoder(ClientFrame)
_server_frames: Final[msgspec.json.Decoder[ServerFrame]] = msgspec.json.Decoder(ServerFrame)
_decoders: Final[dict[type[Any], msgspec.json.Decoder[Any]]] = {}


class Malformed(ValueError):
    """The bytes are not what they should be; the text says where, in words fit for a log."""


class UnknownType(ValueError):
    """A well-formed envelope names a type or a frame that this release does not know."""


def encode(value: msgspec.Struct) -> bytes:
    """The value as JSON."""
    return _encoder.encode(value)


def raw(value: msgspec.Struct) -> msgspec.Raw:
    """The value encoded once, ready to stand in any envelope."""
    return msgspec.Raw(_encoder.encode(value))


def decode(data: bytes | str | msgspec.Raw, kind: type[S]) -> S:
    """Any Struct of this protocol. Raises Malformed."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        result: S = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Malformed(str(error)) from None
    return result


def client_frame(data: bytes | str) -> ClientFrame:
    """A frame that came from a client. Raises Malformed, also above MAX_FRAME bytes."""
    return _frame(data, _client_frames, MAX_FRAME)


def server_frame(data: bytes | str) -> ServerFrame:
    """A frame that came from a server. Raises Malformed, or UnknownType for a newer release's frame."""
    return _frame(data, _server_frames, MAX_SERVER_FRAME)


def _frame(data: bytes | str, decoder: msgspec.json.Decoder[F], limit: int) -> F:
    if len(data) > limit:
        raise Malformed(f"frame of {len(data)} bytes, at most {limit} are read")
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        if "Invalid value" in str(error) and str(error).endswith("`$.frame`"):
            raise UnknownType(str(error)) from None
        raise Malformed(str(error)) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Malformed(str(error)) from None


def entity(type_name: str, body: bytes | msgspec.Raw) -> Entity:
    """Raises UnknownType or Malformed; a client keeps the body as it is and reads it again after an upgrade."""
    return decode(body, _known(ENTITIES, type_name))


def command(type_name: str, body: bytes | msgspec.Raw) -> Command:
    """Raises UnknownType or Malformed."""
    return decode(body, _known(COMMANDS, type_name))


def query(type_name: str, body: bytes | msgspec.Raw) -> Query:
    """Raises UnknownType or Malformed."""
    return decode(body, _known(QUERIES, type_name))


def pulse(type_name: str, body: bytes | msgspec.Raw) -> Pulse:
    """Raises UnknownType or Malformed."""
    return decode(body, _known(PULSES, type_name))


def _known(registry: dict[str, type[S]], type_name: str) -> type[S]:
    kind = registry.get(type_name)
    if kind is None:
        raise UnknownType(type_name)
    return kind
