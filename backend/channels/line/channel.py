"""LINE as a channel: its capabilities, its webhooks, its content host."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx

from backend.channels.base import (
    UNANSWERED,
    AccountView,
    BaseChannel,
    Download,
    Event,
    Fetch,
    MediaFault,
    Named,
    Outbound,
    Outcome,
    Rejected,
    Unknown,
    WebhookRequest,
    line,
    unanswered_media,
)
from backend.channels.line import asking, parsing, sending
from backend.channels.reading import word
from omnix_protocol.channels import Capabilities, ChannelGroup, MediaLimit, SettingField, TextUnit
from omnix_protocol.content import RemoteFile

MB = 1024 * 1024
SIGNATURE_HEADER = "x-line-signature"
NOT_YET_SECONDS = 5.0
"""LINE prepares videos and audio after it has told of them; the time is not documented."""


class Line(BaseChannel):
    """Conversations with one person; groups are conversations among others.

    LINE tells of no delivery and no reading, and takes a message to somebody who has blocked the account
    without a word.
    """

    kind = "line"
    name = "LINE"
    group = ChannelGroup.LIVE
    # https://developers.line.biz/en/reference/messaging-api/#message-objects
    capabilities = Capabilities(
        text_max=5000,
        text_unit=TextUnit.UTF16,
        attachments=True,
        attachments_max=sending.FILES_MAX,
        attachment_max_bytes=200 * MB,
        attachment_types=("image/jpeg", "image/png", "video/mp4", "audio/mpeg", "audio/mp4", "audio/x-m4a"),
        media_limits=(MediaLimit(types=("image/*",), max_bytes=10 * MB),),
        location=True,
        buttons_max=13,
        quotes=True,
        edits=True,
        names_on_request=True,
    )
    settings = (
        SettingField(
            name="channel_secret", label="Channel secret", secret=True, help="LINE Developers console, Basic settings."
        ),
        SettingField(
            name="access_token",
            label="Channel access token",
            secret=True,
            help="LINE Developers console, Messaging API, Channel access token (long-lived).",
        ),
        SettingField(
            name="video_preview_url",
            label="Picture shown before a video plays",
            required=False,
            help="An https address of a JPEG or PNG of at most 1 MB; without it no video can be sent.",
        ),
        SettingField(
            name="base_url", label="Address of the Messaging API", required=False, default=asking.DEFAULT_BASE
        ),
        SettingField(name="data_url", label="Address of LINE's content", required=False, default=asking.DEFAULT_DATA),
    )

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        """https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/"""
        secret = account.secrets.get("channel_secret", "")
        right = base64.b64encode(hmac.digest(secret.encode(), request.body, hashlib.sha256))
        given = request.headers.get(SIGNATURE_HEADER, "")
        return bool(secret) and hmac.compare_digest(given.encode(), right)

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return parsing.events(account, raw)

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return await sending.send(account, message, http)

    def open(
        self, account: AccountView, remote: RemoteFile, http: httpx.AsyncClient, fetch: Fetch
    ) -> AbstractAsyncContextManager[Download]:
        if remote.reference.startswith("https://"):  # sent with LIFF: somebody else's server has it
            return fetch(remote.reference)
        return _content(account, remote, http)

    async def person(self, account: AccountView, address: str, http: httpx.AsyncClient) -> Named | Outcome:
        """https://developers.line.biz/en/reference/messaging-api/#get-profile"""
        if not address.isalnum():
            return Rejected("This is no id of a user of LINE.")
        response = await asking.ask(account, http, "GET", f"/v2/bot/profile/{address}")
        if not isinstance(response, httpx.Response):
            return response
        if response.status_code == 404:  # who has blocked the account, or is its friend no more
            return Rejected("LINE does not tell who this is.")
        if response.status_code != 200:
            return asking.refusal(account, response)
        name = word(asking.answer_of(response), "displayName")
        return Named(name) if name else Unknown("LINE's answer names nobody.")

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        told = await asking.told(account, http, "GET", "/v2/bot/info")
        return line(f"{told.get('displayName', '')} ({told.get('basicId', '')})", 200)

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        await asking.told(account, http, "PUT", "/v2/bot/channel/webhook/endpoint", {"endpoint": hook_url})


@asynccontextmanager
async def _content(account: AccountView, remote: RemoteFile, http: httpx.AsyncClient) -> AsyncIterator[Download]:
    if not remote.reference.isalnum():
        raise MediaFault("This is no id of a message of LINE.", lasting=True)
    if asking.lacks_token(account):
        raise MediaFault(asking.NO_TOKEN)
    url = asking.address(account, f"/v2/bot/message/{remote.reference}/content", data=True)
    try:
        async with http.stream("GET", url, headers=asking.headers(account)) as response:
            if response.status_code == 202:
                raise MediaFault("LINE is still preparing it.", retry_after=NOT_YET_SECONDS)
            if response.status_code == 429:
                raise MediaFault("LINE asked to wait.", retry_after=asking.THROTTLED_SECONDS)
            if response.status_code in (404, 410):
                raise MediaFault("LINE does not have it any more: it was taken back, or is too old.", lasting=True)
            if response.status_code != 200:
                raise MediaFault(f"LINE answered {response.status_code}.")
            yield Download(response.aiter_bytes(), response.headers.get("content-type", ""), remote.name)
    except UNANSWERED as error:
        raise unanswered_media(error, "LINE") from None
