"""What a message says besides its text, in words: what it answers, where it comes from, places, cards, calls, mails."""

from datetime import timedelta

from omnix_desktop.i18n import format_date, format_short_day, format_time, has_key, tr
from omnix_protocol.content import Call, CallState, Content, Location, Source
from omnix_protocol.conversations import Interaction
from omnix_protocol.messages import DeliveryState, Direction, Message

QUOTE_LENGTH = 120
LATE = timedelta(minutes=1)
"""From here on the provider's time of a message is told beside that of its acceptance, by which it stands."""
MAP = "https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f}#map=16/{latitude:.5f}/{longitude:.5f}"


def kind_word(shown_as: str) -> str:
    """A word for what a message is where it is no text; the channel's own word where we have none."""
    key = f"entries.kind_{shown_as}"
    return tr(key) if has_key(key) else shown_as.replace("_", " ")


def last_line(interaction: Interaction) -> str:
    """What was said last, for a row of a list."""
    return interaction.last_preview or _stand_in(interaction.last_shown_as)


def body(message: Message) -> str:
    """The text of the bubble."""
    if message.deleted_at is not None:
        return tr("entries.deleted")
    parts = [message.text, *_content_lines(message.content)]
    said = "\n".join(part for part in parts if part)
    called = message.content is not None and message.content.call is not None  # the head says so already
    return said if said or message.attachments or called else _stand_in(message.shown_as)


def head(message: Message) -> str:
    """The small line over the text."""
    content = message.content
    words = [tr("entries.elsewhere")] if message.elsewhere else []
    if is_bots(message):
        words.append(tr("entries.bot", name=message.author_name))
    if content is not None:
        words.append(content_head(content, message.direction))
    return " · ".join(filter(None, words))


def content_head(content: Content, direction: Direction) -> str:
    """Of that line, what the message carries."""
    words = (
        tr("entries.private") if content.private else "",
        tr("entries.template", name=content.template.name) if content.template else "",
        tr("entries.chose") if content.chosen else "",
        _source_head(content.source) if content.source else "",
        _mail_head(content, direction) if content.mail else "",
        call_head(content.call) if content.call else "",
    )
    return " · ".join(filter(None, words))


def is_bots(message: Message) -> bool:
    """Nobody of ours wrote it, and it did not come from elsewhere: a bot did (S3.14)."""
    named = message.author_id is None and bool(message.author_name)
    return message.direction is Direction.OUT and named and not message.elsewhere


def quote(message: Message) -> str:
    """One line of a message that another one answers."""
    who = tr("entries.customer") if message.direction is Direction.IN else message.author_name or tr("entries.me")
    said = " ".join(body(message).split()) or ", ".join(file.name for file in message.attachments)
    return f"{who}: {said[:QUOTE_LENGTH]}"


def mark(message: Message) -> str:
    """Words beside the time: when it was sent where it came late, changed, hidden."""
    words = [_sent_at(message)]
    if message.hidden:
        words.append(tr("entries.hidden"))
    if message.edited_at is not None and message.deleted_at is None:
        words.append(tr("entries.edited"))
    return " · ".join(filter(None, words))


def amendment(message: Message) -> tuple[str, str]:
    """What is asked of the provider about this message, or became of it: the sentence and its tone."""
    asked = message.amendment
    if asked is None:
        return "", ""
    what = tr(f"entries.act_{asked.kind.value}")
    if asked.state is DeliveryState.ACCEPTED:
        return tr("entries.amending", what=what), "muted"
    if asked.state is DeliveryState.UNCERTAIN:
        return tr("entries.amend_uncertain", what=what), "soon"
    return tr("entries.amend_failed", what=what, reason=asked.failure or tr("entries.no_reason")), "bad"


def _stand_in(shown_as: str) -> str:
    return tr("entries.shown_as", kind=kind_word(shown_as)) if shown_as else ""


def _sent_at(message: Message) -> str:
    told = message.provider_at
    if told is None or abs(told - message.at) < LATE:
        return ""
    sent, came = told.astimezone(), message.at.astimezone()
    day = "" if sent.date() == came.date() else format_short_day(told) if sent.year == came.year else format_date(told)
    return tr("entries.sent_at", at=f"{day} {format_time(told)}".strip())


def _content_lines(content: Content | None) -> list[str]:
    if content is None:
        return []
    lines = _place_lines(content.location) if content.location else []
    for card in content.contacts:
        lines.append(" · ".join(part for part in (card.name, card.organisation, *card.phones, *card.emails) if part))
    lines += [f"[ {button.title} ]" for button in content.buttons]
    if content.source is not None and content.source.url:
        lines.append(content.source.url)
    if content.call is not None and content.call.recording_url:
        lines.append(tr("entries.recording", url=content.call.recording_url))
    return lines


def _place_lines(place: Location) -> list[str]:
    link = MAP.format(latitude=place.latitude, longitude=place.longitude)
    return [part for part in (place.name, place.address, link) if part]


def _source_head(source: Source) -> str:
    key = f"entries.source_{source.kind}"
    words = tr(key) if has_key(key) else source.kind.replace("_", " ")
    return ": ".join(part for part in (words, source.title or source.text) if part)


def _mail_head(content: Content, direction: Direction) -> str:
    mail = content.mail
    if mail is None:
        return ""
    words = [mail.sender] if direction is Direction.IN and mail.sender else []
    if mail.to and direction is Direction.OUT:
        words.append(tr("entries.mail_to", to=", ".join(mail.to)))
    if mail.cc:
        words.append(tr("entries.mail_cc", cc=", ".join(mail.cc)))
    if mail.automatic:
        words.append(tr("entries.mail_automatic"))
    return " · ".join(words)


def call_head(call: Call) -> str:
    """What became of a call, and how long it took."""
    words = [tr(f"entries.call_{call.state.value}")]
    if call.number:
        words.append(call.number)
    if call.state is CallState.ENDED and call.answered_at and call.ended_at:
        words.append(duration(call.ended_at - call.answered_at))
    elif call.ringing_at:
        words.append(format_time(call.ringing_at))
    return " · ".join(words)


def duration(time: timedelta) -> str:
    """3:07 or 1:02:07."""
    minutes, seconds = divmod(max(0, int(time.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
