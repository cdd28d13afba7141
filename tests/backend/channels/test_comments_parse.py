"""Comments of Facebook and Instagram, as their webhooks tell them, become conversations below a post."""

import json
from typing import Any

import pytest

from backend.channels.base import Unreadable
from backend.channels.facebook_comments import FacebookComments
from backend.channels.instagram_comments import InstagramComments
from omnix_protocol.content import Content, Source, Topic
from omnix_protocol.messages import ReceiveMessage
from tests.backend.channels.meta import IG_ID, IGSID, PAGE_ID, PSID, commands, meta_account, received, webhook

FACEBOOK, INSTAGRAM = FacebookComments(), InstagramComments()
PAGE, PROFESSIONAL = meta_account("fb_comment"), meta_account("ig_comment")
POST, COMMENT = f"{PAGE_ID}_55", "55_77"
LINK = "https://www.facebook.com/55"
SECONDS = 1_790_000_000


def feed(**value: Any) -> bytes:
    told = {
        "from": {"id": PSID, "name": "Sari Wulandari"}, "post_id": POST, "comment_id": COMMENT, "parent_id": POST,
        "created_time": SECONDS, "item": "comment", "verb": "add", "message": "Kapan buka?",
        "post": {"id": POST, "permalink_url": LINK, "status_type": "mobile_status_update", "is_published": True},
    } | value  # fmt: skip
    return webhook("page", {"field": "feed", "value": told}, under="changes")


def comment(**value: Any) -> ReceiveMessage:
    return received(FACEBOOK, PAGE, feed(**value))


def test_a_comment_is_its_authors_conversation_below_the_post() -> None:
    command = comment()
    assert (command.text, command.provider_id, command.thread_key) == ("Kapan buka?", COMMENT, POST)
    assert (command.sender.address, command.sender.name) == (PSID, "Sari Wulandari")
    assert (command.topic, command.content) == (Topic(url=LINK), Content(source=Source(kind="post", url=LINK)))
    assert (command.reply_handle, command.reply_to) == (COMMENT, "")


def test_an_answer_to_a_comment_names_it() -> None:
    assert comment(parent_id="55_66").reply_to == "55_66"


def test_a_picture_is_fetched_and_a_comment_of_a_sticker_alone_is_shown() -> None:
    picture = comment(photo="https://scontent.xx.fbcdn.net/p.jpg", message="")
    assert ([file.reference for file in picture.media], picture.shown_as) == (
        ["https://scontent.xx.fbcdn.net/p.jpg"],
        "comment",
    )


def test_changes_and_deletions_come_in_the_order_of_their_times() -> None:
    first, edited = comment(), comment(verb="edited", message="Kapan buka ya?")
    later = comment(verb="edited", message="Jam berapa?", created_time=SECONDS + 9)
    removed = comment(verb="remove", message=None, post=None)
    assert first.revision == 0 < edited.revision < removed.revision < later.revision
    assert (edited.text, removed.text, removed.shown_as, removed.quiet) == ("Kapan buka ya?", "", "deleted", True)
    assert {it.provider_id for it in (first, edited, later, removed)} == {COMMENT}


def test_our_own_comment_is_ours_from_elsewhere() -> None:
    command = comment(**{"from": {"id": PAGE_ID, "name": "Kami"}, "parent_id": "55_66", "comment_id": "55_78"})
    assert (command.elsewhere, command.reply_to, command.reply_handle) == (True, "55_66", "")


def test_a_comment_without_its_author_can_still_be_answered() -> None:
    command = comment(**{"from": None})
    assert (command.sender.address, command.reply_handle) == (COMMENT, COMMENT)


def test_what_a_visitor_posts_on_the_page_speaks_to_us() -> None:
    command = comment(item="status", comment_id=None, message="Halo, mau tanya")
    assert (command.provider_id, command.thread_key, command.text) == (POST, POST, "Halo, mau tanya")


@pytest.mark.parametrize(
    "value",
    [
        {"verb": "hide"},
        {"verb": "unhide"},
        {"item": "reaction", "reaction_type": "like"},
        {"item": "like"},
        {"item": "post", "from": {"id": PAGE_ID}},
        {"item": "something_of_next_year"},
    ],
)
def test_what_nobody_wrote_to_us_is_left_alone(value: dict[str, Any]) -> None:
    assert commands(FACEBOOK, PAGE, feed(**value)) == []


def test_messages_in_the_same_hook_are_left_to_messenger() -> None:
    assert commands(FACEBOOK, PAGE, webhook("page", {"message": {"mid": "m", "text": "Halo"}})) == []


def media_comment(field: str = "comments", /, **value: Any) -> bytes:
    told = {
        "from": {"id": IGSID, "username": "sari.w", "self_ig_scoped_id": "999"}, "id": "1801", "text": "Bagus 😍",
        "media": {"id": "1701", "media_product_type": "FEED"},
    } | value  # fmt: skip
    return webhook("instagram", {"field": field, "value": told}, under="changes")


def test_a_comment_on_instagram() -> None:
    command = received(INSTAGRAM, PROFESSIONAL, media_comment(parent_id="1800"))
    assert (command.text, command.provider_id, command.thread_key) == ("Bagus 😍", "1801", "1701")
    assert (command.sender.address, command.sender.name, command.sender.handle) == (IGSID, "sari.w", "sari.w")
    assert (command.reply_to, command.reply_handle, command.topic) == ("1800", "1801", None)
    assert command.content == Content(source=Source(kind="post", text="FEED"))


def test_a_comment_below_an_advertisement_and_one_in_a_live_video() -> None:
    media = {"id": "1702", "media_product_type": "AD", "ad_id": "6", "ad_title": "Diskon"}
    ad = received(INSTAGRAM, PROFESSIONAL, media_comment(media=media))
    assert (ad.topic, ad.content) == (
        Topic(title="Diskon"),
        Content(source=Source(kind="ad", title="Diskon", text="AD")),
    )
    live = received(INSTAGRAM, PROFESSIONAL, media_comment("live_comments"))
    assert live.content == Content(source=Source(kind="live", text="FEED"))


@pytest.mark.parametrize("writer", [{"id": IG_ID, "username": "kami"}, {"id": "999", "self_ig_scoped_id": "999"}])
def test_our_own_on_instagram_is_ours(writer: dict[str, str]) -> None:
    assert received(INSTAGRAM, PROFESSIONAL, media_comment(**{"from": writer})).elsewhere


def test_the_form_of_apps_with_instagram_login() -> None:
    payload = json.loads(media_comment())
    (change,) = payload["entry"][0].pop("changes")
    payload["entry"][0] |= change
    assert received(INSTAGRAM, PROFESSIONAL, json.dumps(payload).encode()).provider_id == "1801"


@pytest.mark.parametrize(
    "raw", [feed(comment_id=None), feed(post_id=None), b"{}", b'{"object": "instagram", "entry": []}']
)
def test_what_is_no_comment_of_facebook_is_said_so(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r".{10,300}\."):
        FACEBOOK.parse(PAGE, raw)


@pytest.mark.parametrize(
    "raw", [media_comment(id=None), media_comment(media={}), media_comment(**{"from": {}}), feed(), b"[]"]
)
def test_what_is_no_comment_of_instagram_is_said_so(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r".{10,300}\."):
        INSTAGRAM.parse(PROFESSIONAL, raw)
