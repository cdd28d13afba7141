"""A conversation that has all that channels bring: a picture, a place, a card, a call, quotes, reactions, changes."""

from datetime import timedelta

import msgspec
from PIL import Image, ImageDraw
from PySide6.QtGui import QImage

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.queries.thread import before
from omnix_desktop.cache.reading import one
from omnix_protocol import scopes
from omnix_protocol.channels import Channel
from omnix_protocol.content import ActKind, Call, CallState, ContactCard, Content, Location, Reaction
from omnix_protocol.ids import ConversationId, FileId, InteractionId, MessageId, UserId, derived_id
from omnix_protocol.messages import Amendment, Attachment, DeliveryState, Direction, FileState, Message
from tests.support.cached_workspace import ME, NOW, Workspace
from tests.support.scene import Moment

PICTURE = Attachment(
    file_id=FileId("scene-modem"), name="lampu-modem.jpg", media_type="image/jpeg", size=1_840_000,
    width=1600, height=1200,
)  # fmt: skip
COMING = Attachment(
    file_id=FileId("scene-bill"), name="tagihan-maret.png", media_type="image/png", size=88_000, width=600, height=900
)
PAPER = Attachment(file_id=FileId("scene-pdf"), name="formulir-pindah.pdf", media_type="application/pdf", size=214_000)
PROGRAM = Attachment(
    file_id=FileId("scene-exe"), name="perbaikan.exe", media_type="application/octet-stream", size=0,
    state=FileState.REFUSED, failure="program tidak boleh masuk",
)  # fmt: skip
NUMBER = "+62 812 0000 0000"


def set_channels(engine: Engine, workspace: Workspace, *, comments: bool = False) -> ConversationId:
    """On the second conversation, whose channel can do everything."""
    it = workspace.handled[1]
    moment = Moment(engine)
    channel = one(engine.reader(), Channel, it.channel_kind)
    assert channel is not None
    able = msgspec.structs.replace(
        channel.capabilities, quotes=True, acts=tuple(ActKind), attachments=True, attachments_max=10,
        comments=comments, private_reply=comments,
    )  # fmt: skip
    moment.put([msgspec.structs.replace(channel, version=channel.version + 1, capabilities=able)], scopes.TENANT)
    last = before(engine.reader(), it.conversation_id, None, 1).entries[-1].position
    said = [_message(workspace, number, last + 1 + number, **fields) for number, fields in enumerate(_talk())]
    moment.put(said, scopes.conversation(ConversationId(it.conversation_id)))
    return it.conversation_id


def picture(file: Attachment) -> QImage:
    """A drawn photograph: a modem on a table, its light red."""
    image = Image.new("RGB", (file.width, file.height), "#8fa7b8")
    pen = ImageDraw.Draw(image)
    wide, high = image.size
    pen.rectangle((0, high * 0.7, wide, high), fill="#7a5638")
    pen.rounded_rectangle((wide * 0.2, high * 0.42, wide * 0.8, high * 0.74), 24, fill="#20242a")
    for place in range(5):
        x = wide * (0.28 + 0.1 * place)
        pen.ellipse(
            (x, high * 0.55, x + wide * 0.03, high * 0.55 + wide * 0.03), fill="#e5484d" if place == 2 else "#46a758"
        )
    return QImage(image.tobytes(), wide, high, wide * 3, QImage.Format.Format_RGB888).copy()


def _talk() -> list[dict[str, object]]:
    at = NOW - timedelta(minutes=12)
    call = Call(
        state=CallState.ENDED, number=NUMBER, ringing_at=at, answered_at=at,
        ended_at=at + timedelta(minutes=3, seconds=7),
    )  # fmt: skip
    place = Location(latitude=-6.9175, longitude=107.6191, name="Rumah", address="Jl. Melati No. 14, Bandung")
    card = ContactCard(name="Pak Hadi (teknisi)", phones=(NUMBER,), organisation="Nusantara Niaga")
    pending = Amendment(
        kind=ActKind.EDIT, text="Teknisi datang besok pukul 10.", state=DeliveryState.ACCEPTED, at=NOW, by=UserId(ME.id)
    )
    return [
        {"content": Content(call=call), "shown_as": "call"},
        {"text": "Lampu modemnya merah seperti ini kak", "attachments": (PICTURE,), "ours_reacted": "👍"},
        {"text": "Baik Kak, alamat pemasangannya di mana?", "out": True, "edited": True, "reply": 1},
        {"content": Content(location=place), "shown_as": "location"},
        {"content": Content(contacts=(card,)), "out": True, "reaction": "🙏"},
        {"text": "Ini tagihan dan formulirnya", "attachments": (COMING, PAPER, PROGRAM)},
        {"text": "Salah kirim", "deleted": True},
        {"text": "Teknisi datang hari ini pukul 10.", "out": True, "amendment": pending, "reply": 3},
        {"text": "Siap, saya tunggu di rumah ya kak 🙏"},
    ]


def _message(workspace: Workspace, number: int, position: int, **said: object) -> Message:
    it = workspace.handled[1]
    out = bool(said.get("out"))
    at = NOW - timedelta(minutes=12 - number)
    reacted = [(str(said[name]), name == "ours_reacted") for name in ("ours_reacted", "reaction") if name in said]
    answers = said.get("reply")
    kept: dict[str, object] = {
        name: said[name] for name in ("text", "shown_as", "attachments", "content", "amendment") if name in said
    }
    body: dict[str, object] = {
        "id": derived_id("channels", str(number)), "version": 9, "conversation_id": it.conversation_id,
        "interaction_id": InteractionId(it.id), "position": position,
        "direction": Direction.OUT if out else Direction.IN, "author_id": UserId(ME.id) if out else None,
        "author_name": ME.name if out else it.customer_name, "at": at, "state_at": at,
        "state": DeliveryState.READ if out else DeliveryState.RECEIVED, "provider_id": str(number),
        "edited_at": at if said.get("edited") else None, "deleted_at": at if said.get("deleted") else None,
        "reply_to": MessageId(derived_id("channels", str(answers))) if answers is not None else None,
        "reactions": tuple(Reaction(emoji=emoji, ours=ours, at=at) for emoji, ours in reacted),
        **kept,
    }  # fmt: skip
    return msgspec.convert(body, Message)
