"""Meta's webhooks are taken when Meta sent them, and the handshake is answered when it is ours."""

import dataclasses
import hashlib
import hmac
import json
from typing import Any

import pytest

from backend.channels import CHANNELS
from backend.channels.base import Answer, Sharing, WebhookRequest
from backend.channels.messenger import Messenger
from backend.channels.reading import object_of
from tests.backend.channels.meta import meta_account
from tests.backend.channels.whatsapp_samples import ACCOUNT, APP_SECRET, CHANNEL, PHONE_ID, VERIFY_TOKEN

WABA = "whatsapp_business_account"
BODY = b'{"object":"whatsapp_business_account","entry":[],"name":"S\\u00e1ri \\/ \xc3\xa9"}'


def signature(body: bytes = BODY, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def hook(header: str | None, body: bytes = BODY) -> WebhookRequest:
    return WebhookRequest({} if header is None else {"x-hub-signature-256": header}, body)


def asked(query: str, method: str = "GET") -> WebhookRequest:
    return WebhookRequest({}, b"", query, method)


def test_what_meta_signed_is_taken() -> None:
    assert CHANNEL.verify(ACCOUNT, hook(signature()))
    assert CHANNEL.kept(ACCOUNT, hook(signature())) == BODY


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        signature().removeprefix("sha256="),
        signature(secret="another"),
        signature(BODY + b" "),
        signature().replace("sha256", "sha1"),
        "sha256=" + "ü" * 64,
        signature()[:-1],
    ],
)
def test_what_anybody_else_sent_is_not(header: str | None) -> None:
    assert not CHANNEL.verify(ACCOUNT, hook(header))


def test_one_changed_byte_breaks_the_signature() -> None:
    assert not CHANNEL.verify(ACCOUNT, hook(signature(), BODY.replace(b"entry", b"entrY")))


def test_without_an_app_secret_nothing_is_taken() -> None:
    bare = dataclasses.replace(ACCOUNT, secrets={"verify_token": ""})
    assert not CHANNEL.verify(bare, hook(signature(secret="")))
    assert CHANNEL.challenge(bare, asked("hub.mode=subscribe&hub.verify_token=&hub.challenge=7")) is None


def test_the_handshake_is_answered_with_the_challenge() -> None:
    query = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={VERIFY_TOKEN}"
    assert CHANNEL.challenge(ACCOUNT, asked(query)) == Answer(b"1158201444")


@pytest.mark.parametrize(
    ("query", "method"),
    [
        ("hub.mode=subscribe&hub.challenge=7&hub.verify_token=wrong", "GET"),
        ("hub.mode=subscribe&hub.challenge=7", "GET"),
        (f"hub.mode=unsubscribe&hub.challenge=7&hub.verify_token={VERIFY_TOKEN}", "GET"),
        (f"hub.mode=subscribe&hub.challenge=7&hub.verify_token={VERIFY_TOKEN}", "POST"),
        ("", "GET"),
        ("hub.mode=subscribe&hub.verify_token=%ff%fe", "GET"),
    ],
)
def test_a_stranger_is_not(query: str, method: str) -> None:
    assert CHANNEL.challenge(ACCOUNT, asked(query, method)) is None


@pytest.mark.parametrize(
    ("kind", "entry", "named"),
    [
        ("page", {"messaging": []}, {("messenger", "1")}),
        ("page", {"standby": []}, {("messenger", "1")}),
        ("page", {"changes": [{"field": "messages", "value": {"recipient": {"id": "1"}}}]}, {("messenger", "1")}),
        ("page", {"changes": [{"field": "feed", "value": {}}]}, {("fb_comment", "1")}),
        ("page", {"changes": [{"field": "ratings", "value": {}}]}, set()),
        ("instagram", {"field": "comments", "value": {}}, {("ig_comment", "1")}),
        ("instagram", {"messaging": [], "changes": [{"field": "live_comments", "value": {}}]},
         {("instagram", "1"), ("ig_comment", "1")}),
        (WABA, {"changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": "5"}}}]},
         {("whatsapp", "5")}),
        (WABA, {"changes": [{"field": "account_update", "value": {}}]}, set()),
        ("user", {"messaging": []}, set()),
        (["page"], {"messaging": 5, "changes": {}}, set()),
    ],
)  # fmt: skip
def test_a_webhook_names_the_accounts_that_it_is_for(
    kind: object, entry: dict[str, Any], named: set[tuple[str, str]]
) -> None:
    body = json.dumps({"object": kind, "entry": [{"id": "1"} | entry, 5]}).encode()
    sharing = [it for it in CHANNELS if isinstance(it, Sharing)]
    told = {(it.kind, key) for it in sharing for key in it.addressees(object_of(body)) if key}
    assert told == named


def test_an_account_is_known_by_the_id_that_was_entered() -> None:
    assert CHANNEL.known_as(ACCOUNT) == PHONE_ID
    assert Messenger().known_as(meta_account("messenger", page_id=" 100 ")) == "100"
