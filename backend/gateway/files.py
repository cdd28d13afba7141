"""Attachments up and down: size, type and name are checked, bytes are streamed, whoever downloads must be entitled."""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote

import puremagic
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.asks import Asks
from backend.files import Files, TooLarge
from backend.gateway.http import Answer, Call, Operation
from backend.gateway.limit import Buckets
from backend.gateway.principal import Principal
from backend.store.files import FileRow
from backend.store.store import Store
from omnix_protocol import scopes
from omnix_protocol.conversations import Conversation
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import FileId, TenantId, new_id
from omnix_protocol.messages import Attachment
from omnix_protocol.people import Tenant

NAME_MAX: Final = 150
HEAD: Final = 4096
VISITOR_UPLOADS_PER_SECOND: Final = 0.1
VISITOR_UPLOADS_AT_ONCE: Final = 10
FALLBACK: Final = "application/octet-stream"
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_FORBIDDEN_NAME: Final = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_PROGRAM_ENDS: Final = tuple(
    f".{end}"
    for end in (
        *("exe", "dll", "msi", "com", "scr", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "lnk"),
        *("jar", "apk", "app", "sh", "cpl", "pif", "reg"),
    )
)
_PROGRAM_STARTS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_BY_SIGNATURE: Final = ("image/", "video/", "audio/", "application/pdf", "application/zip", "application/gzip")
"""Kinds whose first bytes say what they are: what claims to be one must look like one."""


class FileDoor:
    def __init__(self, store: Store, files: Files, asks: Asks, now: Callable[[], datetime], upload_bytes: int) -> None:
        self._store = store
        self._files = files
        self._asks = asks
        self._now = now
        self._upload_bytes = upload_bytes
        self._visitors = Buckets(VISITOR_UPLOADS_PER_SECOND, VISITOR_UPLOADS_AT_ONCE)

    def operations(self) -> list[Operation]:
        ranges = (("Range", "bytes=FIRST-LAST"),)
        headers = (
            ("X-File-Name", "the file's name, percent-encoded UTF-8"),
            ("Content-Type", "what the sender believes it to be"),
        )
        return [
            Operation(
                "POST",
                "/v1/files",
                "Upload.",
                self.upload,
                None,
                Attachment,
                visitors=True,
                raw=True,
                parameters=headers,
            ),
            Operation(
                "GET",
                "/v1/files/{id}",
                "Download, whole or a range.",
                self.download,
                visitors=True,
                parameters=ranges,
            ),
        ]

    async def upload(self, call: Call) -> Answer:
        who = call.principal
        if who.user_id is None and not self._visitors.take(str(who.actor), asyncio.get_running_loop().time()):
            return refused(Reason.TOO_MANY_REQUESTS, seconds=10)
        return await self.receive(who, call.request)

    async def receive(self, who: Principal, request: Request) -> Attachment | Refused:
        """The request's body as a file of this principal; also for visitors."""
        limit = await self._limit(who.tenant_id)
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > limit:
            return refused(Reason.ATTACHMENT_TOO_LARGE, limit=limit)
        return await self.keep(
            who.tenant_id,
            str(who.actor),
            unquote(request.headers.get("x-file-name", "")),
            request.headers.get("content-type", ""),
            request.stream(),
            limit,
        )

    async def keep(
        self, tenant_id: TenantId, owner: str, name: str, media_type: str, body: AsyncIterator[bytes], limit: int
    ) -> Attachment | Refused:
        """Store these bytes under a fresh id. Also for what a provider sent."""
        head, rest = await _head_of(body)
        clean = clean_name(name)
        kind = sniffed_type(head, media_type, clean)
        if kind is None:
            return refused(Reason.ATTACHMENT_TYPE, type=declared_type(media_type))
        file_id = FileId(new_id())
        digest = hashlib.sha256()

        async def noted() -> AsyncIterator[bytes]:
            async for chunk in rest:
                digest.update(chunk)
                yield chunk

        try:
            size = await self._files.put(_key(tenant_id, file_id), noted(), limit)
        except TooLarge:
            return refused(Reason.ATTACHMENT_TOO_LARGE, limit=limit)
        if size == 0:
            await self._files.delete(_key(tenant_id, file_id))
            return refused(Reason.INVALID_FIELD, field="body", detail="the file is empty")
        row = FileRow(file_id, clean, kind, size, digest.digest(), owner, self._now())
        try:
            await self._store.files.add(tenant_id, row)
        except BaseException:
            await self._files.delete(_key(tenant_id, file_id))
            raise
        return Attachment(file_id=file_id, name=clean, media_type=kind, size=size)

    async def download(self, call: Call) -> Answer:
        return await self.give(call.principal, FileId(call.path("id")), call.request)

    async def give(self, who: Principal, file_id: FileId, request: Request) -> Answer:
        """The file, whole or a range, if this principal may see it; otherwise it is not there."""
        row = await self._store.files.get(who.tenant_id, file_id)
        if row is None or not await self._may_see(who, row):
            return refused(Reason.NOT_FOUND, type="File")
        return self._response(who.tenant_id, row, request)

    async def _may_see(self, who: Principal, row: FileRow) -> bool:
        if row.owner == str(who.actor):
            return True
        if row.conversation_id is None:
            return False
        if who.actor.kind == "user":
            scope = scopes.conversation(row.conversation_id)
            return await self._asks.may_follow(who.tenant_id, who.actor, scope)
        async with self._store.read(who.tenant_id) as tx:
            conversation = await tx.get(Conversation, row.conversation_id)
        return conversation is not None and conversation.identity_id == who.actor.id

    def _response(self, tenant_id: TenantId, row: FileRow, request: Request) -> Response:
        tag = f'"{row.digest.hex()}"'
        headers = {
            "Content-Disposition": disposition(row.name),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Accept-Ranges": "bytes",
            "ETag": tag,
            "Cache-Control": "private, max-age=31536000, immutable",
        }
        asked = request.headers.get("range", "")
        if asked and request.headers.get("if-range", tag) == tag:
            span = byte_range(asked, row.size)
            if span is None:
                return Response(status_code=416, headers={"Content-Range": f"bytes */{row.size}"})
        else:
            span = (0, row.size)
        start, end = span
        headers["Content-Length"] = str(end - start)
        if (start, end) != (0, row.size) or (asked and request.headers.get("if-range", tag) == tag):
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{row.size}"
        status = 206 if "Content-Range" in headers else 200
        body = self._files.read(_key(tenant_id, row.id), start, end)
        return StreamingResponse(body, status, headers, row.media_type)

    async def _limit(self, tenant_id: TenantId) -> int:
        async with self._store.read(tenant_id) as tx:
            tenant = await tx.get(Tenant, tenant_id)
        own = tenant.rules.attachment_max_bytes if tenant is not None else self._upload_bytes
        return min(own, self._upload_bytes)


