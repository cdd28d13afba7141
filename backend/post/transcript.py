"""The letter with an interaction's messages (F28): who said what and when, as the customer saw it, and no memo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from backend.post.letter import Letter, language_of
from omnix_protocol.hours import zone_of
from omnix_protocol.messages import Attachment, DeliveryState, Direction, Message

WORDS: Final = {
    "id": {
        "subject": "Transkrip percakapan Anda dengan {tenant} (nomor {number})",
        "intro": "Berikut percakapan Anda dengan {tenant}. Waktu menurut {zone}.",
        "customer": "Pelanggan",
        "agent": "Agen",
        "attachment": "Lampiran: {name} ({size})",
        "edited": "diubah",
        "nothing": "Belum ada pesan.",
        "end": "Surat ini dikirim otomatis atas permintaan; lampiran tidak disertakan.",
    },
    "en": {
        "subject": "Transcript of your conversation with {tenant} (number {number})",
        "intro": "Here is your conversation with {tenant}. Times are {zone}.",
        "customer": "Customer",
        "agent": "Agent",
        "attachment": "Attachment: {name} ({size})",
        "edited": "edited",
        "nothing": "There is no message yet.",
        "end": "This mail was sent automatically on request; attachments are not included.",
    },
}
SHOWN_AS: Final = {
    "id": {"sticker": "stiker", "voice": "pesan suara", "location": "lokasi", "contact": "kontak", "photo": "foto"},
    "en": {"voice": "voice message"},
}
DAYS: Final = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS: Final = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
HEAD: Final = '<h2 style="font-size:13px;color:#5b6470;margin:24px 0 8px">{day}</h2>'
LINE: Final = (
    '<div style="margin:0 0 12px"><div style="font-size:12px;color:#5b6470">{time} · <strong>{who}</strong></div>'
    '<div style="white-space:pre-wrap;overflow-wrap:anywhere">{body}</div></div>'
)


@dataclass(frozen=True, slots=True)
class Talk:
    """What a transcript is made of; `messages` in order."""

    tenant: str
    number: int
    customer: str
    messages: Sequence[Message]
    locale: str
    time_zone: str


def transcript_letter(talk: Talk, to: str) -> Letter:
    """In the tenant's language and time zone. What never reached the customer is left out."""
    language = language_of(talk.locale)
    words = WORDS[language]
    zone = zone_of(talk.time_zone)
    spoken = [message for message in talk.messages if _reached(message)]
    first = spoken[0].at.astimezone(zone) if spoken else None
    named = (first.tzname() if first else None) or talk.time_zone
    intro = words["intro"].format(tenant=talk.tenant, zone=f"{named} ({talk.time_zone})")
    plain, rich = [intro], [f"<p>{escape(intro)}</p>"]
    day = ""
    for message in spoken:
        at = message.at.astimezone(zone)
        if (today := day_of(at, language)) != day:
            day = today
            plain.append(f"— {day} —")
            rich.append(HEAD.format(day=escape(day)))
        clock, who, body = clock_of(at, language), _who(message, talk, words), _body(message, language)
        plain.append(f"[{clock}] {who}:\n{body}")
        rich.append(LINE.format(time=clock, who=escape(who), body=escape(body)))
    for line in ([] if spoken else [words["nothing"]]) + [words["end"]]:
        plain.append(line)
        rich.append(f'<p style="color:#5b6470">{escape(line)}</p>')
    subject = words["subject"].format(tenant=talk.tenant, number=talk.number)
    return Letter(to=to, subject=subject, text="\n\n".join(plain) + "\n", html="".join(rich), language=language)


def day_of(at: datetime, language: str) -> str:
    """ "Senin, 2 Maret 2026": "Monday, 2 March 2026"."""
    return f"{DAYS[language][at.weekday()]}, {at.day} {MONTHS[language].split()[at.month - 1]} {at.year}"


def clock_of(at: datetime, language: str) -> str:
    return f"{at:%H.%M}" if language == "id" else f"{at:%H:%M}"


def _reached(message: Message) -> bool:
    """What the customer saw and can still see: nothing that failed, nothing that was taken back."""
    return message.state is not DeliveryState.FAILED and message.deleted_at is None


def _who(message: Message, talk: Talk, words: dict[str, str]) -> str:
    inbound = message.direction is Direction.IN
    name = message.author_name or (talk.customer if inbound else "")
    return " ".join(name.split()) or words["customer" if inbound else "agent"]


def _body(message: Message, language: str) -> str:
    words = WORDS[language]
    parts = [message.text] if message.text else []
    if not message.text and message.shown_as:
        parts.append(f"[{SHOWN_AS[language].get(message.shown_as, message.shown_as)}]")
    place = message.content.location if message.content else None
    if place is not None:
        parts.append(" ".join(part for part in (place.name, f"({place.latitude:.5f}, {place.longitude:.5f})") if part))
    parts += [f"[{_attachment(file, words, language)}]" for file in message.attachments]
    if message.edited_at is not None:
        parts.append(f"({words['edited']})")
    return "\n".join(parts) or "–"


def _attachment(file: Attachment, words: dict[str, str], language: str) -> str:
    size = f"{file.size / 1000:.0f} kB" if file.size < 1_000_000 else f"{file.size / 1_000_000:.1f} MB"
    return words["attachment"].format(name=file.name, size=size.replace(".", ",") if language == "id" else size)
