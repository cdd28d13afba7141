"""What each provider documents that it brings, as our simulators write it: where fuzzing begins."""

import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend.channels.base import AccountView
from backend.channels.sms.arrivals import Arrival, stored
from backend.channels.sms.pdu import Address, ShortMessage, submit_body
from backend.channels.voice.tracking import Calls
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from tests.backend.channels.test_social_fuzz import line_samples, x_samples
from tests.simulators.graph.accounts import Number, Page, Person, Professional
from tests.simulators.graph.hooks import encoded, entries
from tests.simulators.graph.simulator import GraphSimulator
from tests.simulators.graph.world import Sent
from tests.simulators.telegram import Person as Writer
from tests.simulators.telegram import TelegramSimulator
from tests.simulators.x import XSimulator
from tests.support.hostile_mail import hostile_mails

TOKEN, SECRET = "4711:AA-fuzz", "rahasia-bersama"
BUDI, NUMBER, PAGE, PROFESSIONAL = Person("62811000111", username="budi"), Number(), Page(), Professional()
GRAPH_IDS = {
    "phone_number_id": NUMBER.id, "waba_id": NUMBER.waba_id, "page_id": PAGE.id, "instagram_id": PROFESSIONAL.id,
}  # fmt: skip
X_ID = XSimulator().account().keys.access_token.partition("-")[0]
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
MAILS = 60


