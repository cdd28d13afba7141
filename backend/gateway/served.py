"""A stored file as an answer: whole or a range, always to be saved, never to be run as a page of ours."""

import re
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.files import Files
from backend.store.files import FileRow
from backend.store.keeping import key_of
from omnix_protocol.ids import TenantId

FOR_EVER: Final = "private, max-age=31536000, immutable"
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def file_response(
    files: Files, tenant_id: TenantId, row: FileRow, request: Request, *, cached: str = FOR_EVER
) -> Response:
    tag = f'"{row.digest.hex()}"'
    headers = {
        "Content-Disposition": disposition(row.name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Cache-Control": cached,
    }
    asked = request.headers.get("range", "")
    if asked and request.headers.get("if-range", tag) == tag:
        span = byte_range(asked, row.size)
        if span is None:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{row.size}"})
    else:
        asked, span = "", (0, row.size)
    start, end = span
    headers["Content-Length"] = str(end - start)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{row.size}"
    body = files.read(key_of(tenant_id, row.id), start, end)
    return StreamingResponse(body, 206 if asked else 200, headers, row.media_type)


def disposition(name: str) -> str:
    """Always an attachment: what a customer sent is never shown as a page of ours."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def byte_range(text: str, size: int) -> tuple[int, int] | None:
    """Start and end of the one range that is asked for; None where there are no such bytes."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    return (start, end) if start < end else None
