"""Attachments up and down: size, type and name are checked, bytes are streamed, whoever downloads must be entitled."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.asks import Asks
from backend.files import Files, TooLarge
from backend.files.intake import Barred, Fault, Intake
from backend.files.links import FileLinks
from backend.files.names import clean_name
from backend.files.sniffing import declared_type
from backend.gateway.http import Answer, Call, Operation, as_response
from backend.gateway.limit import Buckets
from backend.gateway.principal import Principal
from backend.gateway.served import file_response
from backend.store.files import FileRow
from backend.store.keeping import Label, forget, keep, thumbnail_id
from backend.store.store import Store
from omnix_protocol import scopes
from omnix_protocol.conversations import Conversation
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import FileId, TenantId, new_id
from omnix_protocol.messages import Attachment
from omnix_protocol.people import Tenant

VISITOR_UPLOADS_PER_SECOND: Final = 0.1
VISITOR_UPLOADS_AT_ONCE: Final = 10


class FileDoor:
    def __init__(
        self,
        store: Store,
        files: Files,
        intake: Intake,
        asks: Asks,
        now: Callable[[], datetime],
        upload_bytes: int,
    ) -> None:
        self._store = store
        self._files = files
        self._intake = intake
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
            Operation(
                "GET",
                "/v1/files/{id}/thumbnail",
                "A picture, small; there is none of what is no picture.",
                self.thumbnail,
                visitors=True,
            ),
        ]

    async def upload(self, call: Call) -> Answer:
        who = call.principal
        if who.user_id is None and not self._visitors.take(str(who.actor), asyncio.get_running_loop().time()):
            return refused(Reason.TOO_MANY_REQUESTS, seconds=10)
        return await self._receive(who, call.request)

    async def _receive(self, who: Principal, request: Request) -> Attachment | Refused:
        """The request's body as a file of this principal; also for visitors."""
        limit = await self._limit(who.tenant_id)
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > limit:
            return refused(Reason.ATTACHMENT_TOO_LARGE, limit=limit)
        name = clean_name(unquote(request.headers.get("x-file-name", "")))
        label = Label(FileId(new_id()), name, str(who.actor), self._now())
        media_type = request.headers.get("content-type", "")
        try:
            return await self._keep(who, label, media_type, request.stream(), limit)
        except TooLarge:
            return refused(Reason.ATTACHMENT_TOO_LARGE, limit=limit)
        except Barred as barred:
            return _refusal(barred, media_type)

    async def _keep(
        self, who: Principal, label: Label, media_type: str, body: AsyncIterator[bytes], limit: int
    ) -> Attachment:
        """A visitor's file comes in as it is; what our own people bring is on its way out."""
        outbound = who.user_id is not None
        async with self._intake.taken(body, limit, media_type, label.name, outbound=outbound) as taken:
            try:
                return await keep(self._store, self._files, who.tenant_id, label, taken)
            except BaseException:
                await forget(self._files, who.tenant_id, label.file_id)
                raise

    async def download(self, call: Call) -> Answer:
        row = await self._seen(call)
        return row if isinstance(row, Refused) else self._given(call, row)

    async def thumbnail(self, call: Call) -> Answer:
        """Of a file that this principal may see."""
        row = await self._seen(call)
        if isinstance(row, Refused):
            return row
        small = await self._store.files.get(call.principal.tenant_id, thumbnail_id(row.id))
        return refused(Reason.NOT_FOUND, type="Thumbnail") if small is None else self._given(call, small)

    def _given(self, call: Call, row: FileRow) -> Response:
        return file_response(self._files, call.principal.tenant_id, row, call.request)

    async def _seen(self, call: Call) -> FileRow | Refused:
        """The file, if this principal may see it; otherwise it is not there."""
        row = await self._store.files.get(call.principal.tenant_id, FileId(call.path("id")))
        if row is None or not await self._may_see(call.principal, row):
            return refused(Reason.NOT_FOUND, type="File")
        return row

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

    async def _limit(self, tenant_id: TenantId) -> int:
        async with self._store.read(tenant_id) as tx:
            tenant = await tx.get(Tenant, tenant_id)
        own = tenant.rules.attachment_max_bytes if tenant is not None else self._upload_bytes
        return min(own, self._upload_bytes)


class LinkDoor:
    """GET /f/{token}: one file, for whoever was given the link while it holds."""

    def __init__(self, store: Store, files: Files, links: FileLinks) -> None:
        self._store = store
        self._files = files
        self._links = links

    def routes(self) -> list[Route]:
        return [Route("/f/{token}", self._file, methods=["GET"])]

    async def _file(self, request: Request) -> Response:
        named = self._links.read(str(request.path_params["token"]))
        row = await self._store.files.get(named.tenant_id, named.file_id) if named is not None else None
        if named is None or row is None:
            return as_response(refused(Reason.NOT_FOUND, type="File"))
        # Nobody in between keeps it for longer than the link holds.
        return file_response(self._files, named.tenant_id, row, request, cached="private, no-store")


def _refusal(barred: Barred, media_type: str) -> Refused:
    match barred.fault:
        case Fault.EMPTY:
            return refused(Reason.INVALID_FIELD, field="body", detail=barred.detail)
        case Fault.INFECTED:
            return refused(Reason.ATTACHMENT_INFECTED, name=barred.detail)
        case Fault.UNSCANNED:
            return refused(Reason.ATTACHMENT_UNSCANNED)
        case Fault.BROKEN:
            return refused(Reason.ATTACHMENT_BROKEN)
        case Fault.PROGRAM | Fault.MISMATCH:
            return refused(Reason.ATTACHMENT_TYPE, type=declared_type(media_type))