def clean_name(name: str) -> str:
    """A name that no system takes for a path or a command: the last part, without control characters, not too long."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = _FORBIDDEN_NAME.sub("_", name).strip(" .")
    if len(name) > NAME_MAX:
        stem, dot, end = name.rpartition(".")
        name = stem[: NAME_MAX - len(end) - 1] + dot + end if dot and len(end) <= 10 else name[:NAME_MAX]
    return name or "file"


def declared_type(media_type: str) -> str:
    plain = media_type.partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else FALLBACK


def sniffed_type(head: bytes, media_type: str, name: str) -> str | None:
    """What the bytes are, whatever they are called; None where they may not come in."""
    if head.startswith(_PROGRAM_STARTS) or name.lower().endswith(_PROGRAM_ENDS):
        return None
    declared = declared_type(media_type)
    try:
        found = puremagic.from_string(head, mime=True) or ""
    except (puremagic.PureError, ValueError):
        found = ""
    if declared.startswith(_BY_SIGNATURE):
        family = declared.partition("/")[0]
        if declared.startswith("application/"):
            return declared if found in (declared, "") and head.startswith(_SIGNATURES[declared]) else None
        return found if found.startswith(f"{family}/") else None
    return declared


_SIGNATURES: Final = {
    "application/pdf": (b"%PDF-",),
    "application/zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "application/gzip": (b"\x1f\x8b",),
}


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


def _key(tenant_id: TenantId, file_id: FileId) -> str:
    return f"{tenant_id}/{file_id}"


async def _head_of(body: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes, and everything from the beginning."""
    parts: list[bytes] = []
    size = 0
    async for chunk in body:
        parts.append(chunk)
        size += len(chunk)
        if size >= HEAD:
            break

    async def everything() -> AsyncIterator[bytes]:
        for part in parts:
            yield part
        async for chunk in body:
            yield chunk

    return b"".join(parts)[:HEAD], everything()
