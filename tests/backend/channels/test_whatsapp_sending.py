"""One message is one request, in the form that Meta documents; what does not fit says why."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.channels.base import Outbound, OutFile
from backend.channels.whatsapp.sending import body_of, refusal, sent_as
from omnix_protocol.capability import carries, file_limit
from omnix_protocol.content import ActKind, Button, ContactCard, Content, Location, Template
from omnix_protocol.ids import MessageId, new_id
from tests.backend.channels.whatsapp_samples import ASKED, CHANNEL, SARI, SARI_ID

PLACE = Content(location=Location(latitude=-6.2, longitude=106.8, name="Gerai"))
LINK = Button(id="", title="Bayar", url="https://contoh.id/bayar")
CARDS = Content(contacts=(ContactCard(name="Budi", phones=("+62811000",), organisation="Contoh"),))


def buttons(*titles: str) -> Content:
    return Content(buttons=tuple(Button(id=f"b{number}", title=title) for number, title in enumerate(titles)))


def file(media_type: str = "image/jpeg", name: str = "foto.jpg") -> OutFile:
    async def read() -> AsyncIterator[bytes]:
        yield b"x"

    return OutFile(name=name, media_type=media_type, size=1, read=read, link=lambda: "https://contoh.id/f")


def outbound(text: str = "", address: str = SARI, **more: Any) -> Outbound:
    return Outbound(message_id=MessageId(new_id()), attempt=2, address=address, text=text, **more)


def test_a_text_names_the_customer_the_answered_message_and_itself() -> None:
    message = outbound("Baik, kami cek", reply_to=ASKED)
    assert body_of(message) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": SARI,
        "type": "text",
        "text": {"body": "Baik, kami cek", "preview_url": False},
        "context": {"message_id": ASKED},
        "biz_opaque_callback_data": f"omnix:{message.message_id}:2",
    }


def test_a_customer_who_hides_the_number_is_written_to_by_id() -> None:
    body = body_of(outbound("Halo https://contoh.id", SARI_ID))
    assert (body["recipient"], "to" in body, body["text"]["preview_url"]) == (SARI_ID, False, True)


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/jpeg", "image"),
        ("image/png", "image"),
        ("image/webp", "sticker"),
        ("video/mp4", "video"),
        ("audio/ogg; codecs=opus", "audio"),
        ("application/pdf", "document"),
        ("text/plain", "document"),
    ],
)
def test_a_file_goes_as_what_it_is(media_type: str, kind: str) -> None:
    assert sent_as(media_type) == kind
    content = body_of(outbound(files=(file(media_type, "berkas.x"),)), "77")[kind]
    assert content == {"id": "77"} | ({"filename": "berkas.x"} if kind == "document" else {})


def test_a_caption_is_the_text_below_the_file() -> None:
    assert body_of(outbound("Ini", files=(file(),)), "77")["image"] == {"id": "77", "caption": "Ini"}


def test_a_place_and_cards() -> None:
    assert body_of(outbound(content=PLACE))["location"] == {"latitude": -6.2, "longitude": 106.8, "name": "Gerai"}
    assert body_of(outbound(content=CARDS))["contacts"] == [
        {
            "name": {"formatted_name": "Budi", "first_name": "Budi"},
            "phones": [{"phone": "+62811000", "type": "WORK"}],
            "org": {"company": "Contoh"},
        }
    ]


def test_three_short_choices_are_buttons() -> None:
    content = body_of(outbound("Setuju?", content=buttons("Ya", "Tidak", "Nanti")))["interactive"]
    assert content["type"] == "button"
    assert content["body"] == {"text": "Setuju?"}
    assert content["action"]["buttons"][2] == {"type": "reply", "reply": {"id": "b2", "title": "Nanti"}}


@pytest.mark.parametrize("titles", [("1", "2", "3", "4"), ("Ya", "Bukan itu yang saya maksud tadi")])
def test_more_or_longer_choices_are_a_list(titles: tuple[str, ...]) -> None:
    content = body_of(outbound("Pilih", content=buttons(*titles)))["interactive"]
    (section,) = content["action"]["sections"]
    assert content["type"] == "list"
    assert [row["id"] for row in section["rows"]] == [f"b{number}" for number in range(len(titles))]
    for row, title in zip(section["rows"], titles, strict=True):
        assert len(row["title"]) <= 24
        assert row["title"] == title or row["description"] == title


def test_a_link_is_a_button_of_its_own() -> None:
    content = body_of(outbound("Tagihan", content=Content(buttons=(LINK,))))["interactive"]
    assert (content["type"], content["action"]["parameters"]["url"]) == ("cta_url", "https://contoh.id/bayar")


def test_a_template_fills_its_gaps_with_one_line_each() -> None:
    template = Template(name="tagihan", language="id", parameters=("Sari", "Rp 300.000\n lunas"))
    message = outbound("Halo Sari …", content=Content(template=template))
    assert refusal(message) == ""
    assert body_of(message)["template"] == {
        "name": "tagihan",
        "language": {"code": "id"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": it} for it in ("Sari", "Rp 300.000 lunas")]}
        ],
    }
    bare = Content(template=Template(name="halo", language="id"))
    assert body_of(outbound(content=bare))["template"] == {"name": "halo", "language": {"code": "id"}}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (outbound("x" * 4097), "4097 characters; WhatsApp takes 4096"),
        (outbound("x" * 1025, files=(file(),)), "1025 characters; WhatsApp takes 1024"),
        (outbound("x" * 1025, content=buttons("Ya")), "1025 characters; WhatsApp takes 1024"),
        (outbound("Dengarkan", files=(file("audio/mpeg"),)), "no text with a sound"),
        (outbound("Lucu", files=(file("image/webp"),)), "no text with a sound or a sticker"),
        (outbound("Di sini", content=PLACE), "no text with a place"),
        (outbound(files=(file(), file())), "one file"),
        (outbound(files=(file(),), content=PLACE), "one file, place, card"),
        (outbound(content=buttons("Ya")), "a text above the buttons"),
        (outbound("Pilih", content=buttons(*"12345678901")), "10 choices"),
        (
            outbound("Pilih", content=Content(buttons=(LINK, *buttons("B").buttons))),
            "opens a link only by itself",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_says_why(message: Outbound, why: str) -> None:
    assert why in refusal(message)


@pytest.mark.parametrize(
    "message",
    [
        outbound("x" * 4096),
        outbound("x" * 1024, files=(file(),)),
        outbound(files=(file("audio/mpeg"),)),
        outbound(content=PLACE),
        outbound("Pilih", content=buttons(*"1234567890")),
    ],
)
def test_what_fits_is_sent(message: Outbound) -> None:
    assert refusal(message) == ""


def test_the_table_of_what_whatsapp_takes() -> None:
    table, megabyte = CHANNEL.capabilities, 1024 * 1024
    limits = {
        "image/jpeg": 5, "image/png": 5, "video/mp4": 16, "audio/ogg": 16, "application/pdf": 100,
    }  # fmt: skip
    assert {it: file_limit(table, it) // megabyte for it in limits} == limits
    assert file_limit(table, "image/webp") == 500 * 1024
    assert not carries(table, "image/gif")
    assert not carries(table, "application/x-msdownload")
    assert (table.reply_window_seconds, table.resolves_expired, table.reopens_abandoned) == (86_400, True, False)
    assert set(table.acts) == {ActKind.REACT, ActKind.SEEN, ActKind.BLOCK, ActKind.UNBLOCK}
