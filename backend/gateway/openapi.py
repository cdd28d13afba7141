"""OpenAPI 3.1, written from the table of operations and the Structs themselves."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from backend.gateway.http import Operation, RefusedBody
from omnix_protocol.base import COMMANDS, ENTITIES, QUERIES

TEMPLATE: Final = "#/components/schemas/{name}"


def document(operations: Iterable[Operation], version: str) -> bytes:
    """The whole document, with every command, query and entity among its schemas."""
    rows = list(operations)
    structs: list[Any] = [RefusedBody, *COMMANDS.values(), *QUERIES.values(), *ENTITIES.values()]
    structs += [query.answer for query in QUERIES.values()]
    structs += [kind for row in rows for kind in (row.body, row.answer) if kind is not None]
    unique = list(dict.fromkeys(structs))
    _, components = msgspec.json.schema_components(unique, ref_template=TEMPLATE)
    paths: dict[str, Any] = {}
    for row in rows:
        paths.setdefault(row.path.replace(":path", ""), {})[row.method.lower()] = _operation(row)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Omnix server", "version": version, "description": "See docs/protocol.md."},
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _operation(row: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {"default": {"description": "Refused.", "content": _json(RefusedBody)}}
    if row.answer is not None:
        answers["200"] = {"description": "Done.", "content": _json(row.answer)}
    elif row.method == "GET":
        answers["200"] = {"description": "The bytes.", "content": {"application/octet-stream": {}}}
    else:
        answers["204"] = {"description": "Done."}
    found: dict[str, Any] = {
        "summary": row.summary,
        "operationId": f"{row.method.lower()}{row.path.replace('/', '_').replace('{', '').replace('}', '')}",
        "responses": answers,
    }
    inside = [part[1:-1] for part in row.path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in inside]
    parameters += [
        {"name": name, "in": "header", "description": what, "schema": {"type": "string"}}
        for name, what in row.parameters
    ]
    if parameters:
        found["parameters"] = parameters
    if row.body is not None:
        found["requestBody"] = {"required": True, "content": _json(row.body)}
    elif row.raw:
        found["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    if not row.open:
        found["security"] = [{"token": []}]
    return found


def _json(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": TEMPLATE.format(name=kind.__name__)}}}
