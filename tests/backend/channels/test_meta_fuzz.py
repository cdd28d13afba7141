"""Whatever stands in the documented envelopes of Meta: commands that can be stored, or Unreadable."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.channels.base import Channel, Unreadable
from backend.channels.facebook_comments import FacebookComments
from backend.channels.instagram import Instagram
from backend.channels.instagram_comments import InstagramComments
from backend.channels.messenger import Messenger
from tests.backend.channels.meta import IG_ID, PAGE_ID, meta_account

_odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60) | st.just("x" * 3000)
    | st.just(10**400) | st.just("\ud83d") | st.just("\0"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=3,
)  # fmt: skip
_id = st.sampled_from([PAGE_ID, IG_ID, "2462811000111", 17, "m_" + "9" * 400, ""]) | _odd
_side = st.fixed_dictionaries({}, optional={"id": _id, "user_ref": _odd, "username": _odd, "name": _odd})
_time = st.sampled_from([1_790_000_000_000, 1_790_000_000, "1527459824", -1, 10**30, 1e308]) | _odd


def _object(*required: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any of these fields, each with what is documented or with something odd; or something odd altogether."""
    return st.fixed_dictionaries(
        {name: fields[name] for name in required},
        optional={name: value | _odd for name, value in fields.items() if name not in required},
    )


_url = st.sampled_from(["https://scontent.xx.fbcdn.net/f.jpg", "ftp://x", "https://" + "a" * 3000]) | _odd
_place = _object(lat=st.floats(), long=st.floats() | st.integers())
_payload = _object(
    url=_url, title=st.text(), sticker_id=st.integers(), coordinates=_place, elements=st.lists(_odd, max_size=2)
)
_kinds = ["image", "sticker", "location", "fallback", "template", "story_mention", "share", "ig_reel", "new"]
_attachment = _object(type=st.sampled_from(_kinds), payload=_payload, title=st.text(), url=_url)
_referral = _object(ref=st.text(), source=st.just("ADS"), ads_context_data=_object(ad_title=st.text(), photo_url=_url))
_message = _object(
    mid=_id, text=st.text(), attachments=st.lists(_attachment, max_size=3), is_echo=st.booleans(), metadata=_id,
    quick_reply=_object(payload=st.text()), reply_to=_object(mid=_id, story=_object(url=_url)), referral=_referral,
    is_deleted=st.booleans(),
)  # fmt: skip
_control = _object(new_owner_app_id=_id, metadata=st.text())
_item = _object(
    sender=_side, recipient=_side, timestamp=_time, message=_message,
    message_edit=_object(mid=_id, text=st.text(), num_edit=st.integers() | st.text()),
    postback=_object(mid=_id, title=st.text(), payload=st.text(), referral=_referral), referral=_referral,
    reaction=_object(mid=_id, action=st.just("react"), emoji=st.text(), reaction=st.text()),
    delivery=_object(mids=st.lists(_id, max_size=3), watermark=_time), read=_object(mid=_id, watermark=_time),
    pass_thread_control=_control, take_thread_control=_control, request_thread_control=_control, news=_odd,
)  # fmt: skip
_value = _object(
    "item", "verb", "id", "media",
    item=st.sampled_from(["comment", "status", "reaction"]), verb=st.sampled_from(["add", "edited", "remove", "hide"]),
    comment_id=_id, post_id=_id, parent_id=_id, id=_id, message=st.text(), text=st.text(), photo=_url, video=_url,
    created_time=_time, post=_object(permalink_url=_url), media=_object(id=_id, ad_id=_id, ad_title=st.text()),
    **{"from": _side},
)  # fmt: skip
_change = _object(
    "field", field=st.sampled_from(["feed", "comments", "live_comments", "messages"]), value=_value | _item
)
_entry = _object(
    "id", id=st.sampled_from([PAGE_ID, IG_ID]), time=_time, messaging=st.lists(_item, max_size=2),
    standby=st.lists(_item, max_size=1), changes=st.lists(_change, max_size=2),
)  # fmt: skip


@pytest.mark.parametrize("channel", [Messenger(), Instagram(), FacebookComments(), InstagramComments()])
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries=st.lists(_entry, min_size=1, max_size=2))
def test_nothing_more_than_unreadable_happens(channel: Channel, entries: list[dict[str, Any]]) -> None:
    kind = "page" if channel.kind in ("messenger", "fb_comment") else "instagram"
    raw = json.dumps({"object": kind, "entry": entries}).encode()
    try:
        events = channel.parse(meta_account(channel.kind), raw)
    except Unreadable:
        return
    for _, command in events:
        assert msgspec.json.decode(msgspec.json.encode(command), type=type(command)) == command
