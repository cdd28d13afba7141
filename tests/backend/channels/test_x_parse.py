"""X's webhooks become commands, in both envelopes; a challenge is answered, a forgery is none."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from backend.channels.base import AccountView, Event, Unreadable, WebhookRequest
from omnix_protocol.channels import FaultKind, ReportChannelFault
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordSeen
from tests.backend.channels.x_scene import CHANNEL, SITI, view
from tests.simulators.x import APP_ID, XSimulator
from tests.simulators.x_api import Account
from tests.simulators.x_webhooks import signature
from tests.simulators.x_words import direct_message


class Hearing:
    """A simulator without a webhook, and what our connector reads in what it would have sent."""

    def __init__(self, *, activity_api: bool = False) -> None:
        self.x = XSimulator(activity_api=activity_api)
        self.us: Account = self.x.account()
        self.account: AccountView = view(self.us)

    def events(self, account: AccountView | None = None) -> list[Event]:
        body = self.x.emitted[-1]
        given = {"x-twitter-webhooks-signature": signature(self.us.keys.consumer_secret, body)}
        assert CHANNEL.verify(self.account, WebhookRequest(given, body))
        return CHANNEL.parse(account or self.account, body)

    def message(self, account: AccountView | None = None) -> ReceiveMessage:
        ((_, command),) = self.events(account)
        assert isinstance(command, ReceiveMessage)
        return command


BOTH = pytest.mark.parametrize("activity_api", [False, True])


@BOTH
async def test_a_direct_message_says_who_wrote_what_and_when(activity_api: bool) -> None:
    hearing = Hearing(activity_api=activity_api)
    event = await hearing.x.write(hearing.us, SITI, "Halo &amp; salam 🙏")
    heard = hearing.message()
    assert (heard.text, heard.provider_id, heard.thread_key) == ("Halo & salam 🙏", event["id"], "")
    sender = heard.sender
    assert (sender.address, sender.name, sender.handle) == (SITI.id, "Siti Contoh", "siti_contoh")
    assert heard.provider_at is not None
    assert str(int(heard.provider_at.timestamp() * 1000)) == event["created_timestamp"]
    assert heard.elsewhere is False


@BOTH
async def test_a_picture_is_fetched_later_and_its_link_is_no_word_of_the_customer(activity_api: bool) -> None:
    hearing = Hearing(activity_api=activity_api)
    event = await hearing.x.show(hearing.us, SITI, "photo", b"...", "image/jpeg", "lihat ini")
    heard = hearing.message()
    media = event["message_create"]["message_data"]["attachment"]["media"]
    assert (heard.text, heard.shown_as) == ("lihat ini", "photo")
    assert [remote.reference for remote in heard.media] == [media["media_url_https"]]


@pytest.mark.parametrize(("kind", "shown_as"), [("video", "video"), ("animated_gif", "animation")])
async def test_of_a_video_the_best_file_is_fetched(kind: str, shown_as: str) -> None:
    hearing = Hearing()
    await hearing.x.show(hearing.us, SITI, kind, b"...", "video/mp4")
    heard = hearing.message()
    assert heard.shown_as == shown_as
    assert "640x360" in heard.media[0].reference


async def test_links_are_shown_as_they_lead() -> None:
    hearing = Hearing()
    event = direct_message("5", SITI, hearing.us.person, "lihat https://t.co/abc", None)
    link = {"url": "https://t.co/abc", "expanded_url": "https://toko.example/tagihan", "indices": [6, 22]}
    event["message_create"]["message_data"]["entities"]["urls"] = [link]
    await hearing.x.put(hearing.us, direct_message_events=[event], users={})
    assert hearing.message().text == "lihat https://toko.example/tagihan"


async def test_our_own_messages_come_back_once_if_they_were_written_in_x() -> None:
    hearing = Hearing()
    knowing = view(hearing.us, app_id=APP_ID)
    ours = direct_message("7", hearing.us.person, SITI, "dari sini", None, APP_ID)
    await hearing.x.put(hearing.us, direct_message_events=[ours], users={})
    assert (hearing.events(knowing), hearing.events()) == ([], [])
    elsewhere = direct_message("8", hearing.us.person, SITI, "dari ponsel", None, "129032")
    await hearing.x.put(hearing.us, direct_message_events=[elsewhere], users={})
    heard = hearing.message(knowing)
    assert (heard.elsewhere, heard.sender.address, heard.text) == (True, SITI.id, "dari ponsel")
    assert hearing.events() == []  # without the app's number nobody knows who wrote it


async def test_a_mention_is_a_comment_and_so_is_all_that_follows() -> None:
    hearing = Hearing()
    mention = await hearing.x.mention(hearing.us, SITI, "@toko_demo kapan buka?")
    first = hearing.message()
    answer = await hearing.x.mention(hearing.us, SITI, "@toko_demo oke", mention)
    second = hearing.message()
    assert (first.text, first.provider_id, first.reply_handle) == ("@toko_demo kapan buka?", mention.id, mention.id)
    assert second.reply_to == mention.id
    assert second.reply_handle == answer.id
    assert first.thread_key == second.thread_key != ""


async def test_where_x_names_the_thread_each_has_a_conversation_and_its_first_post_as_topic() -> None:
    hearing = Hearing(activity_api=True)
    mention = await hearing.x.mention(hearing.us, SITI, "@toko_demo kapan buka?")
    first = hearing.message()
    await hearing.x.mention(hearing.us, SITI, "@toko_demo oke", mention)
    second = hearing.message()
    await hearing.x.mention(hearing.us, SITI, "@toko_demo hal lain")
    other = hearing.message()
    assert first.thread_key == second.thread_key == f"post:{mention.id}" != other.thread_key
    assert first.topic is not None
    assert first.topic.text == "@toko_demo kapan buka?"
    assert first.topic.url.endswith(mention.id)
    assert second.reply_to == mention.id
    assert first.sender.handle == "siti_contoh"


async def test_a_long_post_comes_whole_and_a_photo_with_it() -> None:
    hearing = Hearing()
    await hearing.x.mention(hearing.us, SITI, "@toko_demo " + "panjang " * 50, photo=b"jpeg")
    heard = hearing.message()
    assert heard.text.count("panjang") == 50
    assert len(heard.media) == 1
    assert heard.shown_as == "photo"


async def test_a_quote_shows_what_is_quoted_and_reposts_and_our_own_posts_are_none() -> None:
    hearing = Hearing()
    own = await hearing.x.mention(hearing.us, hearing.us.person, "Buka pukul 8")
    assert hearing.events() == []
    await hearing.x.mention(hearing.us, SITI, "bohong", quotes=own)
    quote = hearing.message()
    assert quote.content is not None
    assert quote.content.source is not None
    assert quote.content.source.text == "Buka pukul 8"
    await hearing.x.mention(hearing.us, SITI, "RT", repeats=own)
    assert hearing.events() == []


async def test_a_post_that_was_deleted_says_so_and_calls_nobody() -> None:
    hearing = Hearing()
    mention = await hearing.x.mention(hearing.us, SITI, "@toko_demo salah")
    first = hearing.message()
    await hearing.x.delete(hearing.us, mention)
    gone = hearing.message()
    assert (gone.provider_id, gone.thread_key, gone.shown_as) == (first.provider_id, first.thread_key, "deleted")
    assert gone.revision > first.revision
    assert gone.quiet


async def test_reading_is_told_up_to_the_moment_of_the_message() -> None:
    hearing = Hearing()
    sent = hearing.x.new_id()
    await hearing.x.read(hearing.us, SITI, sent)
    ((_, command),) = hearing.events()
    assert isinstance(command, RecordSeen)
    assert (command.address, command.thread_key, command.state) == (SITI.id, "", DeliveryState.READ)
    event = json.loads(hearing.x.emitted[-1])["direct_message_mark_read_events"][0]
    assert abs(command.until.timestamp() * 1000 - int(event["created_timestamp"])) < 3000
    await hearing.x.type(hearing.us, SITI)
    assert hearing.events() == []


async def test_rights_that_were_taken_away_are_the_accounts_fault() -> None:
    hearing = Hearing()
    await hearing.x.revoked(hearing.us)
    ((_, command),) = hearing.events()
    assert isinstance(command, ReportChannelFault)
    assert "new keys" in command.fault
    assert command.fault_kind is FaultKind.REFUSED
    other = view(hearing.x.account("other"))
    assert CHANNEL.parse(other, hearing.x.emitted[-1]) == []


async def test_what_another_user_of_the_app_hears_is_not_ours() -> None:
    hearing = Hearing()
    await hearing.x.write(hearing.us, SITI, "halo")
    assert hearing.events(view(hearing.x.account("other"))) == []


@pytest.mark.parametrize(
    ("token", "user_id", "whose"),
    [("", "", False), ("tanpa-angka", "", False), ("3010", "", False), ("3010-abc", "", True), ("lain", "3010", True)],
)
def test_an_account_that_does_not_say_whose_it_is_takes_nothing_for_its_own(
    token: str, user_id: str, whose: bool
) -> None:
    account = AccountView(
        TenantId(new_id()), ChannelAccountId(new_id()), "x", {"user_id": user_id}, {"access_token": token}
    )
    revoked = {"user_event": {"revoke": {"date_time": "1", "source": {"user_id": "3010"}}}}
    told: list[dict[str, Any]] = [revoked, {"for_user_id": "3010"}, {"user_event": {}}]
    for body in told:
        raw = json.dumps(body).encode()
        if whose:
            assert len(CHANNEL.parse(account, raw)) == (body is revoked)
        else:
            with pytest.raises(Unreadable, match="whose it is"):
                CHANNEL.parse(account, raw)


async def test_the_same_event_told_twice_is_the_same_command() -> None:
    hearing = Hearing()
    await hearing.x.write(hearing.us, SITI, "halo")
    assert hearing.events() == hearing.events()


def test_a_challenge_is_answered_with_the_consumer_secret() -> None:
    hearing = Hearing()
    asked = WebhookRequest({}, b"", "crc_token=foo%2Bbar&nonce=1", "GET")
    answer = CHANNEL.challenge(hearing.account, asked)
    assert answer is not None
    right = hmac.new(hearing.us.keys.consumer_secret.encode(), b"foo+bar", hashlib.sha256).digest()
    assert json.loads(answer.body) == {"response_token": "sha256=" + base64.b64encode(right).decode()}
    assert answer.media_type == "application/json"
    assert CHANNEL.challenge(hearing.account, WebhookRequest({}, b"", "", "GET")) is None
    assert CHANNEL.challenge(hearing.account, WebhookRequest({}, b"{}", "crc_token=a", "POST")) is None


@pytest.mark.parametrize("given", ["", "sha256=", "sha256=c2lnbmF0dXJl", "ü"])
def test_a_forged_signature_is_none(given: str) -> None:
    hearing = Hearing()
    headers = {"x-twitter-webhooks-signature": given}
    assert not CHANNEL.verify(hearing.account, WebhookRequest(headers, b"{}"))
    bare = AccountView(hearing.account.tenant_id, hearing.account.id, "x")
    unsigned = {"x-twitter-webhooks-signature": signature("", b"{}")}
    assert not CHANNEL.verify(bare, WebhookRequest(unsigned, b"{}"))


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"for_user_id": 5}', b"[" * 100_000])
def test_what_is_no_webhook_of_x_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        CHANNEL.parse(Hearing().account, raw)


@pytest.mark.parametrize(
    "odd",
    [
        {"direct_message_events": [1, None, {}, {"type": "message_create"}]},
        {"direct_message_events": {"type": "message_create"}},
        {"tweet_create_events": [{"id_str": "1", "user": {"id_str": 5}}, "x"]},
        {"tweet_delete_events": [{"status": {"id": "1"}}]},
        {"direct_message_mark_read_events": [{"sender_id": "5"}, {"sender_id": "5", "last_read_event_id": "x" * 50}]},
        {"direct_message_mark_read_events": [{"sender_id": "5", "last_read_event_id": "²"}]},
        {"favorite_events": [{}]},
        {"news_of_2031": True},
    ],
)
def test_odd_activities_of_ours_do_no_harm(odd: dict[str, Any]) -> None:
    hearing = Hearing()
    body = {"for_user_id": hearing.us.person.id} | odd
    assert CHANNEL.parse(hearing.account, json.dumps(body).encode()) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"text": None},
        {"text": "\ud800\0"},
        {"attachment": {"type": "media", "media": {"type": "photo"}}},
        {"attachment": {"type": "media", "media": {"type": "hologram", "url": 5}}},
        {"attachment": {"type": "media", "media": {"type": "video", "video_info": {"variants": [{"url": 1}, 2]}}}},
        {"entities": {"urls": [{"url": 5}, {}]}},
    ],
)
def test_odd_content_of_a_message_is_still_a_message(odd: dict[str, Any]) -> None:
    hearing = Hearing()
    event = direct_message("5", SITI, hearing.us.person, "halo", None)
    event["message_create"]["message_data"] |= odd
    event["created_timestamp"] = "9" * 30
    body = {"for_user_id": hearing.us.person.id, "direct_message_events": [event]}
    ((_, command),) = CHANNEL.parse(hearing.account, json.dumps(body).encode())
    assert isinstance(command, ReceiveMessage)
    assert command.text or command.shown_as
