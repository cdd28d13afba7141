"""Every documented kind of message becomes what the agent sees; pywa reads the same payloads and agrees."""

from typing import Any

import pytest

from omnix_protocol.content import ContactCard, Content, Location, RemoteFile, Source
from omnix_protocol.messages import ReceiveMessage, Sender
from tests.backend.channels.whatsapp_samples import (
    ASKED,
    CONTACT,
    DISPLAY,
    SARI,
    SARI_ID,
    STAMP,
    WAMID,
    change,
    commands,
    judged,
    message,
    received,
    told,
    webhook,
)

FILE = {"sha256": "BcNpS2HvJnpqGMKgVGLkUYgUO=", "id": "2754859441498128"}
REPLY = {"context": {"from": DISPLAY, "id": ASKED}}
REFERRAL = {
    "source_url": "https://fb.me/3cr4Wqqkv",
    "source_id": "120226305854810726",
    "source_type": "ad",
    "body": "Paket 50 Mbps",
    "headline": "Tanya kami",
    "media_type": "image",
    "image_url": "https://scontent.xx.fbcdn.net/v/t45.1",
    "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
}
ORDER = {
    "catalog_id": "194836987003835",
    "text": "Tolong dikirim hari ini",
    "product_items": [
        {"product_retailer_id": "di9ozbzfi4", "quantity": 2, "item_price": 30000, "currency": "IDR"},
        {"product_retailer_id": "nqryix03ez", "quantity": 1, "item_price": 25.5, "currency": "USD"},
    ],
}


def agreed(payload: dict[str, Any]) -> tuple[ReceiveMessage, Any]:
    """Ours and pywa's reading, which name the same message, person and time."""
    ours, theirs = received(payload), judged(payload)
    assert ours.provider_id == theirs.id == WAMID
    assert ours.sender == Sender(address=SARI, name="Sari Wulandari")
    assert (theirs.from_user.wa_id, theirs.from_user.name) == (ours.sender.address, ours.sender.name)
    assert ours.provider_at is not None
    assert int(ours.provider_at.timestamp()) == int(theirs.timestamp.timestamp()) == STAMP
    return ours, theirs


def test_a_text_arrives_with_who_wrote_it() -> None:
    ours, theirs = agreed(told(message("text", {"body": "Halo 👋\nInternet saya mati"})))
    assert ours.text == theirs.text == "Halo 👋\nInternet saya mati"
    assert (ours.shown_as, ours.content, ours.media, ours.revision) == ("", None, (), 0)


@pytest.mark.parametrize(
    ("kind", "content", "shown_as", "name"),
    [
        ("image", FILE | {"mime_type": "image/jpeg", "caption": "Lampu merah"}, "photo", ""),
        ("image", FILE | {"mime_type": "image/jpeg"}, "photo", ""),
        ("video", FILE | {"mime_type": "video/mp4", "caption": "Begini bunyinya"}, "video", ""),
        ("audio", FILE | {"mime_type": "audio/ogg; codecs=opus", "voice": True}, "voice", ""),
        ("audio", FILE | {"mime_type": "audio/mpeg", "voice": False}, "audio", ""),
        (
            "document",
            FILE | {"mime_type": "application/pdf", "filename": "tagihan.pdf", "caption": "Ini"},
            "document",
            "tagihan.pdf",
        ),
        ("sticker", FILE | {"mime_type": "image/webp", "animated": True}, "sticker", ""),
    ],
)
def test_a_file_is_fetched_later_and_its_caption_is_the_text(
    kind: str, content: dict[str, Any], shown_as: str, name: str
) -> None:
    ours, theirs = agreed(told(message(kind, content)))
    assert ours.shown_as == shown_as
    assert theirs.type == kind
    assert (theirs.voice is not None) == (shown_as == "voice")
    assert ours.text == (theirs.caption or "")
    assert ours.media == (RemoteFile(reference=theirs.media.id, name=name, media_type=theirs.media.mime_type),)


