"""X as a channel: its capabilities, its challenge, its media."""

import base64
import hashlib
import hmac
import json
from contextlib import AbstractAsyncContextManager
from urllib.parse import parse_qs, urlsplit

import httpx

from backend.channels.base import (
    AccountView,
    Act,
    Answer,
    BaseChannel,
    Download,
    Event,
    Fetch,
    MediaFault,
    Outbound,
    Outcome,
    WebhookRequest,
    line,
)
from backend.channels.reading import string
from backend.channels.x import asking, oauth, parsing, registering, sending
from omnix_protocol.channels import Capabilities, ChannelGroup, MediaLimit, SettingField
from omnix_protocol.content import ActKind, RemoteFile

MB = 1024 * 1024
SIGNATURE_HEADER = "x-twitter-webhooks-signature"
SIGNED_HOSTS = frozenset({"ton.twitter.com", "ton.x.com"})
"""Where the pictures of direct messages lie: only these, and the account's own base_url, are sent our signature."""
PUBLIC_HOSTS = frozenset({"pbs.twimg.com", "video.twimg.com"})


class X(BaseChannel):
    """One app, one of its users. Messages and public talk come by the same webhook: X gives an app one or a few.

    A post may weigh less than a message may be long; that is said when it is sent. What we post in X itself is not
    shown here; messages that we write there are, once the app's id is entered.
    """

    kind = "x"
    name = "X"
    group = ChannelGroup.SOCIAL
    capabilities = Capabilities(
        text_max=sending.DM_TEXT_MAX,
        attachments=True,
        attachments_max=sending.FILES_MAX,
        attachment_max_bytes=512 * MB,
        attachment_types=("image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime"),
        media_limits=(
            MediaLimit(types=("image/gif",), max_bytes=15 * MB),
            MediaLimit(types=("image/*",), max_bytes=5 * MB),
        ),
        quotes=True,
        receipts=("sent", "read"),
        acts=(ActKind.DELETE, ActKind.HIDE, ActKind.UNHIDE, ActKind.BLOCK, ActKind.UNBLOCK),
        comments=True,
        private_reply=True,
    )
    settings = (
        SettingField(
            name="consumer_key", label="API key", secret=True, help="X Developer Console, the app's Keys and tokens."
        ),
        SettingField(name="consumer_secret", label="API key secret", secret=True),
        SettingField(
            name="access_token",
            label="Access token",
            secret=True,
            help="Of the user who answers, with the right to read, write and send direct messages.",
        ),
        SettingField(name="access_token_secret", label="Access token secret", secret=True),
        SettingField(
            name="user_id",
            label="Number of the user",
            required=False,
            help="Only where the access token does not begin with it.",
        ),
        SettingField(
            name="app_id",
            label="Number of the app",
            required=False,
            help="With it, messages that are written in X itself are shown here too.",
        ),
        SettingField(
            name=registering.API,
            label="Events come by",
            required=False,
            default=registering.ACCOUNT_ACTIVITY,
            choices=(registering.ACCOUNT_ACTIVITY, registering.ACTIVITY),
            help="account_activity: the Account Activity API; activity: the X Activity API, which follows it.",
        ),
        SettingField(name="base_url", label="Address of X's API", required=False, default=asking.DEFAULT_BASE),
    )

    def challenge(self, account: AccountView, request: WebhookRequest) -> Answer | None:
        """https://docs.x.com/x-api/webhooks/quickstart, the CRC check"""
        tokens = parse_qs(request.query).get("crc_token", ())
        secret = account.secrets.get("consumer_secret", "")
        if request.method != "GET" or not tokens or not secret:
            return None
        told = {"response_token": _signature(secret, tokens[0].encode("utf-8", "replace"))}
        return Answer(json.dumps(told).encode(), "application/json")

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        secret = account.secrets.get("consumer_secret", "")
        given = request.headers.get(SIGNATURE_HEADER, "")
        right = _signature(secret, request.body)
        return bool(secret) and hmac.compare_digest(given.encode(), right.encode())

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return parsing.events(account, raw)

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        return await sending.send(account, message, http)

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        return await sending.act(account, act, http)

    def open(
        self, account: AccountView, remote: RemoteFile, http: httpx.AsyncClient, fetch: Fetch
    ) -> AbstractAsyncContextManager[Download]:
        """Pictures of direct messages are read with our signature, which goes to X's hosts and to no other."""
        url = remote.reference
        try:
            parts = urlsplit(url)
            ours = urlsplit(account.settings.get("base_url") or asking.DEFAULT_BASE)
        except ValueError:
            raise MediaFault("This is no address of a file of X.", lasting=True) from None
        at_home = parts.netloc == ours.netloc and ours.hostname is not None
        if not at_home and (parts.scheme != "https" or parts.netloc not in SIGNED_HOSTS | PUBLIC_HOSTS):
            raise MediaFault("This file does not lie with X.", lasting=True)
        if parts.netloc in PUBLIC_HOSTS:
            return fetch(url)
        return fetch(url, headers={"Authorization": oauth.authorization(account, "GET", url)})

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        data = await asking.told(account, http, "GET", "/2/users/me")
        return line(f"{string(data, 'name')} (@{string(data, 'username')})", 200)

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        await registering.register(account, hook_url, http)


def _signature(secret: str, body: bytes) -> str:
    return f"sha256={base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()}"
