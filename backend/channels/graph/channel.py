"""What a channel at Meta answers alike: the webhooks' handshake and signature, files behind a link.

Source: Meta's "Webhooks: getting started" (verification requests, validating payloads).
"""

import hashlib
import hmac
from contextlib import AbstractAsyncContextManager
from urllib.parse import parse_qs

import httpx

from backend.channels.base import AccountView, Answer, BaseChannel, Download, Fetch, WebhookRequest
from backend.channels.graph.settings import APP_SECRET, VERIFY_TOKEN, our_id, secret
from omnix_protocol.channels import SettingField
from omnix_protocol.content import RemoteFile


class GraphChannel(BaseChannel):
    """What is the same for every product: the handshake, the signature, one address for all of an app, files.

    `identity` is the setting by which Meta names an account; what of a webhook is its own, each product says.
    """

    identity: SettingField

    def challenge(self, account: AccountView, request: WebhookRequest) -> Answer | None:
        asked = {key: values[-1] for key, values in parse_qs(request.query).items()}
        token = secret(account, VERIFY_TOKEN)
        if request.method != "GET" or asked.get("hub.mode") != "subscribe" or not token:
            return None
        given = asked.get("hub.verify_token", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), token.encode("utf-8", "replace")):
            return None
        return Answer(asked.get("hub.challenge", "").encode("utf-8", "replace"))

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        key = secret(account, APP_SECRET)
        given = request.headers.get("x-hub-signature-256", "")
        right = "sha256=" + hmac.new(key.encode("utf-8", "replace"), request.body, hashlib.sha256).hexdigest()
        return bool(key) and hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())

    def known_as(self, account: AccountView) -> str:
        return our_id(account, self.identity)

    def open(
        self, account: AccountView, remote: RemoteFile, http: httpx.AsyncClient, fetch: Fetch
    ) -> AbstractAsyncContextManager[Download]:
        return fetch(remote.reference)
