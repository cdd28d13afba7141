"""Whatever stands in a webhook of WhatsApp: commands that can be stored, or one sentence why it cannot be read."""

import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.channels.base import Unreadable
from omnix_protocol.base import Command
from tests.backend.channels.whatsapp_samples import ACCOUNT, CHANNEL, change, webhook

KINDS = (
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive", "button", "order",
    "system", "reaction", "edit", "revoke", "unsupported", "request_welcome", "hologram",
)  # fmt: skip
STATES = ("sent", "delivered", "read", "played", "failed", "pending")

WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "\0", "\ud800", "a" * 400, "é" * 2_000, "2026", "-7", "../..", "wamid.X", "NaN"]),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), WORDS, st.integers(-(10**40), 10**40), st.floats(allow_nan=True, allow_infinity=True)
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=4,
)
INSIDE = (
    "body", "caption", "filename", "mime_type", "voice", "id", "latitude", "longitude", "name", "phones", "emails",
    "org", "type", "button_reply", "list_reply", "nfm_reply", "title", "description", "response_json", "payload",
    "text", "product_items", "quantity", "item_price", "message_id", "emoji", "original_message_id", "message",
    "wa_id", "user_id", "profile", "formatted_name", "company", "phone", "email",
)  # fmt: skip


def shaped(keys: tuple[str, ...], leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of the documented names, with any values."""
    return st.dictionaries(st.sampled_from(keys), leaf, max_size=4)


PART = shaped(INSIDE, ANYTHING)
CONTENT = st.one_of(
    shaped(INSIDE, st.one_of(ANYTHING, PART, st.lists(PART, max_size=3))),
    st.lists(shaped(INSIDE, st.one_of(ANYTHING, PART)), max_size=3),
    ANYTHING,
)
BESIDE = shaped(("from_user_id", "context", "referral", "errors", "group_id", "type", "id", "from"), ANYTHING)
OF_STATUS = shaped(("errors", "timestamp", "biz_opaque_callback_data", "pricing", "recipient_id"), ANYTHING)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    bare = {"from": draw(WORDS), "to": draw(WORDS), "id": draw(WORDS), "timestamp": draw(LEAVES), "type": kind}
    return {**bare, kind: draw(CONTENT), **draw(BESIDE)}


@st.composite
def statuses(draw: st.DrawFn) -> dict[str, Any]:
    return {"id": draw(WORDS), "status": draw(st.sampled_from(STATES)), **draw(OF_STATUS)}


CHANGES = st.builds(
    lambda field, contacts, said, states: change(
        field, contacts=contacts, messages=said, message_echoes=said, statuses=states
    ),
    st.sampled_from(["messages", "smb_message_echoes", "history"]),
    st.lists(st.one_of(shaped(("profile", "wa_id", "user_id"), CONTENT), ANYTHING), max_size=2),
    st.lists(st.one_of(messages(), ANYTHING), max_size=3),
    st.lists(st.one_of(statuses(), ANYTHING), max_size=2),
)


def parsed(body: bytes) -> list[Command]:
    """The commands, as they come back from where they are kept."""
    try:
        events = CHANNEL.parse(ACCOUNT, body)
    except Unreadable:
        return []
    kept = []
    for key, command in events:
        assert len(key) == 36
        again = msgspec.json.decode(msgspec.json.encode(command), type=type(command))
        assert again == command
        kept.append(command)
    return kept


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(CHANGES, max_size=2))
def test_any_value_in_the_documented_places_is_kept_or_told(changes: list[dict[str, Any]]) -> None:
    parsed(json.dumps(webhook(*changes)).encode())


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(ANYTHING, st.fixed_dictionaries({"object": st.just("whatsapp_business_account"), "entry": ANYTHING})))
def test_any_json_is_kept_or_told(value: Any) -> None:
    parsed(json.dumps(value).encode())


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_told(body: bytes) -> None:
    assert parsed(body) == []


def test_the_longest_of_everything_can_be_stored() -> None:
    long, card = "panjang " * 10_000, "kartu " * 400
    kinds: dict[str, Any] = {
        "text": {"body": long},
        "image": {"id": long, "caption": long, "mime_type": long},
        "document": {"id": "7", "filename": long},
        "location": {"latitude": 1, "longitude": 2, "name": long, "address": long},
        "contacts": [{"name": {"formatted_name": card}, "phones": [{"phone": card}] * 12}] * 22,
        "interactive": {"type": "list_reply", "list_reply": {"id": long, "title": long}},
        "order": {"text": long, "product_items": [{"product_retailer_id": card, "quantity": 10**50}] * 60},
        "hologram": {"caption": long},
    }
    said = [
        {"from": long, "id": f"{kind} {long}", "type": kind, kind: content, "referral": {"body": long}}
        for kind, content in kinds.items()
    ]
    contacts = [{"wa_id": long, "profile": {"name": long, "username": long}}]
    found = parsed(json.dumps(webhook(change(contacts=contacts, messages=said))).encode())
    assert len(found) == len(kinds)