def account(kind: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> AccountView:
    return AccountView(TenantId(new_id()), ChannelAccountId(new_id()), kind, settings, secrets)


async def graph() -> dict[str, tuple[bytes, ...]]:
    """By kind; a page's webhooks bring both its messages and its comments."""
    simulator = GraphSimulator(NUMBER, PAGE, PROFESSIONAL, seed=1)
    await _whatsapp(simulator)
    await _direct(simulator)
    await _comments(simulator)
    bodies: dict[str, list[bytes]] = {"whatsapp_business_account": [], "page": [], "instagram": []}
    for event in simulator.hooks.events:
        kind = event.account.kind
        bodies[kind].append(encoded({"object": kind, "entry": entries([event], "entries", simulator.world.now())}))
    await simulator.close()
    page, instagram = tuple(bodies["page"]), tuple(bodies["instagram"])
    return {
        "whatsapp": tuple(bodies["whatsapp_business_account"]),
        "messenger": page,
        "fb_comment": page,
        "instagram": instagram,
        "ig_comment": instagram,
    }


async def _whatsapp(simulator: GraphSimulator) -> None:
    whatsapp = simulator.whatsapp
    first = await whatsapp.text(NUMBER, BUDI, "halo", referral={"source_url": "https://fb.me/x", "body": "Promo"})
    await whatsapp.reply(NUMBER, BUDI, "ini", first["id"])
    for mime in ("image/png", "video/mp4", "audio/ogg", "application/pdf"):
        await whatsapp.file(NUMBER, BUDI, b"x", mime, name="a.bin", caption="lihat")
    await whatsapp.location(NUMBER, BUDI, -6.2, 106.8, "Kantor", "Jakarta")
    await whatsapp.contacts(NUMBER, BUDI, BUDI)
    await whatsapp.reaction(NUMBER, BUDI, first["id"], "👍")
    await whatsapp.tap(NUMBER, BUDI, first["id"], "1", "Ya")
    await whatsapp.choose(NUMBER, BUDI, first["id"], "2", "Tagihan", "Bulan ini")
    await whatsapp.template_button(NUMBER, BUDI, first["id"], "p", "Stop")
    await whatsapp.edit(NUMBER, BUDI, first, "halo!")
    await whatsapp.revoke(NUMBER, BUDI, first)
    await whatsapp.unsupported(NUMBER, BUDI)
    await whatsapp.changed_number(NUMBER, BUDI, "62811000222")
    sent = Sent("wamid.1", NUMBER, BUDI.phone, "text", {}, simulator.world.now())
    for state in ("sent", "delivered", "read"):
        await whatsapp.status(sent, state)


async def _direct(simulator: GraphSimulator) -> None:
    for direct, ours in ((simulator.messenger, PAGE), (simulator.instagram, PROFESSIONAL)):
        said = await direct.text(ours, BUDI, "halo")
        mid = said["message"]["mid"]
        await direct.text(ours, BUDI, "ini", reply_to={"mid": mid})
        await direct.quick_reply(ours, BUDI, "Ya", "YA")
        for kind in ("image", "audio", "video", "file"):
            await direct.file(ours, BUDI, kind, b"x", "application/octet-stream", "a.bin")
        await direct.postback(ours, BUDI, "Mulai", "MULAI")
        await direct.reaction(ours, BUDI, mid, "❤")
        await direct.edit(ours, BUDI, mid, "halo!")
        await direct.inbox_says(ours, BUDI, "dari kotak masuk")
    await simulator.messenger.sticker(PAGE, BUDI)
    await simulator.messenger.delivered(PAGE, BUDI)
    await simulator.messenger.read(PAGE, BUDI)
    await simulator.instagram.story_mention(PROFESSIONAL, BUDI)
    await simulator.instagram.story_reply(PROFESSIONAL, BUDI, "bagus")
    await simulator.instagram.unsend(PROFESSIONAL, BUDI, "aWdf1")
    await simulator.instagram.unsupported(PROFESSIONAL, BUDI)


async def _comments(simulator: GraphSimulator) -> None:
    for ours in (PAGE, PROFESSIONAL):
        post = simulator.comments.post(ours, "Promo")
        comment = await simulator.comments.write(post, BUDI, "berapa?", photo="https://scontent.example/a.jpg")
        await simulator.comments.write(post, BUDI, "kak?", comment)
        await simulator.comments.write(post, None, "cek DM", comment)
        await simulator.comments.edit(comment, "berapa ya?")
        await simulator.comments.hide(comment)
        await simulator.comments.remove(comment)


async def telegram() -> tuple[bytes, ...]:
    simulator, sari = TelegramSimulator(), Writer(71, "Sari")
    said = await simulator.write(TOKEN, sari, "halo")
    await simulator.edit(TOKEN, said, "halo!")
    await simulator.react(TOKEN, sari, said["message_id"], "👍")
    await simulator.press(TOKEN, sari, said, "1")
    held = simulator.hold(b"x", "a.bin")
    contents: list[dict[str, Any]] = [
        {kind: held, "caption": "lihat"} for kind in ("document", "video", "audio", "voice", "animation", "video_note")
    ]
    contents += [
        {"photo": [held | {"width": 1, "height": 1}]},
        {"sticker": held | {"emoji": "🙂", "set_name": "a"}},
        {"location": {"latitude": -6.2, "longitude": 106.8}},
        {"venue": {"location": {"latitude": 1, "longitude": 2}, "title": "Kantor", "address": "Jakarta"}},
        {"contact": {"phone_number": "62811", "first_name": "Budi", "vcard": "BEGIN:VCARD"}},
        {"poll": {"question": "?", "options": [{"text": "a", "voter_count": 0}]}, "reply_to_message": said},
        {"text": "teruskan", "forward_origin": {"type": "user", "sender_user": sari.as_user(), "date": 1}},
    ]
    for content in contents:
        await simulator.write(TOKEN, sari, **content)
    updates = list(simulator.bot(TOKEN).updates)
    await simulator.close()
    return tuple(json.dumps(update).encode() for update in updates)


async def line() -> tuple[bytes, ...]:
    return tuple(await line_samples())


async def x() -> tuple[bytes, ...]:
    return tuple(await x_samples())


def kannel() -> tuple[bytes, ...]:
    return (
        b"from=%2B628111&to=12345&text=halo%20%e2%82%ac&id=5a&charset=UTF-8&coding=0&at=2026-03-02+05:00:00",
        b"from=0811&to=12345&text=%00h%00a&id=5b&charset=UTF-16BE&coding=2&at=",
        b"from=BANK&to=12345&text=%01%02&id=5c&charset=&coding=1&at=x",
        b"report=8&message=" + new_id().encode() + b"&attempt=1&why=",
        b"report=2&message=" + new_id().encode() + b"&attempt=2&why=NACK%2F0x00000045",
    )


def smpp() -> tuple[bytes, ...]:
    contents = ((0, b"halo", 0), (8, "halo 😢".encode("utf-16-be"), 0), (4, b"\x01", 0))
    receipt = b"id:N1 sub:001 dlvrd:001 submit date:2611281200 done date:2611281201 stat:DELIVRD err:000 text:"
    parts = ((0, b"\x05\x00\x03\x07\x02" + bytes([n]) + b"bagian", 0x40) for n in (1, 2))
    source, ours = Address("628111", 1, 1), Address("12345")
    bodies = [
        submit_body(ShortMessage(source, ours, esm_class=kind, data_coding=coding, content=text))
        for coding, text, kind in (*contents, (0, receipt, 4), *parts)
    ]
    single = [stored(Arrival(new_id(), (body,))) for body in bodies[:4]]
    return (*single, stored(Arrival(new_id(), tuple(bodies[4:]), parts=2)))


def email() -> tuple[bytes, ...]:
    """Some of the hostile ones, each kind of them among those."""
    found = [mail for _, mail in hostile_mails()]
    step = max(1, len(found) // MAILS)
    return tuple(mail for mail in itertools.islice(found, 0, None, step) if len(mail) < 20_000)


def voice() -> tuple[bytes, ...]:
    told = {"call_id": "c-1", "from": "0812 3456 7890", "to": "1500123", "at": "2026-03-02T09:00:00+07:00"}
    more = {"direction": "out", "name": "Budi", "extension": "201", "recording_url": "https://pbx.example/c-1.wav"}
    events = ("ringing", "answered", "ended", "missed", "dropped", "recording")
    return tuple(json.dumps(told | more | {"event": event}).encode() for event in events)


def ami() -> tuple[bytes, ...]:
    calls = Calls(account("voice", {"mode": "ami"}, {}), "")
    begun = {
        "event": "Newchannel", "uniqueid": "1.1", "linkedid": "1.1", "context": "from-trunk",
        "calleridnum": "081234567890", "calleridname": "Budi", "exten": "1500123", "channel": "SIP/trunk-1",
    }  # fmt: skip
    blocks = (begun, begun | {"event": "DialEnd", "dialstatus": "ANSWER"}, begun | {"event": "Hangup", "cause": "16"})
    return tuple(raw for block in blocks if (raw := calls.stored(block, NOON)) is not None)


def bot() -> tuple[bytes, ...]:
    buttons = [{"id": "1", "title": "Ya"}]
    actions: list[dict[str, Any]] = [
        {"type": "say", "text": "Halo", "buttons": buttons},
        {"type": "hand_over", "note": "tagihan", "context": {"tagihan": 120000}},
        {"type": "end"},
    ]
    return tuple(
        json.dumps({"id": f"b-{place}", "interaction": new_id(), "actions": [action]}).encode()
        for place, action in enumerate(actions)
    )