def test_a_place_is_a_place() -> None:
    content = {"latitude": -6.2, "longitude": 106.8, "name": "Gerai Melati", "address": "Jl. Melati 1"}
    ours, theirs = agreed(told(message("location", content)))
    place = Location(latitude=-6.2, longitude=106.8, name="Gerai Melati", address="Jl. Melati 1")
    assert (ours.shown_as, ours.content) == ("location", Content(location=place))
    assert (theirs.location.latitude, theirs.location.longitude) == (-6.2, 106.8)


def test_cards_are_handed_on() -> None:
    card = {
        "name": {"formatted_name": "Budi Santoso", "first_name": "Budi", "last_name": "Santoso"},
        "phones": [{"phone": "+62 811-000", "wa_id": "62811000", "type": "CELL"}],
        "emails": [{"email": "budi@contoh.id", "type": "WORK"}],
        "org": {"company": "Contoh", "title": "Manajer"},
    }
    ours, theirs = agreed(told(message("contacts", [card, {"name": {"first_name": "Ani", "formatted_name": "Ani"}}])))
    assert ours.content is not None
    assert ours.shown_as == "contact"
    assert ours.content.contacts[0] == ContactCard(
        name="Budi Santoso", phones=("+62 811-000",), emails=("budi@contoh.id",), organisation="Contoh"
    )
    assert [it.name for it in ours.content.contacts] == [it.name.formatted_name for it in theirs.contacts]


@pytest.mark.parametrize(
    ("kind", "content", "text", "chosen"),
    [
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "ya", "title": "Ya, benar"}},
            "Ya, benar",
            "ya",
        ),
        (
            "interactive",
            {
                "type": "list_reply",
                "list_reply": {"id": "paket_50", "title": "50 Mbps", "description": "Rp300.000"},
            },
            "50 Mbps",
            "paket_50",
        ),
        ("button", {"payload": "BERHENTI", "text": "Berhenti langganan"}, "Berhenti langganan", "BERHENTI"),
    ],
)
def test_what_the_customer_chose_is_its_title_and_its_id(
    kind: str, content: dict[str, Any], text: str, chosen: str
) -> None:
    ours, theirs = agreed(told(message(kind, content, **REPLY)))
    assert ours.text == theirs.title == text
    assert ours.content == Content(chosen=chosen)
    assert theirs.data == chosen
    assert ours.reply_to == theirs.reply_to_message.id == ASKED


