"""What Messenger tells, in the forms of Meta's reference, becomes what the agent sees."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.channels.base import Answer, Unreadable, WebhookRequest
from backend.channels.messenger import Messenger
from omnix_protocol.content import Content, Location, Source
from omnix_protocol.ids import MessageId, new_id
from omnix_protocol.messages import (
    DeliveryState,
    ReceiveMessage,
    RecordDelivery,
    RecordReaction,
    RecordSeen,
)
from tests.backend.channels.meta import AT_MS, PAGE_ID, PSID, commands, meta_account, received, the_one, webhook

CHANNEL = Messenger()
ACCOUNT = meta_account("messenger", app_id="1517776481860111")
URL = "https://scontent.xx.fbcdn.net/v/t1/f.jpg?oh=1"


def told(**item: Any) -> bytes:
    return webhook("page", item)


def message(**fields: Any) -> ReceiveMessage:
    return received(CHANNEL, ACCOUNT, told(message={"mid": "m_1"} | fields))


def attachment(kind: str, **payload: Any) -> dict[str, Any]:
    return {"type": kind, "payload": payload}


def test_a_text_arrives_with_who_wrote_it_and_when() -> None:
    command = message(text="Halo, pesanan saya belum sampai 🙏")
    assert (command.text, command.shown_as, command.provider_id) == ("Halo, pesanan saya belum sampai 🙏", "", "m_1")
    assert (command.sender.address, command.thread_key, command.content) == (PSID, "", None)
    assert command.provider_at == datetime.fromtimestamp(AT_MS / 1000, UTC)
    assert (command.quiet, command.elsewhere) == (False, False)


def test_an_answer_names_its_question_and_a_quick_reply_its_choice() -> None:
    command = message(text="Ya", reply_to={"mid": "m_0", "is_self_reply": False}, quick_reply={"payload": "YES"})
    assert (command.reply_to, command.content) == ("m_0", Content(chosen="YES"))


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file", "sticker"])
def test_files_are_left_to_be_fetched(kind: str) -> None:
    command = message(attachments=[attachment(kind, url=URL)])
    (file,) = command.media
    assert (command.shown_as, command.text, file.reference, file.inside) == (kind, "", URL, False)


def test_several_files_and_a_text_are_one_message() -> None:
    command = message(text="Ini fotonya", attachments=[attachment("image", url=URL + str(n)) for n in range(3)])
    assert [file.reference[-1] for file in command.media] == ["0", "1", "2"]
    assert command.text == "Ini fotonya"


def test_a_sticker_that_comes_twice_is_one() -> None:
    both = [
        attachment("image", url=URL, sticker_id=369239263222822),
        attachment("sticker", url=URL, sticker_id=369239263222822),
    ]
    command = message(attachments=both)
    assert (command.shown_as, len(command.media)) == ("sticker", 1)


def test_a_place_is_a_place() -> None:
    place = {"title": "Kantor", "type": "location", "payload": {"coordinates": {"lat": -6.2, "long": 106.8}}}
    command = message(attachments=[place])
    assert command.content == Content(location=Location(latitude=-6.2, longitude=106.8, name="Kantor"))
    assert (command.shown_as, command.text) == ("location", "Kantor")


@pytest.mark.parametrize(
    ("shared", "title", "url"),
    [
        ({"type": "fallback", "title": "Berita", "url": "https://example.com/a", "payload": None}, "Berita", "https://example.com/a"),
        (attachment("fallback", title="Berita", url="https://example.com/b"), "Berita", "https://example.com/b"),
        (attachment("template", template_type="generic", elements=[{"title": "Sepatu"}]), "Sepatu", ""),
        (attachment("template", product={"elements": [{"id": "1", "title": "Tas"}]}), "Tas", ""),
        (attachment("reel", url="https://www.facebook.com/reel/1", title="Video", reel_video_id=1), "Video", "https://www.facebook.com/reel/1"),
        (attachment("post", url="https://www.facebook.com/p/1"), "", "https://www.facebook.com/p/1"),
    ],
)  # fmt: skip
def test_what_is_shared_is_a_source_and_no_file(shared: dict[str, Any], title: str, url: str) -> None:
    command = message(attachments=[shared])
    assert command.content is not None
    assert command.content.source == Source(kind="share", title=title, url=url)
    assert (command.media, command.shown_as, command.text) == ((), shared["type"], title)


@pytest.mark.parametrize("fields", [{}, {"is_unsupported": True}, {"something_of_next_year": {}}])
def test_a_message_that_says_nothing_we_know_is_shown_as_such(fields: dict[str, Any]) -> None:
    assert message(**fields).shown_as == "unsupported"


def test_a_postback_is_the_button_that_was_pressed() -> None:
    referral = {"ref": "promo", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    pressed = {"mid": "m_2", "title": "Mulai", "payload": "GET_STARTED", "referral": referral}
    command = received(CHANNEL, ACCOUNT, told(postback=pressed))
    assert (command.provider_id, command.text) == ("m_2", "Mulai")
    assert command.content == Content(chosen="GET_STARTED", source=Source(kind="link", text="promo"))


def test_the_dashboards_form_of_an_event_is_read_too() -> None:
    value = {"sender": {"id": PSID}, "recipient": {"id": PAGE_ID}, "timestamp": "1527459824"}
    value |= {"postback": {"title": "Mulai", "payload": "GO"}}
    command = received(
        CHANNEL, ACCOUNT, webhook("page", {"field": "messaging_postbacks", "value": value}, under="changes")
    )
    assert (command.text, command.provider_id) == ("Mulai", f"postback:{PSID}:1527459824")
    assert command.provider_at == datetime.fromtimestamp(1527459824, UTC)


def test_an_advertisement_that_brought_somebody_is_noted() -> None:
    ad = {"ad_title": "Diskon", "photo_url": "https://example.com/p.jpg", "post_id": "1"}
    command = received(CHANNEL, ACCOUNT, told(referral={"source": "ADS", "ad_id": "6", "ads_context_data": ad}))
    assert command.content == Content(source=Source(kind="ad", title="Diskon", url="https://example.com/p.jpg"))
    assert (command.shown_as, command.quiet) == ("referral", True)


def test_edits_are_counted_and_a_later_one_wins() -> None:
    first = received(CHANNEL, ACCOUNT, told(message_edit={"mid": "m_1", "text": "Halo!", "num_edit": "1"}))
    second = received(CHANNEL, ACCOUNT, told(message_edit={"mid": "m_1", "text": "Halo!!", "num_edit": 2}))
    assert [(it.provider_id, it.text, it.revision) for it in (first, second)] == [
        ("m_1", "Halo!", 1),
        ("m_1", "Halo!!", 2),
    ]
    assert commands(CHANNEL, ACCOUNT, told(message_edit={"mid": "m_1", "num_edit": 0})) == []


@pytest.mark.parametrize(
    ("reaction", "emoji"),
    [
        ({"reaction": "love", "emoji": "❤️", "action": "react"}, "❤️"),
        ({"reaction": "wow", "action": "react"}, "😮"),
        ({"reaction": "love", "emoji": "❤️", "action": "unreact"}, ""),
        ({"action": "unreact"}, ""),
        ({"reaction": "other", "action": "react"}, "❔"),
    ],
)
def test_reactions(reaction: dict[str, Any], emoji: str) -> None:
    command = the_one(CHANNEL, ACCOUNT, told(reaction={"mid": "m_9"} | reaction), RecordReaction)
    assert (command.provider_id, command.emoji) == ("m_9", emoji)


def test_receipts_name_messages_and_a_moment() -> None:
    until = datetime.fromtimestamp(1_458_668_856.253, UTC)
    found = commands(CHANNEL, ACCOUNT, told(delivery={"mids": ["m_a", "m_b"], "watermark": 1458668856253}))
    assert found == [
        *(
            RecordDelivery(channel_account_id=ACCOUNT.id, provider_id=mid, state=DeliveryState.DELIVERED)
            for mid in ("m_a", "m_b")
        ),
        RecordSeen(channel_account_id=ACCOUNT.id, address=PSID, state=DeliveryState.DELIVERED, until=until),
    ]
    read = the_one(CHANNEL, ACCOUNT, told(read={"watermark": 1458668856253}), RecordSeen)
    assert (read.state, read.until) == (DeliveryState.READ, until)


def echo(**fields: Any) -> bytes:
    sides = {"sender": {"id": PAGE_ID}, "recipient": {"id": PSID}}
    return webhook("page", sides | {"message": {"mid": "m_7", "is_echo": True, "app_id": 1} | fields})


def test_our_own_that_comes_back_tells_that_meta_has_it() -> None:
    ours = MessageId(new_id())
    command = the_one(CHANNEL, ACCOUNT, echo(text="Baik", metadata=ours), RecordDelivery)
    assert (command.message_id, command.provider_id, command.state) == (ours, "m_7", DeliveryState.SENT)


@pytest.mark.parametrize("metadata", [{}, {"metadata": "another program's"}])
def test_what_was_written_in_another_program_is_ours_from_elsewhere(metadata: dict[str, Any]) -> None:
    command = received(CHANNEL, ACCOUNT, echo(text="Dari kotak masuk", **metadata))
    assert (command.elsewhere, command.sender.address, command.text) == (True, PSID, "Dari kotak masuk")


def test_what_another_app_answers_is_noted_and_calls_nobody() -> None:
    command = received(CHANNEL, ACCOUNT, webhook("page", {"message": {"mid": "m_1", "text": "Halo"}}, under="standby"))
    assert (command.text, command.quiet) == ("Halo", True)


@pytest.mark.parametrize(
    ("kind", "to", "quiet"),
    [
        ("pass_thread_control", "1517776481860111", False),
        ("pass_thread_control", "263902037430900", True),
        ("take_thread_control", "263902037430900", True),
        ("request_thread_control", "", True),
    ],
)
def test_a_conversation_that_is_handed_to_us_calls_somebody(kind: str, to: str, quiet: bool) -> None:
    handover = {"previous_owner_app_id": "263902037430900", "new_owner_app_id": to, "metadata": "Minta manusia"}
    command = received(CHANNEL, ACCOUNT, told(**{kind: handover}))
    assert (command.text, command.shown_as, command.quiet) == ("Minta manusia", kind, quiet)


def test_what_nobody_has_heard_of_is_seen_and_calls_nobody() -> None:
    command = received(CHANNEL, ACCOUNT, told(game_play={"game_id": "1"}))
    assert (command.shown_as, command.text, command.quiet) == ("unsupported", "game_play", True)


@pytest.mark.parametrize(
    "item",
    [
        {"sender": {}, "policy_enforcement": {"action": "block", "reason": "…"}},
        {"sender": {}, "app_roles": {"1": ["primary_receiver"]}},
    ],
)
def test_what_is_about_the_page_itself_is_nobodys_message(item: dict[str, Any]) -> None:
    assert commands(CHANNEL, ACCOUNT, told(**item)) == []


def test_comments_in_the_same_hook_are_left_to_their_own_channel() -> None:
    change = {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": "1_2", "post_id": "1"}}
    assert commands(CHANNEL, ACCOUNT, webhook("page", change, under="changes")) == []


def test_a_repeat_is_the_same_command() -> None:
    raw = told(message={"mid": "m_1", "text": "Halo"})
    assert CHANNEL.parse(ACCOUNT, raw) == CHANNEL.parse(ACCOUNT, raw)


def test_one_bad_item_holds_up_no_other() -> None:
    raw = webhook("page", {"message": {}}, {"message": {"mid": "m_2", "text": "Halo"}})
    assert received(CHANNEL, ACCOUNT, raw).text == "Halo"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"object": "user", "entry": []}',
        b'{"object": "page"}',
        told(message={"text": "tanpa mid"}),
        told(message_edit={"text": "tanpa mid"}),
        told(reaction={"action": "react"}),
        told(sender={"user_ref": "kotak-centang"}, postback={"title": "Mulai"}),
        webhook("page", {"message": {"mid": "m_1"}}, entry_id="999"),
    ],
)
def test_what_is_not_of_this_page_or_not_metas_is_said_so_in_one_sentence(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r".{10,300}\."):
        CHANNEL.parse(ACCOUNT, raw)


def test_only_metas_signature_verifies_and_only_the_right_word_is_answered() -> None:
    body = told(message={"mid": "m_1", "text": "Halo"})
    right = "sha256=" + hmac.new(b"rahasia-aplikasi", body, hashlib.sha256).hexdigest()

    def verified(signature: str, sent: bytes = body) -> bool:
        return CHANNEL.verify(ACCOUNT, WebhookRequest(headers={"x-hub-signature-256": signature}, body=sent))

    assert verified(right)
    assert not verified(right[:-1] + "0")
    assert not verified(right, body + b" ")
    assert not verified("")
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    assert CHANNEL.challenge(ACCOUNT, WebhookRequest({}, b"", query + "kata", "GET")) == Answer(b"1158201444")
    assert CHANNEL.challenge(ACCOUNT, WebhookRequest({}, b"", query + "salah", "GET")) is None


def test_an_unknown_entry_beside_ours_is_passed_over() -> None:
    ours = json.loads(told(message={"mid": "m_1", "text": "Halo"}))
    ours["entry"].append({"id": "999", "messaging": [{"sender": {"id": "1"}, "message": {"mid": "x", "text": "lain"}}]})
    assert received(CHANNEL, ACCOUNT, json.dumps(ours).encode()).text == "Halo"
