"""A channel of the tests' own whose messages bring files: from a provider over HTTP, or inside what it sent."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.channels.base import (
    AccountView,
    BaseChannel,
    Download,
    Event,
    Fetch,
    MediaFault,
    Outbound,
    Outcome,
    Sent,
    event_id,
)
from omnix_protocol.channels import Capabilities, ChannelGroup
from omnix_protocol.content import RemoteFile
from omnix_protocol.messages import ReceiveMessage, Sender


class FileChannel(BaseChannel):
    """`raw` is JSON: {"id", "files": [RemoteFile as a dict], "parts": {reference: base64}}."""

    kind = "berkas"
    name = "Berkas"
    group = ChannelGroup.LIVE
    capabilities = Capabilities(text_max=1000, attachments=True)
    settings = ()

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        told = json.loads(raw)
        command = ReceiveMessage(
            channel_account_id=account.id,
            provider_id=told["id"],
            sender=Sender(address="sari", name="Sari"),
            revision=told.get("revision", 0),
            shown_as=told.get("shown_as", ""),
            text="lihat berkas",
            media=tuple(RemoteFile(**it) for it in told.get("files", ())),
        )
        return [(event_id(account.id, "message", told["id"], told.get("revision", 0)), command)]

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return Sent("x")

    def part(self, account: AccountView, raw: bytes, reference: str) -> Download:
        parts = json.loads(raw).get("parts", {})
        if reference not in parts:
            raise MediaFault("There is no such part.", lasting=True)

        async def whole() -> AsyncIterator[bytes]:
            yield base64.b64decode(parts[reference])

        return Download(whole(), "", "")

    @asynccontextmanager
    async def open(
        self, account: AccountView, remote: RemoteFile, http: httpx.AsyncClient, fetch: Fetch
    ) -> AsyncIterator[Download]:
        if remote.reference.startswith("crash"):
            raise KeyError(remote.reference)
        async with fetch(remote.reference, headers={"Authorization": "Bearer kunci"}) as download:
            yield download


@dataclass
class FileHost:
    """The provider's files by path, and answers to come before the right one."""

    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    faults: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path}", self._file)])

    def put(self, path: str, data: bytes, media_type: str, **more: Any) -> dict[str, Any]:
        """The file is there; the answer names it as a channel would."""
        self.files[path] = data, media_type
        return {"reference": f"{self.address}/{path}?token=rahasia", "name": path, "media_type": media_type} | more

    async def _file(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.asked.append(path)
        if request.headers.get("authorization") != "Bearer kunci":
            return Response(status_code=401)
        if self.faults.get(path):
            status, headers = self.faults[path].pop(0)
            return Response(status_code=status, headers=headers)
        if path not in self.files:
            return Response(status_code=404)
        data, media_type = self.files[path]
        return Response(data, media_type=media_type)