def test_a_form_that_was_filled_in_shows_its_answers() -> None:
    answers = '{"flow_token": "paket-7", "alamat": "Jl. Melati 1", "jam": ["08", "10"]}'
    content = {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": answers}}
    ours, theirs = agreed(told(message("interactive", content, **REPLY)))
    assert ours.text == 'Sent\nalamat: Jl. Melati 1\njam: ["08", "10"]'
    assert theirs.response == {"alamat": "Jl. Melati 1", "jam": ["08", "10"]}
    assert (ours.shown_as, ours.content) == ("form", Content(chosen=theirs.token))


def test_an_order_lists_what_is_ordered() -> None:
    ours, theirs = agreed(told(message("order", ORDER)))
    assert ours.text == "Tolong dikirim hari ini\n2 × di9ozbzfi4: 30000 IDR\n1 × nqryix03ez: 25.5 USD"
    assert ours.shown_as == "order"
    assert [it.sku for it in theirs.order.products] == ["di9ozbzfi4", "nqryix03ez"]


def test_a_message_knows_which_advertisement_it_comes_from() -> None:
    ours, theirs = agreed(told(message("text", {"body": "Berapa?"}, referral=REFERRAL)))
    source = Source(kind="ad", title="Tanya kami", text="Paket 50 Mbps", url="https://fb.me/3cr4Wqqkv")
    assert (ours.text, ours.content) == ("Berapa?", Content(source=source))
    assert theirs.referral.headline == "Tanya kami"


def test_a_question_about_a_product_names_it() -> None:
    product = {"referred_product": {"catalog_id": "1948", "product_retailer_id": "di9ozbzfi4"}}
    payload = told(message("text", {"body": "Masih ada?"}, context={"from": DISPLAY, "id": ASKED} | product))
    ours, _ = agreed(payload)
    assert (ours.reply_to, ours.content) == (ASKED, Content(source=Source(kind="product", title="di9ozbzfi4")))


def test_an_answer_names_what_it_answers_and_a_forwarded_one_does_not() -> None:
    ours, theirs = agreed(told(message("text", {"body": "Yang ini"}, **REPLY)))
    assert ours.reply_to == theirs.reply_to_message.id == ASKED
    ours, theirs = agreed(told(message("text", {"body": "Kabar"}, context={"forwarded": True})))
    assert (ours.reply_to, theirs.reply_to_message) == ("", None)


def test_what_whatsapp_cannot_pass_on_shows_what_is_known() -> None:
    error = {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }
    ours, theirs = agreed(told(message("unsupported", {"type": "poll_creation"}, errors=[error])))
    assert ours.shown_as == theirs.type == "unsupported"
    assert ours.text == "poll_creation, Message type unknown, Message type is currently not supported."
    assert theirs.unsupported.type == "poll_creation"


def test_a_file_that_whatsapp_lost_says_why() -> None:
    error = {"code": 131052, "title": "Media download error", "error_data": {"details": "Failed to download."}}
    ours = received(told(message("image", None, errors=[error])))
    assert (ours.shown_as, ours.text) == ("unsupported", "image, Media download error, Failed to download.")


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("hologram", {"caption": "Lihat ini", "id": "7"}, "hologram, Lihat ini"),
        ("interactive", {"type": "something_new", "something_new": {}}, "interactive, something_new"),
        ("image", {"mime_type": "image/jpeg"}, "image"),
        ("text", {"body": 7}, "text"),
        ("location", {"latitude": 190, "longitude": 7}, "location"),
    ],
)
def test_a_kind_of_next_year_is_kept_and_told_apart(kind: str, content: dict[str, Any], text: str) -> None:
    ours = received(told(message(kind, content)))
    assert (ours.shown_as, ours.text) == ("unsupported", text)


def test_opening_a_conversation_is_a_start() -> None:
    assert received(told(message("request_welcome", None))).shown_as == "start"


def test_a_new_number_is_noted_and_calls_nobody() -> None:
    said = {
        "body": f"User Sari changed from {SARI} to 628999",
        "wa_id": "628999",
        "type": "user_changed_number",
        "user_id": "ID.999",
    }
    payload = webhook(change(messages=[message("system", said)]))
    ours, theirs = received(payload), judged(payload)
    assert (ours.shown_as, ours.quiet, ours.text) == ("system", True, theirs.body)
    assert ours.sender.address == theirs.old_wa_id == SARI
    assert theirs.new_wa_id == "628999"


def test_a_customer_who_hides_the_number_is_known_by_the_id_that_meta_gives() -> None:
    hidden = {"profile": {"name": "Sari", "username": "sariw"}, "user_id": SARI_ID}
    one = {key: value for key, value in message("text", {"body": "Halo"}).items() if key != "from"}
    payload = webhook(change(contacts=[hidden], messages=[one]))
    ours, theirs = received(payload), judged(payload)
    assert ours.sender == Sender(address=SARI_ID, name="Sari", handle="sariw")
    assert (theirs.from_user.bsuid, theirs.from_user.username, theirs.from_user.wa_id) == (SARI_ID, "sariw", None)


def test_what_is_said_in_a_group_is_left_alone() -> None:
    assert commands(told(message("text", {"body": "Halo semua"}, group_id="Y2FwaV9ncm91cDox"))) == []


def test_each_of_several_people_has_the_right_name() -> None:
    budi = {"profile": {"name": "Budi"}, "wa_id": "62811000", "user_id": "ID.1"}
    other = message("text", {"body": "Saya Budi"}) | {"from": "62811000", "from_user_id": "ID.1", "id": "wamid.B"}
    payload = webhook(change(contacts=[CONTACT, budi], messages=[other, message("text", {"body": "Saya Sari"})]))
    named = [(it.sender.name, it.text) for it in commands(payload) if isinstance(it, ReceiveMessage)]
    assert named == [("Budi", "Saya Budi"), ("Sari Wulandari", "Saya Sari")]
