"""What Instagram tells of direct messages becomes what the agent sees: stories, shares, unsent messages."""

import json
from typing import Any

import pytest

from backend.channels.base import Unreadable
from backend.channels.instagram import Instagram
from omnix_protocol.content import Content, Source
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery, RecordReaction
from tests.backend.channels.meta import AT_MS, IG_ID, IGSID, commands, meta_account, received, the_one, webhook

CHANNEL = Instagram()
ACCOUNT = meta_account("instagram")
URL = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=17&signature=AYe"


def told(**item: Any) -> bytes:
    return webhook("instagram", item)


def message(**fields: Any) -> ReceiveMessage:
    return received(CHANNEL, ACCOUNT, told(message={"mid": "aWdf1"} | fields))


def test_a_text_arrives() -> None:
    command = message(text="Masih ada stok?")
    assert (command.text, command.sender.address, command.provider_id) == ("Masih ada stok?", IGSID, "aWdf1")


def test_a_story_that_mentions_us_is_kept_before_it_goes() -> None:
    command = message(attachments=[{"type": "story_mention", "payload": {"url": URL}}])
    assert command.content == Content(source=Source(kind="story_mention", url=URL))
    assert (command.shown_as, [file.reference for file in command.media]) == ("story_mention", [URL])


def test_an_answer_to_a_story_names_the_story() -> None:
    command = message(text="Bagus!", reply_to={"story": {"url": URL, "id": "1799"}})
    assert command.content == Content(source=Source(kind="story", url=URL))
    assert (command.text, command.reply_to, command.media) == ("Bagus!", "", ())


@pytest.mark.parametrize("kind", ["share", "ig_post", "ig_reel"])
def test_what_is_shared_comes_with_its_picture(kind: str) -> None:
    shared = {"type": kind, "payload": {"url": URL, "title": "Koleksi baru", "ig_post_media_id": "1813"}}
    command = message(attachments=[shared])
    assert command.content == Content(source=Source(kind="share", title="Koleksi baru", url=URL))
    assert [file.reference for file in command.media] == [URL]


def test_an_unsent_message_is_deleted_whatever_came_before_or_after() -> None:
    unsent = message(is_deleted=True)
    edited = received(CHANNEL, ACCOUNT, told(message_edit={"mid": "aWdf1", "text": "Halo", "num_edit": 5}))
    assert (unsent.shown_as, unsent.text, unsent.quiet) == ("deleted", "", True)
    assert unsent.revision > edited.revision > 0
    assert unsent.revision == AT_MS


def test_what_instagram_cannot_hand_on_is_shown_as_such() -> None:
    assert message(is_unsupported=True).shown_as == "unsupported"


def test_a_product_that_somebody_asks_about() -> None:
    command = message(text="Berapa?", referral={"product": {"id": "4567"}})
    assert command.content == Content(source=Source(kind="product", title="4567"))


def test_seen_names_the_message() -> None:
    command = the_one(CHANNEL, ACCOUNT, told(read={"mid": "aWdf9"}), RecordDelivery)
    assert (command.provider_id, command.state) == ("aWdf9", DeliveryState.READ)


def test_a_reaction() -> None:
    reaction = {"mid": "aWdf9", "action": "react", "reaction": "love", "emoji": "❤"}
    assert the_one(CHANNEL, ACCOUNT, told(reaction=reaction), RecordReaction).emoji == "❤"


def test_an_echo_is_ours_under_the_id_that_sending_gave_it() -> None:
    sides = {"sender": {"id": IG_ID}, "recipient": {"id": IGSID}}
    raw = webhook("instagram", sides | {"message": {"mid": "aWdf8", "is_echo": True, "text": "Ada, kak"}})
    command = received(CHANNEL, ACCOUNT, raw)
    assert (command.elsewhere, command.provider_id, command.sender.address) == (True, "aWdf8", IGSID)


def test_the_form_of_apps_with_instagram_login() -> None:
    value = {"sender": {"id": IGSID}, "recipient": {"id": IG_ID}, "timestamp": str(AT_MS)}
    value |= {"message": {"mid": "aWdf1", "text": "Halo"}}
    entry = {"id": IG_ID, "time": AT_MS, "field": "messages", "value": value}
    raw = json.dumps({"object": "instagram", "entry": [entry]}).encode()
    assert received(CHANNEL, ACCOUNT, raw).text == "Halo"


def test_comments_are_left_to_their_own_channel() -> None:
    value = {"id": "18", "text": "Halo", "from": {"id": "1", "username": "a"}, "media": {"id": "17"}}
    raw = webhook("instagram", {"field": "comments", "value": value}, under="changes")
    assert commands(CHANNEL, ACCOUNT, raw) == []


@pytest.mark.parametrize("raw", [b"{}", b'{"object": "page", "entry": []}', told(message={"is_deleted": True})])
def test_what_is_not_instagrams_is_said_so(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r".{10,300}\."):
        CHANNEL.parse(ACCOUNT, raw)
